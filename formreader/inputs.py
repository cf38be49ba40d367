"""Which files a run reads: those that the paths given for it lead to."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from formreader.errors import InputError

SUFFIXES = {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".webp", ".tif", ".tiff"}
SUFFIXES |= {".pdf"}
STDIN = "-"  # stands for a list of paths, one on each line
RUN_FILE = "run.sqlite"  # a folder with one holds the results of a run, not its pages
NOTHING = "there is nothing to read"
SHOWN = 10  # paths in a message; a list may name thousands


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read pages from."""

    path: Path
    file: str
    """As the tables show it: relative to what all paths have in common, with "/" on any system."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of a run, sorted by `InputFile.file`."""

    files: tuple[InputFile, ...]
    ignored: int
    """Files that are hidden or of no picture type; a hidden folder counts as one."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A file, and where it lies when every link is followed."""

    path: Path
    real: str


def find_inputs(paths: Sequence[str], stdin: TextIO | None) -> Inputs:
    """Find all picture files that paths lead to, each once whatever links lead to it.

    A file is taken as it is named, a folder with all that is in it, "-" for a list on `stdin`.

    Raises:
        InputError: if a path does not exist, a folder cannot be listed, or there is no picture.
    """
    named = tuple(_named(paths, stdin))
    _require_existing(named)
    found, ignored = _search(named)
    if not found:
        raise _nothing_found(named, ignored)
    root = _common_folder(named)
    files = (InputFile(one.path, _shown(one.path, root)) for one in _without_twins(found))
    return Inputs(tuple(sorted(files, key=lambda one: one.file)), ignored)


def _named(paths: Iterable[str], stdin: TextIO | None) -> Iterator[Path]:
    for path in paths:
        if path != STDIN:
            yield _absolute(path)
        elif stdin is None:
            raise InputError('"-" stands for a list of paths on standard input: there is none')
        else:
            yield from (_absolute(line.rstrip("\r\n")) for line in stdin if line.strip())


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  Path.resolve would rename links


def _require_existing(named: Sequence[Path]) -> None:
    missing = [path for path in named if not os.path.lexists(path)]
    if missing:
        raise InputError("there is no such file or folder:" + _listed(missing))


def _search(named: Iterable[Path]) -> tuple[list[_Found], int]:
    """Return the pictures among paths and inside of them, and how many files were passed over."""
    found, ignored, seen = [], 0, set[str]()
    for path in named:
        if path.is_dir():
            inside, passed_over = _walk(path, seen)
            found += inside
            ignored += passed_over
        elif _is_picture(path.name):
            found.append(_find(path, os.path.realpath(path.parent)))
        else:
            ignored += 1
    return found, ignored


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
    for one in sorted(found, key=lambda one: (str(one.path) != one.real, one.path.as_posix())):
        paths.setdefault(one.real, one)
    return paths.values()


def _common_folder(named: Iterable[Path]) -> Path | None:
    """Return what paths have in common: a lone folder itself; None across Windows drives."""
    folders = [path if path.is_dir() else path.parent for path in named]
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:
        return None


def _shown(path: Path, root: Path | None) -> str:
    """Return how tables show a path: bytes that are no text are written out in hexadecimal."""
    text = (path.relative_to(root) if root else path).as_posix()
    return os.fsencode(text).decode(errors="backslashreplace")


def _nothing_found(named: Sequence[Path], ignored: int) -> InputError:
    if not named:
        return InputError(f"{NOTHING}: no path was given")
    kinds = ", ".join(sorted(SUFFIXES))
    passed_over = f" ({ignored} hidden or other files were ignored)" if ignored else ""
    return InputError(
        f"{NOTHING}{passed_over}; pages are looked for in files that end in "
        f"{kinds}, in:{_listed(named)}"
    )


def _listed(paths: Sequence[Path]) -> str:
    lines = [_shown(path, None) for path in paths[:SHOWN]]
    if len(paths) > SHOWN:
        lines.append(f"and {len(paths) - SHOWN} more")
    return "".join(f"\n  - {line}" for line in lines)
