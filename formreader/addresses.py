"""Where files lie: paths of this machine, and addresses of others, as s3://bucket/scans."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.request import url2pathname

SIGN = "://"  # no absolute path has it: two slashes are one there
SCHEME = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*)://(?:(?P<login>[^/@]*:[^/@]*)@)?(?P<rest>.*)")
LOCAL = {"file", "local"}
WITH_QUERY = {"http", "https"}  # elsewhere a question mark is part of a name


@dataclass(frozen=True, slots=True)
class Address:
    """A file or folder that is fetched from another machine."""

    text: str
    """As it may be shown and stored: without what it was given with to be let in."""
    login: str = field(default="", repr=False, compare=False)
    """`name:password` before the host, "" for none."""
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
    """Return what a path or address means, as it was typed or stored; paths stay as they are."""
    match = SCHEME.fullmatch(text)
    if match is None:
        return Path(text)
    scheme, login, rest = match["scheme"].lower(), match["login"] or "", match["rest"]
    if scheme in LOCAL:
        return Path(url2pathname(rest.removeprefix("localhost")))
    rest, question, query = rest.partition("?") if scheme in WITH_QUERY else (rest, "", "")
    return Address(f"{scheme}{SIGN}{rest.rstrip('/')}", login, question + query)
