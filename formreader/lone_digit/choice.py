"""Choose the pieces of ink that make up the digit."""

import cv2
import numpy as np

from formreader.boxes.pieces import Piece, find_pieces
from formreader.images import InkImage
from formreader.lone_digit.ground import PEN, Ink
from formreader.lone_digit.margin import MARGIN
from formreader.lone_digit.polarity import Mask

LOW, HIGH = 0.12, 0.5  # of the pen's darkness: strokes reach HIGH somewhere and end at LOW
NOISE = 4.0  # times the paper's; what is no darker may be grain
AT_EDGE = 0.3  # of its ink counts if a piece touches the edge of the picture: it may go on there
LEAST_SHARE = 0.3  # of all ink; noise has no piece so large
LEAST_SIDE = 0.02  # of the picture; what is smaller is a speck
NEAR, NEAR_SHARE = 0.12, 0.03  # of the digit's size and ink: a piece so near may be so small
FAR, FAR_SHARE = 0.35, 0.10  # and one so far away is dust below this


def choose_ink(ink: Ink) -> InkImage | None:
    """Return the strokes of the digit, cut out tightly; None where no piece stands out."""
    low = max(round(LOW * PEN), round(NOISE * ink.noise), 1)
    height, width = ink.image.shape
    found = find_pieces(ink.image, low, max(round(HIGH * PEN), low), 1)
    pieces = tuple(piece for piece in found if _is_sure(piece, ink.sure))
    if not pieces:
        return None
    main = max(pieces, key=lambda piece: _weight(piece, width, height))
    parts = _with_neighbours(main, pieces)
    inked = sum(piece.area for piece in parts)
    if inked < LEAST_SHARE * sum(piece.area for piece in pieces):
        return None
    if max(main.width, main.height) < LEAST_SIDE * max(width, height):
        return None
    return _cut(ink.image, parts)


def _is_sure(piece: Piece, sure: Mask) -> bool:
    """Tell whether a piece is more than the edge of a shadow."""
    around = sure[piece.y : piece.bottom, piece.x : piece.right]
    return bool((around & piece.mask).any())


def _weight(piece: Piece, width: int, height: int) -> float:
    ends = piece.x, piece.y, width - piece.right, height - piece.bottom
    at_edge = min(ends) <= MARGIN
    return piece.area * (AT_EDGE if at_edge else 1.0)


def _with_neighbours(main: Piece, pieces: tuple[Piece, ...]) -> list[Piece]:
    """Return a piece and those near it that are too large for dust."""
    size = max(main.width, main.height)
    parts = [main]
    for piece in pieces:
        share, apart = piece.area / main.area, _apart(main, piece) / size
        near = apart <= NEAR and share >= NEAR_SHARE
        if piece is not main and (near or (apart <= FAR and share >= FAR_SHARE)):
            parts.append(piece)
    return parts


def _apart(one: Piece, other: Piece) -> float:
    """Return how far two pieces are apart, by the rectangles around them; 0 if these overlap."""
    right = max(one.x - other.right, other.x - one.right, 0)
    down = max(one.y - other.bottom, other.y - one.bottom, 0)
    return float(np.hypot(right, down))


def _cut(ink: InkImage, parts: list[Piece]) -> InkImage:
    """Return the ink of some pieces, tightly, with the pale edges of their strokes."""
    left, top = min(part.x for part in parts), min(part.y for part in parts)
    right, bottom = max(part.right for part in parts), max(part.bottom for part in parts)
    strokes = np.zeros((bottom - top, right - left), np.uint8)
    for part in parts:
        strokes[part.y - top : part.bottom - top, part.x - left : part.right - left] |= part.mask
    soft = cv2.dilate(strokes, np.ones((3, 3), np.uint8))
    return np.asarray(ink[top:bottom, left:right] * soft, np.uint8)
