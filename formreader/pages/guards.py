"""What keeps a bad file from stopping a run: limits, and one class for whatever decoders throw."""

import errno
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from formreader.errors import PageError, UnreadableError

MAX_PIXELS = 80_000_000  # A3 at 600 dpi has 70 million; above 89 million Pillow warns by itself
MAX_BYTES = 500_000_000  # of a file read at once: MAX_PIXELS in 16-bit colour have 480 million
DAMAGE = {None, errno.EINVAL}  # of a broken picture: Pillow's own errors, and a place no file has
MILLION = 1_000_000

_silence = Lock()


def require_size(width: int, height: int) -> None:
    """Check the size that a header tells, before anything is decoded.

    Raises:
        UnreadableError: if the picture is absurdly large, or has no pixels.
    """
    if width < 1 or height < 1:
        raise UnreadableError("the picture has no pixels")
    if width * height > MAX_PIXELS:
        raise UnreadableError(
            f"the picture has {width} x {height} pixels, more than the limit of "
            f"{MAX_PIXELS // MILLION} million; scan it at a lower resolution"
        )


def require_bytes(count: int) -> None:
    """Check the size of a file that is to be read into memory.

    Raises:
        UnreadableError: if it is absurdly large.
    """
    if count > MAX_BYTES:
        raise UnreadableError(
            f"the file has {count // MILLION} MB, more than the limit of {MAX_BYTES // MILLION}"
        )


@contextmanager
def refusing_damage(what: str) -> Iterator[None]:
    """Say of whatever a decoder throws that the file is damaged.

    Decoders answer broken bytes with exceptions of any class, and with texts that hold
    addresses, which must not reach a table that is the same in every run. What a disk or share
    did is told apart by its number, and goes through: it says nothing about the file.

    Raises:
        OSError: if the file could not be read.
        UnreadableError: in place of every error but another reason to set the page aside.
    """
    try:
        yield
    except PageError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno not in DAMAGE:
            raise
        raise UnreadableError(f"the {what} is damaged or cut off") from error


@contextmanager
def silence() -> Iterator[None]:
    """Keep Pillow from warning of damage in headers, which viewers pass over as well.

    One thread at a time, as Python keeps one list of warnings for all.
    """
    with _silence, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
