"""Cut the digits of a line out of its strip, once it is known where along it each of them is."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import DigitImage, StripImage
from formreader.normalise import normalise

INKED = 90  # of 255
LEAST_AREA = 8  # pixels of a piece that may be a character
NEAR = 3  # pixels that a character may be seen beside its ink
LEAST_HEIGHT, MOST_WIDTH = 8, 40  # pixels; a strip's digits are about 21 high
OFF_CENTRE = 0.15  # pixels of ink that a pixel from the middle between two digits counts for
OVER = 0.5  # of the width of a piece that belongs to no character: so much is over its digit

Mask = npt.NDArray[np.bool_]


class _Piece(NamedTuple):
    """Ink that hangs together."""

    mask: Mask
    left: int
    right: int
    area: int


def cut_digits(strip: StripImage, places: Sequence[int]) -> tuple[DigitImage | None, ...]:
    """Return the digit, or other character, at each of some places; None where none can be cut.

    Those that hang together are parted by a straight cut where there is little ink.

    Args:
        strip: of the line.
        places: of all its characters from left to right, pixels.
    """
    pieces = _pieces(strip)
    owned: dict[int, list[int]] = {}
    for index, x in enumerate(places):
        if (piece := _piece_at(pieces, x)) is not None:
            owned.setdefault(piece, []).append(index)
    others = [piece for index, piece in enumerate(pieces) if index not in owned]
    found: list[DigitImage | None] = [None] * len(places)
    for piece, indices in owned.items():
        parts = _parted(strip, pieces[piece], [places[index] for index in indices])
        for index, part in zip(indices, parts, strict=True):
            found[index] = _image(strip, part, pieces, others)
    return tuple(found)


def _pieces(strip: StripImage) -> list[_Piece]:
    """Return all ink that hangs together, from left to right."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((strip > INKED).astype(np.uint8))
    found = [
        _Piece(labels == label, left, left + width, area)
        for label, (left, _, width, _, area) in enumerate(stats.tolist())
        if label
    ]
    return sorted(found, key=lambda piece: (piece.left, piece.right))


def _piece_at(pieces: Sequence[_Piece], x: int) -> int | None:
    """Return which piece is above or below a place, or next to it; the largest of those."""
    apart = [max(piece.left - x, x - piece.right + 1, 0) for piece in pieces]
    near = [
        index
        for index, piece in enumerate(pieces)
        if apart[index] <= NEAR and piece.area >= LEAST_AREA
    ]
    return min(near, key=lambda index: (apart[index], -pieces[index].area), default=None)


def _parted(strip: StripImage, piece: _Piece, places: Sequence[int]) -> list[Mask]:
    """Part a piece between the characters that are in it."""
    ink = np.where(piece.mask, strip, 0).sum(axis=0) / 255
    cuts = [piece.left]
    for left, right in pairwise(places):
        between = np.arange(left + 1, max(right, left + 2))
        off = OFF_CENTRE * np.abs(between - (left + right + 1) / 2)
        cuts.append(int(between[(ink[between] + off).argmin()]))
    cuts.append(piece.right)
    columns = np.arange(strip.shape[1])
    return [piece.mask & (columns >= left) & (columns < right) for left, right in pairwise(cuts)]


def _image(
    strip: StripImage, part: Mask, pieces: Sequence[_Piece], others: Sequence[_Piece]
) -> DigitImage | None:
    """Return a digit as networks for single digits take them; None if it is none.

    Args:
        strip: of the line.
        part: of its ink that was found to be the digit.
        pieces: all there are.
        others: those that are no character by themselves; one above or below the digit belongs to
            it, as the bar of a 5.
    """
    (rows,) = np.nonzero(part.any(axis=1))
    (columns,) = np.nonzero(part.any(axis=0))
    if not len(rows) or rows[-1] - rows[0] + 1 < LEAST_HEIGHT:
        return None
    left, right = columns[0], columns[-1] + 1
    if right - left > MOST_WIDTH:
        return None
    for other in others:
        over = min(right, other.right) - max(left, other.left)
        if over >= OVER * (other.right - other.left):
            part = part | other.mask
    edges = cv2.dilate(part.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
    foreign = np.logical_or.reduce([piece.mask for piece in pieces]) & ~part
    ink = np.where(edges & ~foreign, strip, 0)
    x, y, width, height = cv2.boundingRect(ink)
    return normalise(np.ascontiguousarray(ink[y : y + height, x : x + width]))
