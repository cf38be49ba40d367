"""Gather what a network is trained on, and what it is judged by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from formreader.digit_sets.labelled import LabelledDigits, joined
from formreader.digits.card import DataSource
from formreader.images import CROSSED, NO_DIGIT
from formreader.synth.forms import DrawnForm
from formreader.synth.glyph import Hand
from formreader.synth.rows import draw_row, draw_usual_row
from formreader.training.crossed import draw_crossed
from formreader.training.fetch import fetch_mnist
from formreader.training.hands import draw_hands
from formreader.training.no_digit import draw_no_digit
from formreader.training.plan import Plan
from formreader.training.progress import Progress
from formreader.training.sets import (
    drawn,
    load_training_set,
    split_by_writer,
)
from formreader.training.through_pages import Wanted, write_and_cut

FEW = 10_000  # digits; a smaller set is shown twice, lest its hands drown among others
DRAWN = (0.08, 0.08, 0.08)  # hands, crossed, no digit: shares of the digits of the sets
DRAWN_TO_JUDGE = 500  # pictures of each kind
PAGES = 1.0  # digits written on pages, as a share of the digits of the sets
PAGES_TO_JUDGE = 4.0  # of those held out; small shares of errors take many fields to show
HARSH = 0.4  # of the rows to train on are harder to read than forms usually are
SPOILT, SPOILT_TO_JUDGE = 0.1, 0.01  # of the boxes hold no digit; forms show the second

LICENCES = {  # of the sets known; what others are allowed for is not known here
    "mnist": "CC BY-SA 3.0 (Y. LeCun, C. Cortes, C. Burges; from NIST Special Database 19)",
    "swiss": "Apache-2.0",
    "semeion": "CC BY 4.0 (Semeion Research Center, Rome; UCI Machine Learning Repository)",
}


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Digits to train on, and digits of other writers."""

    shown: LabelledDigits
    held_out: tuple[LabelledDigits, ...]
    """One set for each of the plan's, and one for each kind of drawn picture."""
    pages: LabelledDigits | None
    """Those held out, as reading sees them; None where no pages are drawn."""
    sources: tuple[DataSource, ...]

    @property
    def to_choose_by(self) -> LabelledDigits | None:
        """All that is held out; None if nothing is."""
        sets = [*self.held_out, *([self.pages] if self.pages else [])]
        return joined("held out", sets) if sets else None


def load_sets(plan: Plan) -> list[LabelledDigits]:
    """Read the sets of a plan.

    Raises:
        InputError: if a set cannot be read.
        SetupError: if the plan names none, and Keras cannot fetch MNIST.
    """
    return [load_training_set(path) for path in plan.data] or [fetch_mnist("train")]


def gather(
    plan: Plan, sets: Sequence[LabelledDigits], rng: np.random.Generator, progress: Progress
) -> Material:
    """Make of sets of digits what a plan's recipe is trained on."""
    share = plan.recipe.validation
    if plan.recipe.on_pages:
        return _with_pages(sets, share, plan.seed, rng, progress)
    digits = joined("digits", sets)
    last = np.arange(len(digits)) >= round((1 - share) * len(digits))  # as Keras splits
    return Material(
        shown=digits.take(~last),
        held_out=(replace(digits.take(last), name="digits"),) if last.any() else (),
        pages=None,
        sources=tuple(map(source_of, sets)),
    )


def _with_pages(
    sets: Sequence[LabelledDigits],
    share: float,
    seed: int,
    rng: np.random.Generator,
    progress: Progress,
) -> Material:
    """Hold writers out, draw what no set has, write it all on pages."""
    parts = [split_by_writer(digits, share, seed) for digits in sets]
    known = [part for part, _ in parts for _ in range(2 if len(part) < FEW else 1)]
    count = sum(map(len, known))
    known += _draw(joined("shown", known), [round(share * count) for share in DRAWN], rng)
    unknown = [part for _, part in parts]
    to_train = Wanted(round(PAGES * count), SPOILT, _draw_row)
    to_judge = Wanted(
        round(PAGES_TO_JUDGE * sum(map(len, unknown))), SPOILT_TO_JUDGE, draw_usual_row
    )
    unknown += _draw(joined("held out", unknown), [DRAWN_TO_JUDGE] * 3, rng)
    return Material(
        shown=joined("shown", [*known, _on_pages(known, to_train, rng, progress)]),
        held_out=tuple(unknown),
        pages=_on_pages(unknown, to_judge, rng, progress),
        sources=tuple(source_of(part) for part, _ in parts),
    )


def _draw_row(hand: Hand, rng: np.random.Generator) -> DrawnForm:
    """Draw a row as forms usually are, or one harder to read: from those alone nets learn mush."""
    draw = draw_row if rng.random() < HARSH else draw_usual_row
    return draw(hand, rng)


def _draw(
    digits: LabelledDigits, counts: Sequence[int], rng: np.random.Generator
) -> list[LabelledDigits]:
    """Draw what no set has, as many as wanted of each kind of `DRAWN`."""
    hands, crossed, no_digit = counts
    return [
        draw_hands(hands, digits, rng),
        drawn("crossed", draw_crossed(crossed, digits, rng), CROSSED),
        drawn("no digit", draw_no_digit(no_digit, digits, rng), NO_DIGIT),
    ]


def _on_pages(
    sets: Sequence[LabelledDigits], wanted: Wanted, rng: np.random.Generator, progress: Progress
) -> LabelledDigits:
    """Write sets on pages, the last two of them where a box does not hold a digit."""
    progress.stage("drawing pages", wanted.count)
    digits, spoils = joined("digits", sets[:-2]), joined("spoils", sets[-2:])
    return write_and_cut(digits, spoils, wanted, rng, progress.step)


def source_of(digits: LabelledDigits) -> DataSource:
    """Say what a set of digits is, for the card of a network trained on it."""
    licence = LICENCES.get(digits.name, "not stated")
    return DataSource(name=digits.name, licence=licence, digits=len(digits))
