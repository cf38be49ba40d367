"""Digits in one file of NumPy's."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from formreader.digit_sets.labelled import Arrays
from formreader.errors import InputError

NEEDED = "it must be an .npz with images (n, 28, 28) and labels (n,)"


def read_archive(path: Path) -> Arrays:
    """Read an .npz file.

    Raises:
        InputError: if it cannot be read, is none, holds pickled objects or lacks an array.
    """
    if not zipfile.is_zipfile(path):
        raise InputError(_reason_against(path))
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [name for name in ("images", "labels") if name not in archive]
            if missing:
                raise InputError(
                    f"{path.as_posix()} holds no digits: {' and '.join(missing)} not there, but "
                    f"{', '.join(archive.files) or 'nothing'}; {NEEDED}"
                )
            return Arrays(archive["images"], archive["labels"], archive.get("writers"))
    except (OSError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path.as_posix()} is damaged or cut off: {error}") from error
    except ValueError as error:
        if "pickle" in str(error):
            raise InputError(
                f"{path.as_posix()} holds pickled objects, which could run any program; save plain "
                "arrays: images as uint8, labels as uint8, writers as integers or text"
            ) from error
        raise InputError(f"{path.as_posix()} is damaged: {error}") from error


def _reason_against(path: Path) -> str:
    """Say what is wrong with a file that is no archive."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        return f"{path.as_posix()} cannot be read: {error.strerror}; it holds no digits"
    if not head:
        return f"{path.as_posix()} is empty and holds no digits; {NEEDED}"
    if head.startswith(b"PK"):
        return f"{path.as_posix()} is damaged or cut off; {NEEDED}"
    if head.startswith(b"\x93NUMPY"):
        return f"{path.as_posix()} holds no digits but a lone array; {NEEDED}"
    return (
        f"{path.as_posix()} holds no digits; {NEEDED}, a folder with MNIST's files, or a folder "
        "with a folder of pictures for each digit"
    )
