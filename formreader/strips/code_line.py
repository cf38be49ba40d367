"""Cut the code line out of a cheque: characters of one height in one row, on clear paper."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formreader.boxes.patch import BACKGROUND_MM, cut_upright, to_ink
from formreader.code_parts import HEIGHT_MM, PITCH_MM
from formreader.geometry import Rect, Transform
from formreader.images import GrayImage, InkImage, StripImage

CODE_HEIGHT = 24  # pixels of a strip
CHARACTER = 18.0  # of its characters
CODE_WIDEST = 1600  # 80 characters; a line has 65 at most
DOTS_PER_MM = 8.0
PALEST = 60  # darkness; print of code lines is black
HIGHEST_MM, WIDEST_MM = 4.5, 3.8  # of a character; of what is larger, nothing is one
LOWEST_MM = 0.6  # a dash of the font has 1.3 mm, dirt less
HEIGHTS = (0.6, 1.4)  # of the usual height: pages are not laid down exactly
BAND_MM = 16.0  # of paper that is looked at at once: with more, other print prevails
CLEAR_MM = 0.8  # above and below a code line there is clear paper
SLOPES = np.linspace(-0.02, 0.02, 9)  # of the line, where the page was laid level
EDGE = 0.3  # of the darkest rows: so dark a line is from its first row to its last
FEWEST = 8  # characters that are whole
WHOLE = 0.85  # of the line's height; the bars of symbols have 0.78
PITCH = PITCH_MM / HEIGHT_MM  # of the characters, by their height
EVEN = 0.87  # how evenly they are set; on 14 cheques 0.94 at least, other print reaches 0.84
GAP_MM = 30.0  # between parts of a line; where the account is left out it is as wide
CROSSED = 0.2  # of a line's height is dark in a column: there is something, if no bare character
BEYOND = 0.35  # heights above or below a line: what reaches so far is no character
BESIDE = 1.5  # pitches before the first free character and behind the last there may be others
AMID = 0.15, 0.85  # of the height: what is in between is among the characters
SPECK = 0.05  # of the square of a character's height: what has less ink hides nothing
A_CHARACTER = 0.15  # of it: characters have more ink, the printed edge of a cheque less
MARGIN = 8  # pixels at both ends of a strip
INKED = 0.6  # of the darkness of the line counts as black
HOLE_MM = 0.35  # in worn print, closed where else no line is found; between characters are 0.7

Mask = npt.NDArray[np.uint8]


class Row(NamedTuple):
    """Where the characters of a line are, dots."""

    pieces: npt.NDArray[np.float64]
    """Of the characters: left edge, top, width and height, (n, 4)."""
    top: float
    """At the left edge of the picture."""
    height: float
    slope: float
    left: float
    """As it is cut out, the height of a character before the first."""
    right: float


class CodeLine(NamedTuple):
    """A code line in a picture of a region."""

    ink: InkImage
    """How much darker each dot is than its paper."""
    dots: float
    """To a mm of the page."""
    corner: tuple[float, float]
    """The upper left corner of the picture on the page, mm."""
    row: Row
    """Of its characters."""


def find_code_line(image: GrayImage, transform: Transform, region: Rect) -> CodeLine | None:
    """Return where the code line in a region of a page is; None where there is none.

    Args:
        image: the page.
        transform: page mm to scan pixels; its scale may be off by a third.
        region: to look in, mm; other print around the line does not matter.
    """
    ink, dots = _ink_of(image, transform, region)
    return _find(ink, dots, (region.x, region.y))


def find_code_lines(image: GrayImage, transform: Transform, area: Rect) -> Iterator[CodeLine]:
    """Yield the code lines in an area that is much higher than they are, from the top.

    It is looked at in bands that overlap by half, so that a line may come twice.

    Args:
        image: the page.
        transform: page mm to scan pixels; its scale may be off by a third.
        area: to look in, mm.
    """
    ink, dots = _ink_of(image, transform, area)
    high, step = round(BAND_MM * dots), round(BAND_MM / 2 * dots)
    for top in range(0, max(len(ink) - step, 1), step):
        found = _find(ink[top : top + high], dots, (area.x, area.y + top / dots))
        if found is not None:
            yield found


def _ink_of(image: GrayImage, transform: Transform, region: Rect) -> tuple[InkImage, float]:
    """Return how much darker than its paper each dot of a region is, and its dots per mm."""
    dots = min(transform.scale_at(region.x, region.y), DOTS_PER_MM)
    return to_ink(cut_upright(image, transform, region, dots), BACKGROUND_MM * dots), dots


def _find(ink: InkImage, dots: float, corner: tuple[float, float]) -> CodeLine | None:
    mask = _dark(ink)
    for each in (mask, _mended(mask, dots)):
        row = _find_row(each, dots)
        if row is not None:
            return CodeLine(ink, dots, corner, row)
    return None


def _dark(ink: InkImage) -> Mask:
    """Return which dots may be print, 0 or 1."""
    return (ink > PALEST).astype(np.uint8)


def _mended(mask: Mask, dots: float) -> Mask:
    """Return dark dots with small holes closed, as worn print has them between bars."""
    side = max(round(HOLE_MM * dots), 1)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((side, side))), np.uint8)


def _find_row(mask: Mask, dots: float) -> Row | None:
    characters, pieces = _characters(mask, dots)
    if (pieces[:, 3] > WHOLE * HEIGHTS[0] * HEIGHT_MM * dots).sum() < FEWEST:
        return None
    levelled = [(_levelled(characters, slope), slope) for slope in SLOPES]
    rows, slope = max(
        ((level.sum(axis=1, dtype=np.float64), slope) for level, slope in levelled),
        key=lambda found: float((found[0] ** 2).sum()),
    )
    top, height = _band(rows, dots)
    left, above, across, down = pieces.T
    y = above + down / 2 - slope * (left + across / 2)
    own = (y > top) & (y < top + height)
    whole = own & (down > WHOLE * height)
    if whole.sum() < FEWEST or not HEIGHTS[0] < height / (HEIGHT_MM * dots) < HEIGHTS[1]:
        return None
    if _evenness((left + across)[whole], height * PITCH) < EVEN:
        return None
    inked = _levelled(mask, slope)[round(top) : round(top + height)]
    known = float(left[own].min()), float((left + across)[own].max())
    start, end = _extent(inked, known, GAP_MM * dots)
    return Row(pieces[own], top, height, slope, start - height, end + height)


def is_crossed(line: CodeLine) -> bool:
    """Tell whether dark dots among the characters hang together with what is none.

    A signature that touches one does, or a scribble.
    """
    mask, row = _dark(line.ink), line.row
    left, _, across, _ = row.pieces.T
    first, last = int(left.min()), int((left + across).max())
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    x, y, width, height = stats[:, : cv2.CC_STAT_AREA].T
    top = row.top + row.slope * np.clip(x + width / 2, first, last)
    reach = BEYOND * row.height
    large = (y < top - reach) | (y + height > top + row.height + reach)
    large |= (y == 0) | (y + height == len(mask))  # more of it may be beyond the region
    large |= width > WIDEST_MM / HEIGHT_MM * row.height
    large[0] = False
    of_side = large & (x > 0) & (x + width < mask.shape[1])  # the desk is beyond the paper's edge

    fall = abs(row.slope) * mask.shape[1]
    above = max(int(row.top - fall), 0)
    band = labels[above : int(row.top + row.height + fall) + 1]
    rows = slice(*(max(round(row.top + share * row.height) - above, 0) for share in AMID))

    def inked(chosen: npt.NDArray[np.bool_], start: int, end: int) -> float:
        """Return how much of columns is of chosen pieces, in squares of a character's height."""
        inside = _levelled(chosen.astype(np.uint8)[band], row.slope)
        return int(inside[rows, max(start, 0) : max(end, 0)].sum()) / row.height**2

    # A character at either end that hangs together with a stroke is no piece of the line.
    room = round(BESIDE * PITCH * row.height)
    sides = (inked(of_side, first - room, first), inked(of_side, last, last + room))
    return inked(large, first, last) > SPECK or max(sides) > A_CHARACTER


def _extent(inked: Mask, known: tuple[float, float], gap: float) -> tuple[float, float]:
    """Return where a line begins and ends: characters may hang together with what crosses them.

    Args:
        inked: which dots of its rows are dark, 0 or 1.
        known: from the first to the last character that stands free.
        gap: dots that may be bare within a line.
    """
    (columns,) = np.nonzero(inked.sum(axis=0) > CROSSED * len(inked))
    start, end = known
    for column in columns[columns < start][::-1].tolist():
        start = column if start - column < gap else start
    for column in columns[columns > end].tolist():
        end = column if column - end < gap else end
    return start, end


def _evenness(ends: npt.NDArray[np.float64], pitch: float) -> float:
    """Return how evenly characters are set, 0 to 1: each ends whole pitches after the last.

    Seen from the side, the pitch changes along the line; from one to the next it hardly does.
    """
    gaps = np.diff(np.sort(ends))
    gaps = gaps[gaps > pitch / 2]
    if gaps.size < FEWEST // 2:
        return 0.0
    pitches = pitch * np.linspace(0.88, 1.12, 49)
    return float(np.abs(np.exp(2j * np.pi * gaps / pitches[:, None]).mean(axis=1)).max())


def _characters(mask: Mask, dots: float) -> tuple[Mask, npt.NDArray[np.float64]]:
    """Return which dots are of characters by which the line is found, 0 or 1, and all pieces.

    Pieces are given by left edge, top, width and height, (n, 4). The line is found by those that
    are as high as whole characters, where there are enough: broken rules consist of lower ones.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    chosen = (height < HIGHEST_MM * dots) & (width < WIDEST_MM * dots)
    chosen &= height > LOWEST_MM * dots
    chosen[0] = False
    whole = chosen & (height > HEIGHTS[0] * HEIGHT_MM * dots)
    telling = whole if whole.sum() >= FEWEST else chosen
    is_character: Mask = telling.astype(np.uint8)[labels]
    return is_character, stats[chosen, : cv2.CC_STAT_AREA].astype(np.float64)


def _levelled(characters: Mask, slope: float) -> Mask:
    height, width = characters.shape
    matrix = np.array([[1, 0, 0], [-slope, 1, 0]])
    flags = cv2.INTER_NEAREST
    return np.asarray(cv2.warpAffine(characters, matrix, (width, height), flags=flags), np.uint8)


def _band(rows: npt.NDArray[np.float64], dots: float) -> tuple[float, float]:
    """Return top and height of the row of characters that stands clearest."""
    total = np.concatenate([[0.0], np.cumsum(rows)])
    count, clear = round(HEIGHT_MM * dots), round(CLEAR_MM * dots)
    starts = np.arange(max(len(rows) - count, 1))
    first, last = np.maximum(starts - clear, 0), np.minimum(starts + count + clear, len(rows))
    inside = total[np.minimum(starts + count, len(rows))] - total[starts]
    around = total[last] - total[first] - inside
    start = int((inside - around).argmax())
    near = slice(max(start - clear, 0), start + count + clear)
    dark = np.flatnonzero(rows[near] > EDGE * np.quantile(rows[near], 0.9))
    if not dark.size:
        return 0.0, 0.0
    return float(near.start + dark[0]), float(dark[-1] - dark[0] + 1)


def strip_of(line: CodeLine) -> StripImage:
    """Bring a code line to the height of a strip, level, black on white as far as it is."""
    row = line.row
    scale = CHARACTER / row.height
    width = min(round((row.right - row.left) * scale) + 2 * MARGIN, CODE_WIDEST)
    down = (CODE_HEIGHT - CHARACTER) / 2 - row.top * scale
    matrix = np.array([[scale, 0, MARGIN - row.left * scale], [-row.slope * scale, scale, down]])
    strip = cv2.warpAffine(line.ink, matrix, (width, CODE_HEIGHT)).astype(np.float32)
    black = INKED * float(np.quantile(strip, 0.98))
    return np.asarray(np.clip(strip * (255 / max(black, PALEST)), 0, 255), np.uint8)
