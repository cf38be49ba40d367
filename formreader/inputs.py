"""Which files a run reads: those that the paths given for it lead to."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TextIO

from formreader.addresses import Address, Source, source_of
from formreader.errors import InputError
from formreader.objects import ListedObject, Listing, list_objects

SUFFIXES = {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".webp", ".tif", ".tiff"}
SUFFIXES |= {".pdf"}
STDIN = "-"  # stands for a list of paths, one on each line
RUN_FILE = "run.sqlite"  # a folder with one holds the results of a run, not its pages
NOTHING = "there is nothing to read"
AT_ONCE = 16  # addresses of a list: each answer takes some 20 ms
SHOWN = 10  # paths in a message; a list may name thousands


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read pages from."""

    path: Source
    file: str
    """As the tables show it: relative to what all paths have in common, with "/" on any system."""
    listed: ListedObject | None = None
    """How its store shows it; None of a file on this machine."""

    @property
    def size(self) -> int | None:
        """Bytes, as its store lists them; None where that is not known."""
        return self.listed.size if self.listed else None


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of a run, sorted by `InputFile.file`."""

    files: tuple[InputFile, ...]
    ignored: int
    """Files that are hidden or of no picture type; a hidden folder counts as one."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What a path or address leads to."""

    source: Source
    is_folder: bool
    objects: tuple[ListedObject, ...] = ()
    """All that lie at an address and below it."""

    @property
    def folder(self) -> Source:
        """The folder itself, or that of a file."""
        return self.source if self.is_folder else self.source.parent


@dataclass(frozen=True, slots=True)
class _Found:
    """A file, and where it lies when every link is followed."""

    path: Source
    real: str
    listed: ListedObject | None = None


def find_inputs(paths: Sequence[str], stdin: TextIO | None) -> Inputs:
    """Find all picture files that paths and addresses lead to, each once whatever leads to it.

    A file is taken as it is named, a folder with all that is in it, "-" for a list on `stdin`.

    Raises:
        InputError: if a path does not exist, a folder cannot be listed, or there is no picture.
    """
    named = tuple(_named(paths, stdin))
    given = _look_at(named)
    found, ignored = _search(given)
    if not found:
        raise _nothing_found(named, ignored)
    root = _common_folder(given)
    files = (
        InputFile(one.path, _shown(one.path, root), one.listed) for one in _without_twins(found)
    )
    return Inputs(tuple(sorted(files, key=lambda one: one.file)), ignored)


def _named(paths: Iterable[str], stdin: TextIO | None) -> Iterator[Source]:
    for path in paths:
        if path != STDIN:
            yield _absolute(path)
        elif stdin is None:
            raise InputError('"-" stands for a list of paths on standard input: there is none')
        else:
            yield from (_absolute(line.rstrip("\r\n")) for line in stdin if line.strip())


def _absolute(path: str) -> Source:
    source = source_of(path)
    if isinstance(source, Address):
        return source
    return Path(os.path.abspath(source))  # noqa: PTH100  Path.resolve would rename links


def _look_at(named: Sequence[Source]) -> list[_Given]:
    """Return what is there; addresses are listed."""
    listings = _list(source for source in named if isinstance(source, Address))
    given, missing = [], list[Source]()
    for source in named:
        if isinstance(source, Path):
            given.append(_Given(source, source.is_dir()))
            missing += [] if os.path.lexists(source) else [source]
        elif listing := listings[source.url]:
            given.append(_Given(source, listing.is_folder, listing.objects))
        else:
            missing.append(source)
    if missing:
        raise InputError("there is no such file or folder:" + _listed(missing))
    return given


def _list(addresses: Iterable[Address]) -> dict[str, Listing | None]:
    """Return what lies at addresses, by their URLs; several are asked at once.

    Raises:
        InputError: if one cannot be reached, or is there twice with other logins.
    """
    urls = dict[Address, str]()
    for address in addresses:
        if urls.setdefault(address, address.url) != address.url:
            raise InputError(f"{address} is given twice, with other logins or queries; give one")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(urls.values(), pool.map(list_objects, urls), strict=True))


def _search(given: Iterable[_Given]) -> tuple[list[_Found], int]:
    """Return the pictures among paths and inside of them, and how many files were passed over."""
    found, ignored, seen = [], 0, set[str]()
    for one in given:
        if isinstance(one.source, Path):
            inside, passed_over = _search_path(one.source, seen)
        else:
            inside, passed_over = _pick(one.source, one.objects)
        found += inside
        ignored += passed_over
    return found, ignored


def _search_path(path: Path, seen: set[str]) -> tuple[list[_Found], int]:
    if path.is_dir():
        return _walk(path, seen)
    if _is_picture(path.name):
        return [_find(path, os.path.realpath(path.parent))], 0
    return [], 1


def _walk(folder: Path, seen: set[str]) -> tuple[list[_Found], int]:
    """Search a folder and all below it but for folders seen; links are followed last."""
    found, ignored = [], 0
    starts = deque([folder])
    while starts:
        for place, folders, names in os.walk(starts.popleft(), onerror=_refuse):
            here, real = Path(place), os.path.realpath(place)
            if real in seen or (RUN_FILE in names and here != folder):
                folders.clear()
                continue
            seen.add(real)
            visible = sorted(name for name in folders if not _is_hidden(name))
            links = [here / name for name in visible if (here / name).is_symlink()]
            wanted = [here / name for name in names if _is_picture(name) and not _is_hidden(name)]
            ignored += len(folders) - len(visible) + len(names) - len(wanted)
            found += [_find(path, real) for path in wanted]
            folders[:] = [name for name in visible if here / name not in links]
            starts.extend(links)
    return found, ignored


def _pick(folder: Address, objects: tuple[ListedObject, ...]) -> tuple[list[_Found], int]:
    """Choose among what lies at an address as among files."""
    top = folder.parts
    parents = {one.address.parts[:-1] for one in objects if one.address.name == RUN_FILE}
    runs = parents - {top}
    found, passed_over = [], set[tuple[str, ...]]()
    for one in objects:
        parts = one.address.parts
        way = (parts[:end] for end in range(len(top) + 1, len(parts) + 1))
        stop = next((each for each in way if each in runs or _is_hidden(each[-1])), None)
        if stop is not None and not _is_hidden(stop[-1]):
            continue
        if stop is None and _is_picture(parts[-1]):
            found.append(_Found(one.address, str(one.address), one))
        else:
            passed_over.add(stop or parts)
    return found, len(passed_over)


def _refuse(error: OSError) -> None:
    raise InputError(f"the folder {error.filename} cannot be listed: {error.strerror}") from error


def _is_hidden(name: str) -> bool:
    return name.startswith(".")


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES


def _find(path: Path, real_folder: str) -> _Found:
    """Follow a link, unless it leads nowhere: then it is a file of its own that fails."""
    follows = path.is_symlink() and path.exists()
    return _Found(path, os.path.realpath(path) if follows else str(Path(real_folder, path.name)))


def _without_twins(found: Iterable[_Found]) -> Iterable[_Found]:
    """Keep one path to each file: the one without links if there is one, else the first."""
    paths: dict[str, _Found] = {}
    for one in sorted(found, key=_by_links_and_name):
        paths.setdefault(one.real, one)
    return paths.values()


def _by_links_and_name(one: _Found) -> tuple[bool, str]:
    return str(one.path) != one.real, _text(one.path)


def _common_folder(given: Iterable[_Given]) -> Source | None:
    """Return what all have in common: a lone folder itself; None across drives, or stores."""
    folders = [one.folder for one in given]
    paths = [folder for folder in folders if isinstance(folder, Path)]
    addresses = [folder for folder in folders if isinstance(folder, Address)]
    if (paths and addresses) or len({address.scheme for address in addresses}) > 1:
        return None
    if addresses:
        levels = zip(*(address.parts for address in addresses), strict=False)
        common = takewhile(lambda names: len(set(names)) == 1, levels)
        return addresses[0].of(tuple(names[0] for names in common))
    try:
        return Path(os.path.commonpath(paths))
    except ValueError:
        return None


def _shown(path: Source, root: Source | None) -> str:
    """Return how tables show a path: bytes that are no text are written out in hexadecimal."""
    if isinstance(path, Address):
        return "/".join(path.parts[len(root.parts) :]) if root else str(path)
    below = path.relative_to(root) if isinstance(root, Path) else path
    return os.fsencode(_text(below)).decode(errors="backslashreplace")


def _text(path: Source) -> str:
    return path.as_posix() if isinstance(path, Path) else str(path)


def _nothing_found(named: Sequence[Source], ignored: int) -> InputError:
    if not named:
        return InputError(f"{NOTHING}: no path was given")
    kinds = ", ".join(sorted(SUFFIXES))
    passed_over = f" ({ignored} hidden or other files were ignored)" if ignored else ""
    return InputError(
        f"{NOTHING}{passed_over}; pages are looked for in files that end in "
        f"{kinds}, in:{_listed(named)}"
    )


def _listed(paths: Sequence[Source]) -> str:
    lines = [_shown(path, None) for path in paths[:SHOWN]]
    if len(paths) > SHOWN:
        lines.append(f"and {len(paths) - SHOWN} more")
    return "".join(f"\n  - {line}" for line in lines)
