"""MNIST's own files."""

import gzip
import math
import zlib
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from formreader.digit_sets.labelled import Arrays
from formreader.errors import InputError

Part: TypeAlias = Literal["train", "t10k"]
"""Of MNIST: what to train on, or what to test on."""

ENDINGS = ("ubyte", "ubyte.gz")
SEPARATORS = ("-", ".")  # as MNIST's authors name the kind of file, and as some mirrors do
IMAGES, LABELS = 3, 1  # dimensions
BYTES = 8  # the code of uint8 in a header


def read_mnist(folder: Path, part: Part) -> Arrays:
    """Read MNIST's files, compressed or not, and who wrote its digits if `PART-writers.npy` says.

    Raises:
        InputError: if one is not there, damaged, cut off or another kind of file.
    """
    images = _read(folder, part, "images", IMAGES)
    labels = _read(folder, part, "labels", LABELS)
    writers = folder / f"{part}-writers.npy"
    return Arrays(images, labels, _read_writers(writers) if writers.exists() else None)


def _read(folder: Path, part: Part, what: str, dimensions: int) -> npt.NDArray[np.uint8]:
    path = _find(folder, f"{part}-{what}", dimensions)
    try:
        content = path.read_bytes()
        return _array(gzip.decompress(content) if path.suffix == ".gz" else content, dimensions)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise InputError(f"{path.as_posix()} cannot be read: {error}") from error


def _find(folder: Path, start: str, dimensions: int) -> Path:
    names = [
        f"{start}{separator}idx{dimensions}-{ending}"
        for separator in SEPARATORS
        for ending in ENDINGS
    ]
    for name in names:
        if (folder / name).exists():
            return folder / name
    raise InputError(
        f"{folder.as_posix()} has no {names[1]} nor {names[0]}; a folder of digits holds MNIST's "
        "files, or a folder of pictures for each digit, named 0 to 9"
    )


def _array(content: bytes, dimensions: int) -> npt.NDArray[np.uint8]:
    """Return what an IDX file holds.

    Raises:
        ValueError: with what its header should say or how much should follow.
    """
    start = 4 * (dimensions + 1)
    magic = bytes([0, 0, BYTES, dimensions])
    if content[:4] != magic:
        raise ValueError(f"it should begin with {magic.hex()}, but does with {content[:4].hex()}")
    if len(content) < start:
        raise ValueError(f"its header should have {start} bytes, but has {len(content)}")
    shape = np.frombuffer(content[4:start], ">u4").tolist()
    if len(content) != start + math.prod(shape):
        raise ValueError(
            f"{math.prod(shape)} bytes should follow its header, for {tuple(shape)}, but "
            f"{len(content) - start} do; it may be cut off"
        )
    return np.frombuffer(content[start:], np.uint8).reshape(shape)


def _read_writers(path: Path) -> npt.NDArray[np.generic]:
    try:
        with path.open("rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path.as_posix()} cannot be read: {error}") from error
