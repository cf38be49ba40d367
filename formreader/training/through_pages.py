"""Digits as reading sees them: written into printed boxes, scanned, found and cut out again."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from formreader.boxes.rows import Row, cut_strokes, find_rows
from formreader.digit_sets.labelled import LabelledDigits
from formreader.geometry import Transform
from formreader.images import CROSSED, DIGIT_SIDE, DigitImage, InkImage
from formreader.interpret import EMPTY, STRUCK
from formreader.normalise import normalise
from formreader.synth.bitmaps import enlarge
from formreader.synth.fill import BoxTruth
from formreader.synth.forms import DrawnForm
from formreader.synth.glyph import Glyph, Hand
from formreader.synth.rows import draw_row

ASTRAY_MM = 0.5  # standard deviation of where registration puts a row; the lattice finds it
MISSED = 0.25  # of a box's width: a row found farther off than this would give wrong labels
LEAST_LIKENESS = 0.65  # to what was written; below, even people could only guess
SIZES = (1.0, 0.8, 0.65)  # of a digit beside the rest of a printed line that came with it


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many digit images are wanted."""

    count: int
    spoilt: float
    """Share of the boxes that hold something else than a digit, 0 to 1."""
    draw: Callable[[Hand, np.random.Generator], DrawnForm] = draw_row
    """How rows are printed, filled and scanned."""


class _Copyist:
    """Writes one writer's digits into a row of boxes, now and then something else."""

    def __init__(self, book: "_CopyBook", writer: str) -> None:
        self.writer = writer
        self.labels: list[int] = []
        """What was written, in order."""
        self._book = book

    def draw(self, digit: int, rng: np.random.Generator) -> Glyph:
        """Copy a digit as its writer wrote it."""
        image, label = self._book.pick(self.writer, digit, rng)
        self.labels.append(label)
        return Glyph(enlarge(image), image)


class _CopyBook:
    """Digits by their writer and what they show, and pictures of other things."""

    def __init__(self, digits: LabelledDigits, spoils: LabelledDigits, spoilt: float) -> None:
        self._digits, self._spoilt = digits, spoilt
        self._spoils = spoils.take(np.array([_is_written(image) for image in spoils.images]))
        self._writers = sorted(set(digits.writers.tolist()))
        numbers = {writer: number for number, writer in enumerate(self._writers)}
        keys = np.array([numbers[writer] for writer in digits.writers.tolist()]) * 10
        keys += digits.labels
        order = np.argsort(keys, kind="stable")
        cuts = np.searchsorted(keys[order], np.arange(10 * len(self._writers) + 1))
        self._places = [order[start:end] for start, end in itertools.pairwise(cuts)]
        self._numbers = numbers

    def copyist(self, rng: np.random.Generator) -> _Copyist:
        """Choose one of the writers; those of whom there is more are chosen more often."""
        return _Copyist(self, str(self._digits.writers[rng.integers(len(self._digits))]))

    def pick(self, writer: str, digit: int, rng: np.random.Generator) -> tuple[DigitImage, int]:
        """Return a picture and its class: the writer's digit, or now and then something else."""
        if rng.random() < self._spoilt:
            index = rng.integers(len(self._spoils))
            return self._spoils.images[index], int(self._spoils.labels[index])
        places = self._places[10 * self._numbers[writer] + digit]
        if not len(places):
            places = np.flatnonzero(self._digits.labels == digit)
        return self._digits.images[rng.choice(places)], digit


def write_and_cut(
    digits: LabelledDigits,
    spoils: LabelledDigits,
    wanted: Wanted,
    rng: np.random.Generator,
    step: Callable[[], None],
) -> LabelledDigits:
    """Write digits into rows of boxes of every kind, scan them and cut them out again.

    Args:
        digits: of classes 0 to 9, to copy.
        spoils: pictures of the other classes.
        wanted: how many digit images to return, and of what.
        rng: makes every choice.
        step: called for each of them.
    """
    count = wanted.count
    book = _CopyBook(digits, spoils, wanted.spoilt)
    images = np.empty((count, DIGIT_SIDE, DIGIT_SIDE), np.uint8)
    labels = np.empty(count, np.uint8)
    writers: list[str] = []
    while len(writers) < count:
        copyist = book.copyist(rng)
        for image, label in _cut(wanted.draw(copyist, rng), copyist.labels, rng):
            if len(writers) < count:
                images[len(writers)], labels[len(writers)] = image, label
                writers.append(copyist.writer)
                step()
    return LabelledDigits("pages", images, labels, np.array(writers))


def _cut(
    form: DrawnForm, labels: list[int], rng: np.random.Generator
) -> Iterator[tuple[DigitImage, int]]:
    """Find a row's boxes as reading does, and yield what is in them; what was lost is left out."""
    astray = Transform.shift(*rng.normal(0, ASTRAY_MM, 2))
    found = find_rows(form.image, form.template, astray.then(form.to_scan))
    (row,), (field,) = found.rows, form.fields
    if _is_missed(row, field.boxes, form.to_scan):
        return
    written = iter(labels)
    (cut,) = cut_strokes(found.rows)
    for ink, box in zip(cut, field.boxes, strict=True):
        label = CROSSED if box.seen == STRUCK else None if box.seen == EMPTY else next(written)
        if ink is None or label is None:
            continue
        image = normalise(ink)
        if box.digit is None or _likeness(image, box.digit) > LEAST_LIKENESS:
            yield image, label


def _is_written(image: DigitImage) -> bool:
    """Tell whether a pen could leave what a picture shows."""
    return bool(image.any() and enlarge(image).size)


def _likeness(image: DigitImage, written: DigitImage) -> float:
    """Tell how much of a picture can be found in another, perhaps smaller and elsewhere, to 1."""
    x, y, width, height = cv2.boundingRect(written)
    soft = cv2.GaussianBlur(np.pad(image, 4), (0, 0), 1)
    tight = np.asarray(
        cv2.GaussianBlur(written[y : y + height, x : x + width], (0, 0), 1), np.uint8
    )
    return max(
        float(cv2.matchTemplate(soft, _shrunk(tight, size), cv2.TM_CCOEFF_NORMED).max())
        for size in SIZES
    )


def _shrunk(image: InkImage, size: float) -> InkImage:
    shape = (max(round(image.shape[1] * size), 2), max(round(image.shape[0] * size), 2))
    return np.asarray(cv2.resize(image, shape, interpolation=cv2.INTER_AREA), np.uint8)


def _is_missed(row: Row, boxes: tuple[BoxTruth, ...], to_scan: Transform) -> bool:
    """Tell whether the boxes found are not those that were printed."""
    found = np.array([outline.mean(axis=0) for outline in row.box_outlines])
    printed = np.array([to_scan.apply(box.area.corners).mean(axis=0) for box in boxes])
    width = to_scan.scale_at(0, 0) * boxes[0].area.width
    return bool(np.abs(found - printed).max() > MISSED * width)
