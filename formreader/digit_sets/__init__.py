"""Sets of labelled digit images: MNIST's own files, NumPy's archives, folders of pictures."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from formreader.digit_sets.archive import read_archive
from formreader.digit_sets.folder import Find, class_folders, read_folder
from formreader.digit_sets.idx import Part, read_mnist
from formreader.digit_sets.labelled import Arrays, LabelledDigits, Labels
from formreader.errors import InputError
from formreader.images import CLASSES, DIGIT_SIDE, DigitBatch
from formreader.lone_digit import find_digit


def load_digits(path: Path, part: Part = "t10k", find: Find = find_digit) -> LabelledDigits:
    """Read digit images, whatever they show, in the order they are stored.

    Args:
        path: an .npz with `images` (n, 28, 28), ink 255 on 0, `labels` (n,) and perhaps `writers`
            (n,); or a folder with MNIST's files; or one with folders of pictures, 0 to 9,
            `crossed` and `no digit`.
        part: of MNIST; its test part, lest a network be tried on what it was trained on.
        find: finds the digit of a picture.

    Raises:
        InputError: if there are none, or they cannot be used; with what was expected and found.
    """
    if path.is_dir():
        pictured = class_folders(path)
        arrays = read_folder(path, find) if pictured else read_mnist(path, part)
    else:
        arrays = read_archive(path)
    return _checked(path, arrays)


def usable_for_writing(digits: LabelledDigits, path: Path) -> LabelledDigits:
    """Return those of a set that hold ink: what can be written again, and learnt from.

    Raises:
        InputError: if a digit, 0 to 9, is not among them.
    """
    inked = digits.take(digits.images.reshape(len(digits), -1).max(axis=1) > 0)
    missing = sorted(set(range(10)) - set(inked.labels.tolist()))
    if missing:
        raise InputError(
            f"{path.as_posix()} needs an image of each digit; of its {len(inked)} images none "
            f"shows {', '.join(map(str, missing))}"
        )
    return inked


def _checked(path: Path, arrays: Arrays) -> LabelledDigits:
    name = path.resolve().name if path.is_dir() else path.stem
    try:
        images = _images(arrays.images)
        labels = _labels(arrays.labels, len(images))
        writers = _writers(arrays.writers, len(images))
    except ValueError as error:
        raise InputError(f"{path.as_posix()} cannot be used: {error}") from error
    return LabelledDigits(name, images, labels, writers)


def _images(images: npt.NDArray[np.generic]) -> DigitBatch:
    found = f"{images.dtype} of shape {images.shape}"
    expected = f"images should be uint8 of shape (n, {DIGIT_SIDE}, {DIGIT_SIDE})"
    if images.dtype.kind == "f" and images.size and images.max() <= 1:
        raise ValueError(
            f"{expected}, ink 255, but are {found}, ink {images.max()}; save them as "
            "(255 * images).round().astype('uint8')"
        )
    if images.dtype != np.uint8 or images.shape[1:] != (DIGIT_SIDE, DIGIT_SIDE):
        raise ValueError(f"{expected}, ink 255 on 0, but are {found}")
    if len(images) == 0:
        raise ValueError("it holds no digits: images and labels are empty")
    return np.asarray(images, np.uint8)


def _labels(labels: npt.NDArray[np.generic], count: int) -> Labels:
    if labels.shape != (count,):
        raise ValueError(
            f"there should be a label for each of its {count} images, of shape ({count},), but "
            f"labels have the shape {labels.shape}"
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels should be integers, but are {labels.dtype}")
    wrong = np.setdiff1d(labels, np.arange(CLASSES))
    if wrong.size:
        raise ValueError(
            "labels should be 0 to 9, 10 for crossed out or 11 for no digit, but some are "
            f"{', '.join(map(str, wrong[:5].tolist()))}"
        )
    return labels.astype(np.uint8)


def _writers(writers: npt.NDArray[np.generic] | None, count: int) -> npt.NDArray[np.str_]:
    if writers is None:
        return np.full(count, "")
    if writers.shape != (count,) or writers.dtype.kind not in "iuUS":
        raise ValueError(
            f"writers should be integers or text of shape ({count},), but are {writers.dtype} of "
            f"shape {writers.shape}"
        )
    return writers.astype(str)
