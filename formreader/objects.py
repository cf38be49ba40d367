"""Files that other machines keep, by fsspec: what lies at an address, and its bytes."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from formreader.addresses import Address
from formreader.errors import InputError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

PIECE = 8 << 20  # bytes that are fetched at once: a page as a rule, by a single request
CHANGES = (
    *("ETag", "etag", "generation", "md5Hash", "checksum"),
    *("LastModified", "last_modified", "updated", "mtime", "modified", "created"),
)
"""What stores call that by which a new version is told, the surest first."""


@dataclass(frozen=True, slots=True)
class ListedObject:
    """A file at an address, as a listing shows it."""

    address: Address
    size: int | None
    """Bytes; None where its store does not say."""
    version: str | None
    """Another for other bytes; None where its store says nothing of the kind."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies at an address."""

    is_folder: bool
    objects: tuple[ListedObject, ...]
    """The object itself, or all that lie in the folder and below it."""


CHANGED = "it has changed since it was listed"
SECRET = re.compile(r"\?\S*|(?<=//)[^/\s]*@")  # in an address that a driver was sent on to


class FetchError(OSError):
    """A file cannot be fetched, now at least."""


def list_objects(address: Address) -> Listing | None:
    """Return what lies at an address; None if there is nothing.

    Raises:
        InputError: if that cannot be told.
    """
    try:
        system, path = open_system(address)
        with _fetching(address):
            system.invalidate_cache()
            about = system.info(path)
            if about["type"] != "directory":
                return Listing(False, (_object(address, about),))
            inside = system.find(path, detail=True)
            system.invalidate_cache()  # what changes after the listing is fetched as it is then
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise InputError(
            f"{address} may not be seen: {error}; its driver takes names and keys from the "
            "environment or from its own files, as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from None
    except FetchError as error:
        raise InputError(f"{address} cannot be reached: {error}") from None
    found = (
        _object(_below(address, path, name), about)
        for name, about in inside.items()
        if about["type"] == "file" and not name.endswith("/")
    )
    return Listing(True, tuple(found))


def fetch(address: Address, size: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of an object, piece by piece.

    Args:
        address: of it.
        size: as listed; a small one takes a single request.

    Raises:
        FetchError: if it cannot be fetched; FileNotFoundError if it is not there any more,
            PermissionError if it may not be read.
        InputError: if there is no driver for it.
    """
    system, path = open_system(address)
    with _fetching(address):
        if size is not None and 0 < size <= PIECE:
            # Some drivers ask for the size first, unless they are told where to end.
            piece = system.cat_file(path, start=0, end=size + 1)
            if len(piece) != size:
                raise FetchError(CHANGED)
            yield piece
            return
        with system.open(path, "rb", block_size=PIECE) as stream:
            while piece := stream.read(PIECE):
                yield piece


def open_system(address: Address) -> "tuple[AbstractFileSystem, str]":
    """Return the driver for an address, and what it calls the place.

    Raises:
        InputError: if fsspec or the driver is not installed, or the address is of no kind known.
    """
    try:
        from fsspec import filesystem, get_filesystem_class  # noqa: PLC0415  0.1 s that few need
    except ModuleNotFoundError as error:
        raise InputError(
            f"to read {address} needs {error.name}; install it with: "
            "pip install 'formreader[cluster]'"
        ) from error
    scheme = address.scheme
    try:
        kind = get_filesystem_class(scheme)
    except ValueError as error:
        raise InputError(
            f"{address} is of no known kind: there is no {scheme}://; known are s3://, gs://, "
            "az://, sftp:// and others, see fsspec's documentation"
        ) from error
    except ImportError as error:
        remedy = "pip install 'formreader[cluster]'" if scheme == "s3" else str(error)
        raise InputError(f"{address} needs a driver that is not installed: {remedy}") from error
    with _fetching(address):
        # Not by fsspec.url_to_fs, to which "::" and "?" in a name mean something.
        options = kind._get_kwargs_from_urls(address.url)
        return filesystem(scheme, **options), str(kind._strip_protocol(address.url))


@contextmanager
def _fetching(address: Address) -> Iterator[None]:
    """Say of whatever a driver throws that the object cannot be fetched.

    Drivers answer with exceptions of any class, and with texts that may hold a password.

    Raises:
        FileNotFoundError, PermissionError: as they come.
        FetchError: in place of every other error.
    """
    try:
        yield
    except (FileNotFoundError, FetchError):
        raise
    except PermissionError as error:
        raise PermissionError(_words(error, address)) from error
    except Exception as error:
        raise FetchError(_words(error, address)) from error


def _words(error: Exception, address: Address) -> str:
    """Return what an error says on one line, without what lets one in.

    Drivers write addresses anew, as with / for %2F, so that a login or signature is not found in
    their texts: of an address with any they are not passed on.
    """
    name = type(error).__name__
    if not (address.login or address.query):
        return SECRET.sub("", " ".join(str(error).split())) or name
    match getattr(error, "status", None), getattr(error, "errno", None):
        case int(status), _:
            return f"{name}: {status}"
        case _, int(errno) if errno > 0:
            return f"{name}: {os.strerror(errno)}"
        case _:
            return name


def _object(address: Address, about: Mapping[str, Any]) -> ListedObject:  # Any: as stores have it
    size = about.get("size")
    change = next((str(about[name]) for name in CHANGES if about.get(name)), None)
    return ListedObject(address, size, None if change is None else f"{size} {change}")


def _below(folder: Address, path: str, name: str) -> Address:
    """Return the address of what a driver found in a folder, by what it calls both."""
    return folder.of((*folder.parts, *name.removeprefix(path).removeprefix("/").split("/")))
