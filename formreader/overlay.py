"""Show on a scan where a template's fields were found, and what was read in them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from formreader.boxes.rows import Row
from formreader.geometry import Points, Rect, Transform, quarter_turns
from formreader.images import GrayImage
from formreader.lay import Laid
from formreader.results import Decision, Status

ColorImage: TypeAlias = npt.NDArray[np.uint8]
"""A picture for people, (height, width, 3), blue before green before red."""

Color: TypeAlias = tuple[int, int, int]
"""Blue, green, red."""

# Okabe and Ito's palette: told apart by every kind of colour vision. The lines differ too:
# broken ones are the template's, thick ones want a person.
EXPECTED: Color = (178, 114, 0)  # blue
COLORS: dict[Status, Color] = {
    Status.ACCEPTED: (115, 158, 0),  # bluish green
    Status.VERIFIED: (115, 158, 0),
    Status.REVIEW: (0, 94, 213),  # vermilion
    Status.BLANK: (167, 121, 204),  # reddish purple
}
WHITE: Color = (255, 255, 255)
LEAST_SIDE = 3000  # pixels; smaller scans are enlarged, lest lines cover what is written
FADED = 0.75  # what is left of the scan's contrast, so that colours stand out
DASH_MM = 1.2
LINE_MM = 0.2
LETTER_MM = 1.7  # height of what was read, less above small boxes
NAME_MM = 1.2
LETTER_SHARE = 0.3  # of the height of a box: rows of small ones stand close
GAP_MM = 0.3  # between a box and what is written beside it
FONT = cv2.FONT_HERSHEY_SIMPLEX
FONT_HEIGHT = 22.0  # pixels of a capital at scale 1
FRACTION = 4  # bits of a pixel in which OpenCV takes points


def draw_overlay(image: GrayImage, laid: Laid, decisions: Mapping[str, Decision]) -> ColorImage:
    """Draw fields over a scan: broken lines where the template has them, full ones where they are.

    Above each box stands what was read in it, before each field its name. The form comes out
    upright, however it lies on the scan.

    Args:
        image: the page.
        laid: its template, and what was found of it.
        decisions: by the name of the field; those left out were not read.
    """
    template, transform = laid.template, laid.alignment.transform
    turns = quarter_turns(transform.apply(template.bounds.corners))
    picture, to_picture = _prepared(image, turns)
    page_to_picture = transform.then(to_picture)
    width, height = template.page.size
    pen = _Pen(picture, page_to_picture.scale_at(width / 2, height / 2))
    for field in template.fields:
        places = [page_to_picture.apply(region.corners) for region in field.regions]
        for corners in places:
            pen.draw_broken(corners, EXPECTED)
        for corners in places[:1]:
            pen.write_before(corners, field.name, EXPECTED)
    for run in laid.runs:
        decision = decisions.get(run.field.name)
        status = decision.status if decision else Status.REVIEW
        corners = to_picture.apply(run.outline)
        pen.draw(corners, COLORS[status], thick=status is Status.REVIEW)
        pen.write_above(corners, decision.read if decision else "", COLORS[status])
    for row, status, read in _by_row(laid.found.rows, decisions):
        for outline, character in zip(row.box_outlines, read, strict=True):
            corners = to_picture.apply(outline)
            pen.draw(corners, COLORS[status], thick=status is Status.REVIEW)
            pen.write_above(corners, character, COLORS[status])
    return np.vstack([_legend(picture.shape[1], pen.dots_per_mm), picture])


def _by_row(
    rows: Sequence[Row], decisions: Mapping[str, Decision]
) -> Iterator[tuple[Row, Status, str]]:
    """Yield each row with what became of its field, and a character for each of its boxes."""
    boxes_before: dict[str, int] = {}
    for row in rows:
        name, count = row.field.name, row.group.boxes
        start = boxes_before.get(name, 0)
        boxes_before[name] = start + count
        if decision := decisions.get(name):
            yield row, decision.status, decision.read[start : start + count]
        else:
            yield row, Status.REVIEW, " " * count


class _Pen:
    """Draws on a picture in sizes of the paper."""

    def __init__(self, picture: ColorImage, dots_per_mm: float) -> None:
        self._picture = picture
        self.dots_per_mm = dots_per_mm
        self._line = max(round(LINE_MM * dots_per_mm), 1)

    def draw(self, corners: Points, color: Color, *, thick: bool = False) -> None:
        """Draw an outline."""
        self._stroke(np.vstack([corners, corners[:1]]), color, self._line * (2 if thick else 1))

    def draw_broken(self, corners: Points, color: Color) -> None:
        """Draw an outline of dashes."""
        for start, end in pairwise([*corners, corners[0]]):
            length_mm = float(np.linalg.norm(end - start)) / self.dots_per_mm
            count = max(round(length_mm / DASH_MM), 1)
            for dash in range(count):
                share = np.array([[dash], [dash + 0.5]]) / count
                self._stroke(start + share * (end - start), color, self._line)

    def write_above(self, corners: Points, text: str, color: Color) -> None:
        """Write centred above the upper edge of an outline."""
        box_height_mm = float(np.linalg.norm(corners[3] - corners[0])) / self.dots_per_mm
        height_mm = min(LETTER_MM, LETTER_SHARE * box_height_mm)
        x, y = (corners[0] + corners[1]) / 2
        half = self.width_of(text, height_mm) / 2
        self.write((x - half, y - GAP_MM * self.dots_per_mm), text, color, height_mm)

    def write_before(self, corners: Points, text: str, color: Color) -> None:
        """Write so that the text ends left of the lower left corner of an outline."""
        x, y = corners[3]
        width = self.width_of(text, NAME_MM) + GAP_MM * self.dots_per_mm
        self.write((max(x - width, 0), y), text, color, NAME_MM)

    def write(self, place: tuple[float, float], text: str, color: Color, height_mm: float) -> None:
        """Write with a halo, the left end of the base line at `place`."""
        x, y = round(place[0]), round(place[1])
        capital, rim = round(height_mm * self.dots_per_mm), self._line
        left, top = max(x - rim, 0), max(y - 2 * capital, 0)
        right, bottom = x + self.width_of(text, height_mm) + rim, y + capital
        area = self._picture[top:bottom, left:right]
        letters = np.zeros(area.shape[:2], np.uint8)
        start, scale = (x - left, y - top), self._font_scale(height_mm)
        cv2.putText(letters, text, start, FONT, scale, 255, self._line, cv2.LINE_AA)
        halo = cv2.dilate(letters, np.ones((2 * rim + 1, 2 * rim + 1), np.uint8))
        _blend(area, np.asarray(halo, np.uint8), WHITE)
        _blend(area, letters, color)

    def width_of(self, text: str, height_mm: float) -> int:
        """Return how wide a text is, pixels."""
        (width, _), _ = cv2.getTextSize(text, FONT, self._font_scale(height_mm), self._line)
        return int(width)

    def _font_scale(self, height_mm: float) -> float:
        return height_mm * self.dots_per_mm / FONT_HEIGHT

    def _stroke(self, points: Points, color: Color, width: int) -> None:
        fine = np.round(points * 2**FRACTION).astype(np.int32)
        cv2.polylines(self._picture, [fine], False, color, width, cv2.LINE_AA, FRACTION)


def _blend(area: ColorImage, mask: GrayImage, color: Color) -> None:
    """Paint a part of a picture where a mask is not 0."""
    share = mask[..., None] / 255
    area[...] = np.round(area * (1 - share) + np.array(color) * share)


def _prepared(image: GrayImage, turns: int) -> tuple[ColorImage, Transform]:
    """Return a scan upright, large and pale, and the mapping of its pixels onto that picture.

    Args:
        image: the page.
        turns: by how many quarters, clockwise, the form lies on it.
    """
    to_picture = Transform.scaling(1)
    for _ in range(turns):
        turn_back = np.array([[0, 1, 0], [-1, 0, image.shape[1] - 1], [0, 0, 1]], np.float64)
        to_picture = to_picture.then(Transform(turn_back))
        image = np.rot90(image)
    enlarged = math.ceil(LEAST_SIDE / max(image.shape))
    size = (image.shape[1] * enlarged, image.shape[0] * enlarged)
    large = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
    pale = cv2.convertScaleAbs(large, alpha=FADED, beta=255 * (1 - FADED))
    rest = (enlarged - 1) / 2  # the centre of a pixel lies between those it becomes
    to_picture = to_picture.then(Transform.scaling(enlarged)).then(Transform.shift(rest, rest))
    return np.asarray(cv2.cvtColor(pale, cv2.COLOR_GRAY2BGR), np.uint8), to_picture


def _legend(width: int, dots_per_mm: float) -> ColorImage:
    """Return a strip that says what the lines mean."""
    unit = LETTER_MM * dots_per_mm
    strip = np.full((round(3 * unit), width, 3), 255, np.uint8)
    pen = _Pen(strip, dots_per_mm)
    sample = Rect(unit, unit, 2 * unit, unit)
    for text in ("template", Status.ACCEPTED, Status.REVIEW, Status.BLANK):
        if isinstance(text, Status):
            color = COLORS[text]
            pen.draw(sample.corners, color, thick=text is Status.REVIEW)
        else:
            color = EXPECTED
            pen.draw_broken(sample.corners, color)
        pen.write((sample.right + unit, sample.bottom), text, color, LETTER_MM)
        sample = sample.moved(5 * unit + pen.width_of(text, LETTER_MM), 0)
    return strip
