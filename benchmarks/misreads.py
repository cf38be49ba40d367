"""A sheet of the digits that were misread on the page and not by themselves."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from formreader.geometry import Transform
from formreader.images import CLASSES, DIGIT_SIDE, DigitImage, GrayImage
from formreader.synth.fill import BoxTruth
from formreader.synth.forms import DrawnForm

SIDE = 112  # pixels of each picture
AROUND_MM = 1.5  # of the page shown about a box
ACROSS, DOWN = 4, 20  # digits on a sheet
EMPTY = CLASSES  # comes after the classes of the network
NAMES = (*"0123456789", "crossed", "no digit", "empty")


@dataclass(frozen=True, slots=True, eq=False)
class ReadBox:
    """A box of a drawn page, and what the pipeline made of it."""

    form: DrawnForm
    truth: BoxTruth
    cut: DigitImage | None
    """What was given to the network; None where the box was taken for empty."""
    said: int
    """The class it was taken for, or `EMPTY`."""

    @property
    def is_right(self) -> bool:
        """Whether it was taken for the digit it is."""
        return str(self.said) == self.truth.seen


def save_sheet(path: Path, misreads: list[ReadBox]) -> None:
    """Show the first misreads: the original digit, the page, what the network saw, the labels."""
    tiles = [_tile(misread) for misread in misreads[: ACROSS * DOWN]]
    tiles += [np.full_like(tiles[0], 128)] * (-len(tiles) % ACROSS)
    rows = [np.hstack(tiles[start : start + ACROSS]) for start in range(0, len(tiles), ACROSS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", np.vstack(rows))[1].tobytes())


def _tile(misread: ReadBox) -> GrayImage:
    pictures = np.hstack([_large(misread.truth.digit), _on_page(misread), _large(misread.cut)])
    words = np.full((24, pictures.shape[1]), 255, np.uint8)
    text = f"{misread.truth.seen} read as {NAMES[misread.said]}"
    cv2.putText(words, text, (4, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1, cv2.LINE_AA)
    return np.asarray(np.pad(np.vstack([pictures, words]), 3, constant_values=128), np.uint8)


def _large(digit: DigitImage | None) -> GrayImage:
    shown = np.zeros((DIGIT_SIDE, DIGIT_SIDE), np.uint8) if digit is None else digit
    return np.asarray(cv2.resize(shown, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), np.uint8)


def _on_page(misread: ReadBox) -> GrayImage:
    """Return the box and what lies about it, upright."""
    area = misread.truth.area.grown(AROUND_MM)
    scale = SIDE / max(area.width, area.height)
    to_page = Transform.scaling(1 / scale).then(Transform.shift(area.x, area.y))
    matrix = to_page.then(misread.form.to_scan).matrix
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpPerspective(misread.form.image, matrix, (SIDE, SIDE), flags=flags), np.uint8
    )
