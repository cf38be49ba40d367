"""Where files lie: paths of this machine, and addresses of others, as s3://bucket/scans."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.request import url2pathname

from formreader.errors import InputError

SIGN = "://"  # no absolute path has it: two slashes are one there
SCHEME = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*)://(?P<rest>.*)", re.DOTALL)
LOCAL = {"file", "local"}
WITH_QUERY = {"http", "https"}  # elsewhere a question mark is part of a name
WITH_HOST = WITH_QUERY | {"sftp", "ssh", "ftp", "ftps", "smb", "webhdfs"}
BUCKETS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "cos", "b2", "tos"}
BUCKET_WITH_COLON = "arn:"  # as Amazon calls an access point
PORT = re.compile(r"[^:]*(:\d*)?|\[.*")  # after a host, which may be an IPv6 address


@dataclass(frozen=True, slots=True)
class Address:
    """A file or folder that is fetched from another machine."""

    text: str
    """As it may be shown and stored: without what it was given with to be let in."""
    login: str = field(default="", repr=False, compare=False)
    """`name:password` or a token before the host, "" for none."""
    query: str = field(default="", repr=False, compare=False)
    """What follows a web page's name, which may hold a signature; "" for nothing."""

    def __str__(self) -> str:
        return self.text

    @property
    def scheme(self) -> str:
        """The part that says by what driver it is reached."""
        return self.text.partition(SIGN)[0]

    @property
    def url(self) -> str:
        """All of it, for the driver alone."""
        scheme, _, rest = self.text.partition(SIGN)
        return f"{scheme}{SIGN}{self.login and f'{self.login}@'}{rest}{self.query}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The names that lead to it, from the host or bucket on; none where all stores begin."""
        rest = self.text.partition(SIGN)[2]
        return tuple(rest.split("/")) if rest else ()

    @property
    def name(self) -> str:
        """The last of its parts."""
        return self.parts[-1] if self.parts else ""

    @property
    def parent(self) -> "Address":
        """The folder that it lies in."""
        return self.of(self.parts[:-1])

    def of(self, parts: tuple[str, ...]) -> "Address":
        """Return another address of the same kind, reached by the same login."""
        return Address(f"{self.scheme}{SIGN}{'/'.join(parts)}", self.login)


Source: TypeAlias = Path | Address
"""Where a file or folder lies."""


def source_of(text: str) -> Source:
    """Return what a path or address means, as it was typed or stored; paths stay as they are.

    Raises:
        InputError: if it names another machine's file as one of this, or holds a key or password
            where it would be shown.
    """
    match = SCHEME.fullmatch(text)
    if match is None:
        return Path(text)
    scheme, rest = match["scheme"].lower(), match["rest"]
    if scheme in LOCAL:
        return _local_path(rest)
    login, rest = _without_login(scheme, rest)
    rest, question, query = rest.partition("?") if scheme in WITH_QUERY else (rest, "", "")
    return Address(f"{scheme}{SIGN}{rest.rstrip('/')}", login, question + query)


def _local_path(rest: str) -> Path:
    host, slash, path = rest.partition("/")
    if host.lower() in {"", "localhost"}:
        return Path(url2pathname(slash + path))
    if os.name == "nt":
        return Path(url2pathname(f"//{rest}"))  # of a share, or of a drive with a slash too few
    raise InputError(
        f"file://{rest} names the machine {host!r}; a file of this machine is file:///..., three "
        "slashes, and a share is read where it is mounted"
    )


def _without_login(scheme: str, rest: str) -> tuple[str, str]:
    """Return what lets one in before a host, "" for none, and what follows it.

    Raises:
        InputError: if there is a key or password that cannot be told from names.
    """
    host, slash, path = rest.partition("/")
    login, _, host = host.rpartition("@")
    if scheme in BUCKETS:
        if ":" in login or (":" in host and "@" in path and not host.startswith(BUCKET_WITH_COLON)):
            raise InputError(
                f"a key in the address {scheme}://... would be shown; give names and keys in the "
                "environment, as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in the driver's "
                "own files"
            )
        return "", rest
    if scheme in WITH_HOST and "@" in path and not PORT.fullmatch(host):
        raise InputError(
            f"the address {scheme}://... seems to hold a password with a slash, which would "
            "be shown; write %2F for the slash"
        )
    if ":" in login or scheme in WITH_QUERY:
        return login, f"{host}{slash}{path}"
    return "", rest
