"""Pictures of digits, in a folder for each class."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np

from formreader.digit_sets.labelled import Arrays
from formreader.digits.card import CLASS_NAMES
from formreader.errors import InputError
from formreader.images import DIGIT_SIDE, DigitImage, GrayImage
from formreader.inputs import SUFFIXES
from formreader.pages import FailedPage, read_pages

Find: TypeAlias = Callable[[GrayImage], DigitImage | None]
"""Finds the one digit of a picture; None where nothing is written."""


def class_folders(folder: Path) -> dict[int, Path]:
    """Return the folders of pictures in a folder, by the label of what they show."""
    return {
        label: folder / name for label, name in enumerate(CLASS_NAMES) if (folder / name).is_dir()
    }


def read_folder(folder: Path, find: Find) -> Arrays:
    """Read all pictures of `FOLDER/0` to `FOLDER/9`, `FOLDER/crossed` and `FOLDER/no digit`.

    Raises:
        InputError: if pictures cannot be read, with all of them, or there are none.
    """
    digits, labels, problems = [], [], []
    for label, inside in class_folders(folder).items():
        for path, found in _found(inside, find):
            if isinstance(found, str):
                problems.append(f"\n  - {path.relative_to(folder).as_posix()}: {found}")
            else:
                digits.append(found)
                labels.append(label)
    if problems:
        raise InputError(
            f"{folder.as_posix()} has pictures that cannot be used; mend them or take them away:"
            + "".join(problems)
        )
    if not digits:
        raise InputError(
            f"{folder.as_posix()} holds no pictures; they are looked for in the folders "
            f"{', '.join(CLASS_NAMES)}, in files that end in {', '.join(sorted(SUFFIXES))}"
        )
    return Arrays(np.stack(digits), np.array(labels, np.uint8), None)


def _found(folder: Path, find: Find) -> Iterator[tuple[Path, DigitImage | str]]:
    """Yield each picture's digit, or what is wrong with it."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
            continue
        for page in read_pages(path, path.name):
            if isinstance(page, FailedPage):
                yield path, str(page.error)
            else:
                digit = page.image if _is_digit_image(page.image) else find(page.image)
                yield path, "nothing is written in it" if digit is None else digit


def _is_digit_image(picture: GrayImage) -> bool:
    """Tell whether a picture is a digit image as it is: a data set was unpacked."""
    if picture.shape != (DIGIT_SIDE, DIGIT_SIDE):
        return False
    edge = np.concatenate([picture[[0, -1]], picture[:, [0, -1]].T])
    return not edge.any()  # digits of data sets have a margin of paper, which is 0 there alone
