"""Lines to train a network on, and lines by other writers to judge it by."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import NamedTuple, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from formreader.digit_sets.labelled import LabelledDigits
from formreader.images import StripImage
from formreader.strips import HEIGHT, WIDEST, cut_strip
from formreader.strips.code_line import CODE_HEIGHT, CODE_WIDEST, strip_of
from formreader.synth.bitmaps import choose_hand
from formreader.synth.glyph import GLYPH_HEIGHT, Glyph, Hand
from formreader.synth.line import WrittenLine, struck_out, write_line
from formreader.synth.skeletons import LATIN
from formreader.synth.strokes import StrokeHand, random_hand
from formreader.synth.style import choose_style
from formreader.training.lines.codes import draw_code
from formreader.training.lines.paper import FINEST, scan_line
from formreader.training.lines.texts import choose_text

CHUNK = 500  # lines drawn at once; the same whatever the number of cores
DRAWN_HANDS = 0.3  # of the lines; the sets have few hands that are not American
SOUTHERN, SOUTHERN_DIGITS = 0.4, 0.5  # of the lines, and of the digits that LATIN has
MOST_WORKERS = 61  # that Windows can wait for
NARROWEST = 16  # pixels of a strip
LETTER = "?"
PRINTED = "printed"  # the writer of what is


class DrawnLine(NamedTuple):
    """One line."""

    strip: StripImage
    label: str
    writer: str


class Drawing(Protocol):
    """Draws lines of one kind; it is sent to other processes."""

    @property
    def height(self) -> int:
        """Of its strips, pixels."""
        ...

    @property
    def widest(self) -> int:
        """Of its strips, pixels."""
        ...

    def draw(self, rng: np.random.Generator) -> DrawnLine | None:
        """Return a line; None where it cannot be cut out of what was drawn."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Strips with what is written on them."""

    strips: npt.NDArray[np.uint8]
    """(lines, height, widest); 0 beyond the width of each."""
    widths: npt.NDArray[np.int16]
    """Of each, pixels, (lines,)."""
    labels: npt.NDArray[np.str_]
    """What each is to be read as, (lines,)."""
    writers: npt.NDArray[np.str_]
    """Who wrote each, (lines,)."""

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class WrittenLines:
    """Draws amounts, dates and numbers as people write them without boxes."""

    sets: Sequence[LabelledDigits]
    """Whose writers write; each set as often as the root of its size has it. None: made-up hands
    write all."""
    height: int = HEIGHT
    widest: int = WIDEST

    def draw(self, rng: np.random.Generator) -> DrawnLine | None:
        """Have somebody write a line."""
        hand, written = self.choose_hand(rng), choose_text(rng)
        image = scan_line(write_line(written.text, hand, choose_style(rng), rng), rng)
        strip = cut_strip(image) if min(image.shape) >= FINEST else None
        if strip is None or strip.shape[1] < NARROWEST:
            return None
        return DrawnLine(strip, written.label, hand.writer)

    def choose_hand(self, rng: np.random.Generator) -> Hand:
        """Choose somebody to write the next line."""
        hand = self._some_hand(rng)
        if rng.random() >= SOUTHERN:
            return hand
        digits = frozenset(digit for digit in LATIN if rng.random() < SOUTHERN_DIGITS)
        return _SouthernHand(hand, _latin_hand(rng), digits)

    def _some_hand(self, rng: np.random.Generator) -> Hand:
        if not self.sets or rng.random() < DRAWN_HANDS:
            return random_hand(rng)
        shares = np.sqrt([len(digits) for digits in self.sets])
        chosen = int(rng.choice(len(self.sets), p=shares / shares.sum()))
        return choose_hand(self.sets[chosen], rng)


@dataclass(frozen=True, slots=True, eq=False)
class _SouthernHand:
    """Somebody who writes some digits as in South America."""

    hand: Hand
    latin: Hand
    digits: frozenset[int]
    """That the writer draws in the latter way."""

    @property
    def writer(self) -> str:
        """Who it is."""
        return self.hand.writer

    def draw(self, digit: int, rng: np.random.Generator) -> Glyph:
        """Write a digit."""
        return (self.latin if digit in self.digits else self.hand).draw(digit, rng)


def _latin_hand(rng: np.random.Generator) -> StrokeHand:
    """Make up somebody who writes as in South America."""
    hand = random_hand(rng)
    ways = tuple(LATIN.get(digit, ways) for digit, ways in enumerate(hand.ways))
    variants = tuple(int(rng.integers(len(some))) for some in ways)
    return replace(hand, ways=ways, variants=variants)


@dataclass(frozen=True, slots=True, eq=False)
class OddLines:
    """Draws what is no number where one should be: bare print, words, numbers struck out."""

    written: WrittenLines
    """By whom."""
    height: int = HEIGHT
    widest: int = WIDEST

    def draw(self, rng: np.random.Generator) -> DrawnLine | None:
        """Draw something of which no number may be made."""
        hand, kind = self.written.choose_hand(rng), int(rng.integers(3))
        if kind == 0:
            length = int(rng.uniform(1.5, 9) * GLYPH_HEIGHT)
            line, label = WrittenLine(np.zeros((GLYPH_HEIGHT, length), np.uint8), 0), ""
        elif kind == 1:
            words = [LETTER * int(rng.integers(2, 8)) for _ in range(int(rng.integers(1, 4)))]
            line = write_line(" ".join(words), hand, choose_style(rng), rng)
            label = "".join(words)
        else:
            number = write_line(choose_text(rng).text, hand, choose_style(rng), rng)
            line, label = struck_out(number, rng), LETTER
        strip = cut_strip(scan_line(line, rng))
        if strip is None or strip.shape[1] < NARROWEST:
            return None
        return DrawnLine(strip, label, hand.writer)


@dataclass(frozen=True, slots=True)
class PrintedCodes:
    """Draws code lines of cheques."""

    height: int = CODE_HEIGHT
    widest: int = CODE_WIDEST

    def draw(self, rng: np.random.Generator) -> DrawnLine | None:
        """Print a line."""
        found, text = draw_code(rng)
        return None if found is None else DrawnLine(strip_of(found), text, PRINTED)


def draw_lines(drawing: Drawing, count: int, seed: int) -> Iterator[Lines]:
    """Draw lines, in parts, in order.

    Args:
        drawing: draws them.
        count: of lines.
        seed: makes every choice, on any number of cores.
    """
    starts = enumerate(range(0, count, CHUNK))
    chunks = [(seed, number, min(CHUNK, count - start)) for number, start in starts]
    # A process forked from one in which TensorFlow has run may wait for its locks for ever.
    workers = min(os.cpu_count() or 1, len(chunks), MOST_WORKERS)
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (drawing,)) as pool:
        yield from pool.map(_draw_chunk, chunks)


def gathered(parts: Iterable[Lines]) -> Lines:
    """Return parts as one."""
    parts = list(parts)
    return Lines(
        strips=np.concatenate([part.strips for part in parts]),
        widths=np.concatenate([part.widths for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
        writers=np.concatenate([part.writers for part in parts]),
    )


_drawing: Drawing | None = None  # of a worker process, sent to it once


def _begin(drawing: Drawing) -> None:
    global _drawing  # noqa: PLW0603 what a process pool's workers are given for good
    _drawing = drawing
    cv2.setNumThreads(1)


def _draw_chunk(chunk: tuple[int, int, int]) -> Lines:
    seed, number, count = chunk
    assert _drawing is not None
    rng = np.random.default_rng((seed, number))
    strips = np.zeros((count, _drawing.height, _drawing.widest), np.uint8)
    drawn: list[DrawnLine] = []
    while len(drawn) < count:
        if line := _drawing.draw(rng):
            strips[len(drawn), :, : line.strip.shape[1]] = line.strip
            drawn.append(line)
    return Lines(
        strips=strips,
        widths=np.array([line.strip.shape[1] for line in drawn], np.int16),
        labels=np.array([line.label for line in drawn]),
        writers=np.array([line.writer for line in drawn]),
    )
