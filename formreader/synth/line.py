"""Write a line of characters by hand, as where there are no boxes: amounts and dates on cheques."""

import re
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import InkImage
from formreader.synth.glyph import GLYPH_HEIGHT, Hand
from formreader.synth.pen import INKED, bow, draw_stroke, leaning
from formreader.synth.signs import draw_sign
from formreader.synth.style import Style
from formreader.synth.zeros import joined_zeros

ROOM = 2.6  # digits, of the height of the paper that is written on
BASE = 1.8  # digits from its top to the base line
SPACE = " "
TAILS_JOINED = 0.3  # of dashes begin at the slash before them
BODILESS = ".,"
"""Signs that stand under what is before them rather than beside it."""


@dataclass(frozen=True, slots=True, eq=False)
class WrittenLine:
    """A line of writing."""

    ink: InkImage
    """Cut out tightly."""
    top: float
    """Row where its digits begin, about; they are `GLYPH_HEIGHT` high."""


def write_line(text: str, hand: Hand, style: Style, rng: np.random.Generator) -> WrittenLine:
    """Write a line.

    Args:
        text: digits, spaces, . , / - = and the currency sign; "?" is some letter, "|" a printed
            upright line.
        hand: whose digits it is written with.
        style: how they are put together.
        rng: makes every choice.

    Raises:
        ValueError: if there is nothing to write.
    """
    if not text.strip():
        raise ValueError("expected a text to write, got none")
    scribe = _Scribe(_Paper(len(text)), hand, style, rng)
    before = SPACE
    for part in _strokes_of(text, style, rng):
        scribe.write(part, before)
        before = part[-1]
    return scribe.paper.cut()


def struck_out(line: WrittenLine, rng: np.random.Generator) -> WrittenLine:
    """Return a line that its writer took back: by strokes through it, or a scribble over it."""
    ink = line.ink.copy()
    height, width = ink.shape
    pen = float(rng.uniform(0.06, 0.12))
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 4))):
            start, end = rng.uniform(0.3, 0.7, 2) * height
            draw_stroke(ink, bow((0, start), (width, end), rng.normal(0, 0.02)), pen)
    else:
        count = max(round(width / GLYPH_HEIGHT * rng.uniform(2, 5)), 4)
        x = np.linspace(0, width, count) + rng.normal(0, 0.1 * GLYPH_HEIGHT, count)
        y = np.where(np.arange(count) % 2, 0.15, 0.85) * height
        draw_stroke(ink, np.column_stack([x, y + rng.normal(0, 0.1 * height, count)]), pen)
    return WrittenLine(ink, line.top)


def _strokes_of(text: str, style: Style, rng: np.random.Generator) -> list[str]:
    """Return the parts of a text that are written each by itself: characters, zeros in a row."""
    parts = []
    for part in re.findall(r"00+|.", text):
        parts += [part] if len(part) == 1 or rng.random() < style.runs else list(part)
    return parts


@dataclass(frozen=True, slots=True, eq=False)
class _Scribe:
    """Somebody writing a line."""

    paper: "_Paper"
    hand: Hand
    style: Style
    rng: np.random.Generator

    def write(self, character: str, before: str) -> None:
        """Write a character behind another, or zeros in one stroke."""
        style, rng = self.style, self.rng
        base = BASE + style.climb * self.paper.end + rng.normal(0, style.unevenness)
        gap = style.gap + rng.normal(0, 0.05)
        if character == SPACE:
            self.paper.skip(rng.uniform(0.2, 0.6))
        elif len(character) > 1:
            zeros = joined_zeros(len(character), style, rng)
            self.paper.put(zeros, base - style.lifted * (1 - style.zeros), gap)
        elif character.isdigit():
            self._write_digit(int(character), before, base, gap)
        else:
            ink, rise = draw_sign(character, style, rng)
            is_tail = before == "/" and character == "-" and rng.random() < TAILS_JOINED
            gap = rng.uniform(-0.2, 0) if is_tail else gap
            beside = character not in BODILESS
            least = -np.inf if beside else rng.uniform(-0.02, 0.12)
            self.paper.put(ink, base - rise, max(gap, least), under=1.0 if beside else 0.3)

    def _write_digit(self, digit: int, before: str, base: float, gap: float) -> None:
        style, rng = self.style, self.rng
        lower = style.zeros if digit == 0 else 1.0
        size = rng.normal(1, 0.06) * lower
        ink = leaning(
            self.hand.draw(digit, rng).ink,
            style.slant + rng.normal(0, 0.03),
            style.aspect * size,
            size,
            rng.normal(0, 0.04),
        )
        below = rng.uniform(0, 0.25) if digit in (7, 9) and rng.random() < 0.5 else 0.0
        before_it = self.paper.last
        place = self.paper.put(ink, base + below - style.lifted * (1 - lower), gap)
        if digit == 0 and rng.random() < style.loops:
            self.paper.loop(place, style.pen, rng)
        if before.isdigit() and before_it:
            loops = digit == 0 == int(before) and rng.random() < style.loops
            if loops or rng.random() < style.joins:
                self.paper.join(before_it, place, style.pen, rng, at_top=loops)


class _Place(NamedTuple):
    """Where a character is, pixels."""

    x: int
    y: int
    width: int
    height: int


class _Paper:
    """What a line is written on, from left to right."""

    def __init__(self, characters: int) -> None:
        """Take a sheet that is long enough."""
        height, width = round(ROOM * GLYPH_HEIGHT), (characters + 3) * 2 * GLYPH_HEIGHT
        self._ink = np.zeros((height, width), np.uint8)
        self._right = np.full(height, -np.inf)
        """Where the ink of each row ends so far."""
        self._end = 0.2 * GLYPH_HEIGHT
        self.last: _Place | None = None
        """Where the last character is; None behind a space."""

    @property
    def end(self) -> float:
        """How long the line is so far, digits."""
        return self._end / GLYPH_HEIGHT

    def skip(self, space: float) -> None:
        """Leave a space, by the height of a digit."""
        self._end += space * GLYPH_HEIGHT
        self._right += space * GLYPH_HEIGHT
        self.last = None

    def put(self, ink: InkImage, base: float, gap: float, *, under: float = 1.0) -> _Place:
        """Write ink as near to what is there as the gap says; return where it is.

        Args:
            ink: of one character.
            base: its lower end, digits from the top.
            gap: between its ink and that before it where they are nearest, by a digit's height.
            under: how far at most it reaches over or under what is before it.
        """
        ink = ink[: len(self._ink)]  # of a stroke longer than the paper is high
        rows, columns = ink.shape
        y = int(np.clip(round(base * GLYPH_HEIGHT) - rows, 0, len(self._ink) - rows))
        inked = ink > INKED
        x = round(self._start(inked, y, gap, under))
        x = min(max(x, 0), self._ink.shape[1] - columns)
        part = self._ink[y : y + rows, x : x + columns]
        np.maximum(part, ink, out=part)
        ends = np.where(inked.any(axis=1), x + columns - inked[:, ::-1].argmax(axis=1), -np.inf)
        self._right[y : y + rows] = np.maximum(self._right[y : y + rows], ends)
        self._end = float(x + columns)
        self.last = _Place(x, y, columns, rows)
        return self.last

    def join(
        self, left: _Place, right: _Place, pen: float, rng: np.random.Generator, *, at_top: bool
    ) -> None:
        """Draw a stroke from one digit to the next, if they are near enough."""
        low, high = (0.35, 0.35) if at_top else (1.0, 0.6)
        start = self._row(left.y + rng.uniform(0, low) * left.height)
        end = self._row(right.y + rng.uniform(0, high) * right.height)
        before = np.flatnonzero(self._ink[start, left.x : left.x + left.width] > INKED)
        after = np.flatnonzero(self._ink[end, right.x : right.x + right.width] > INKED)
        if not before.size or not after.size:
            return
        first, last = left.x + before[-1], right.x + after[0]
        if 0 < last - first < 0.7 * GLYPH_HEIGHT and abs(end - start) < 0.5 * GLYPH_HEIGHT:
            stroke = bow((first, start), (last, end), rng.normal(0, 0.2))
            draw_stroke(self._ink, stroke, pen * rng.uniform(0.7, 1.0))

    def loop(self, zero: _Place, pen: float, rng: np.random.Generator) -> None:
        """Let the stroke of a 0 run on to the right from its top."""
        x = zero.x + rng.uniform(0.4, 0.8) * zero.width
        y = zero.y + rng.uniform(0.02, 0.12) * zero.height
        end_x = zero.x + zero.width + rng.uniform(0.03, 0.3) * GLYPH_HEIGHT
        end_y = zero.y + rng.uniform(-0.12, 0.22) * GLYPH_HEIGHT
        draw_stroke(self._ink, bow((x, y), (end_x, end_y), rng.normal(0, 0.15)), pen)

    def cut(self) -> WrittenLine:
        """Return what was written."""
        x, y, width, height = cv2.boundingRect((self._ink > INKED).astype(np.uint8))
        ink = np.ascontiguousarray(self._ink[y : y + height, x : x + width])
        return WrittenLine(ink, (BASE - 1) * GLYPH_HEIGHT - y)

    def _row(self, y: float) -> int:
        return int(np.clip(y, 0, len(self._ink) - 1))

    def _start(self, inked: npt.NDArray[np.bool_], y: int, gap: float, under: float) -> float:
        """Return the x from which ink is as near to what is there as the gap says."""
        around = 2 * round(0.12 * GLYPH_HEIGHT) + 1
        right = np.maximum(self._right, -1e6).astype(np.float32)[:, None]
        ends = cv2.dilate(right, np.ones((around, 1), np.uint8))[y : y + len(inked), 0]
        starts = np.where(inked.any(axis=1), inked.argmax(axis=1), np.inf)
        nearest = float((starts - ends).min())
        if nearest > 1e5:  # nothing is beside it
            return self._end
        return max(gap * GLYPH_HEIGHT - nearest, self._end - under * GLYPH_HEIGHT)
