"""Digits from a data set: NumPy archives, or MNIST's own files."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from formreader.errors import InputError
from formreader.images import DigitBatch, DigitImage, InkImage, require_digits
from formreader.synth.glyph import GLYPH_HEIGHT, Glyph

INK_SIDE = 20  # MNIST: the longer side of the ink
TIMES = GLYPH_HEIGHT // INK_SIDE
ROUNDS = 4  # of sharpening and putting right; after them shrinking gives the digit back within 2 %
EDGE = 4.0  # how steeply ink ends: from paper to ink within a third of a pixel of the data set
IDX_IMAGES, IDX_LABELS = 0x803, 0x801


@dataclass(frozen=True, slots=True, eq=False)
class DigitSet:
    """Digit images with what they show and who wrote them."""

    images: DigitBatch
    labels: npt.NDArray[np.uint8]
    """(digits,), 0 to 9."""
    writers: npt.NDArray[np.str_]
    """(digits,)."""

    def hand(self, rng: np.random.Generator) -> "BitmapHand":
        """Choose one of the writers, those who wrote more digits more often."""
        return BitmapHand(str(rng.choice(self.writers)), self)


@dataclass(frozen=True, slots=True, eq=False)
class BitmapHand:
    """One writer of a set of digit images."""

    writer: str
    digits: DigitSet

    def draw(self, digit: int, rng: np.random.Generator) -> Glyph:
        """Enlarge one of the writer's digits; somebody else's if the writer has none such."""
        shown = self.digits.labels == digit
        own = np.flatnonzero(shown & (self.digits.writers == self.writer))
        choice = own if own.size else np.flatnonzero(shown)
        image = self.digits.images[int(rng.choice(choice))]
        return Glyph(enlarge(image), image)


def load_digits(path: Path) -> DigitSet:
    """Read digit images, ink 255 on 0, from an .npz file or a folder with MNIST's four files.

    An .npz holds `images` (n, 28, 28), `labels` (n,) and may hold `writers` (n,). Of a folder
    the test set is taken, lest a network be tried on what it was trained on; its writers are in
    `t10k-writers.npy`, if that is there.

    Raises:
        InputError: if that is not there.
    """
    if path.is_dir():
        return load_mnist(path, "t10k")
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, labels = archive["images"], archive["labels"]
            writers = archive.get("writers")
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path.as_posix()} holds no digits; it must be an .npz with images and labels, "
            "or a folder with MNIST's files"
        ) from error
    return _checked(path, images, labels, writers)


def load_mnist(folder: Path, part: str) -> DigitSet:
    """Read MNIST's own files, compressed or not.

    Args:
        folder: where they are.
        part: "train" or "t10k".

    Raises:
        InputError: if they are not there, or are damaged.
    """
    images = _read_idx(folder, f"{part}-images-idx3-ubyte", IDX_IMAGES)
    labels = _read_idx(folder, f"{part}-labels-idx1-ubyte", IDX_LABELS)
    writers = folder / f"{part}-writers.npy"
    return _checked(folder, images, labels, np.load(writers) if writers.exists() else None)


def enlarge(digit: DigitImage) -> InkImage:
    """Return the ink of a digit image as the pen left it: large, sharp, cut out tightly.

    Shrinking the result by area gives the digit image back: what was grey because a thin stroke
    covered half of a pixel becomes a thin black stroke again.

    Raises:
        ValueError: if the image holds no ink.
    """
    x, y, width, height = cv2.boundingRect(digit)
    if width == 0:
        raise ValueError("expected some ink, got none")
    tight = digit[y : y + height, x : x + width].astype(np.float32) / 255
    target = np.pad(tight, 1)
    size = (target.shape[1] * TIMES, target.shape[0] * TIMES)
    soft = np.asarray(cv2.resize(target, size, interpolation=cv2.INTER_CUBIC), np.float32)
    sharp = _sharpen(soft)
    for _ in range(ROUNDS):
        error = target - cv2.resize(sharp, target.shape[::-1], interpolation=cv2.INTER_AREA)
        soft += cv2.resize(error, size, interpolation=cv2.INTER_CUBIC)
        sharp = _sharpen(soft)
    ink = np.rint(255 * sharp).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    return np.ascontiguousarray(ink[y : y + height, x : x + width])


def _sharpen(soft: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(np.clip(EDGE * (soft - 0.5) + 0.5, 0, 1), np.float32)


def _checked(
    path: Path,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    writers: npt.NDArray[np.generic] | None,
) -> DigitSet:
    try:
        require_digits(images)
    except ValueError as error:
        raise InputError(f"{path.as_posix()}: {error}") from error
    missing = sorted(set(range(10)) - set(labels.tolist()))
    if missing or len(labels) != len(images):
        raise InputError(
            f"{path.as_posix()} needs a label for each of its {len(images)} images, and an image "
            f"of each digit; it has {len(labels)} labels and none of {missing or 'them'}"
        )
    names = np.full(len(labels), path.stem) if writers is None else writers.astype(str)
    inked = images.any(axis=(1, 2))
    return DigitSet(images[inked], labels[inked], names[inked])


def _read_idx(folder: Path, name: str, magic: int) -> npt.NDArray[np.uint8]:
    plain, packed = folder / name, folder / f"{name}.gz"
    try:
        content = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    except (OSError, EOFError) as error:
        raise InputError(f"{packed.as_posix()} cannot be read: {error}") from error
    header = np.frombuffer(content[:4], ">i4")
    if header.size == 0 or header[0] != magic:
        raise InputError(f"{packed.as_posix()} is none of MNIST's files")
    shape = np.frombuffer(content[4 : 4 * (content[3] + 1)], ">i4")
    return np.frombuffer(content[4 * (content[3] + 1) :], np.uint8).reshape(shape)
