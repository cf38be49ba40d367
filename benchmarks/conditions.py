"""What the pipeline costs: digits drawn into forms and read again, in every condition.

Each page is filled by one writer of MNIST's test set. Its digits are given to the network twice:
as the pipeline cut them out of the page, and directly. The difference is what the pipeline costs.

    python benchmarks/conditions.py --pages 50
    python benchmarks/conditions.py --conditions fax photo --save-misreads misreads

The digits are looked for in $FORMREADER_DATA/digits/mnist, else in ../shared/data/digits/mnist.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np
from misreads import EMPTY, ReadBox, save_sheet
from rich.console import Console
from rich.table import Table

from formreader.decide import decide_page
from formreader.digits.recogniser import LiteRTRecogniser, load_recogniser
from formreader.errors import AlignmentError
from formreader.images import Probabilities
from formreader.pages import Page
from formreader.policy import KeepPromise
from formreader.reader import Sheet, prepare, reading_of
from formreader.results import PageReading, Status
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.synth.bitmaps import load_hands
from formreader.synth.conditions import CONDITIONS, Condition
from formreader.synth.forms import DrawnForm, draw_forms
from formreader.synth.glyph import Hands
from formreader.synth.scanner import Scanner
from formreader.synth.sheet import PrintStyle
from formreader.template import Template
from formreader.template_file import load_template

HERE = Path(__file__).parent
DATA = Path(os.environ.get("FORMREADER_DATA", HERE.parent.parent / "shared" / "data"))
WIDTH = 160  # characters of the table, also where output is not a terminal
SUREST = 0.75  # the share of fields whose errors are shown whatever the model promises


@dataclass(frozen=True, slots=True)
class Case:
    """A condition, and the form drawn in it."""

    name: str
    condition: Condition
    template: Template


@dataclass(slots=True)
class Tally:
    """What became of the pages of one case, or of all."""

    pages: int = 0
    set_aside: int = 0
    digits: int = 0
    read: int = 0
    """Digits that the pipeline read rightly."""
    direct: int = 0
    """Digits that the network reads rightly when it is given them directly."""
    ghosts: int = 0
    """Digits read in boxes that hold none."""
    fields: int = 0
    exact: int = 0
    accepted: int = 0
    wrong: int = 0
    """Accepted fields that are not exact."""
    seconds: float = 0.0
    judged: list[tuple[float, bool]] = field(default_factory=list)
    """Confidence and exactness of every field."""

    def add(self, other: "Tally") -> None:
        """Count another tally in."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def row(self) -> list[str]:
        """Return the cells of the table."""
        surest = sorted(self.judged, reverse=True)[: round(SUREST * self.fields)]
        return [
            str(self.pages),
            str(self.set_aside),
            str(self.digits),
            _percent(self.read, self.digits),
            _percent(self.direct, self.digits),
            f"{100 * (self.direct - self.read) / max(self.digits, 1):+.2f}",
            str(self.ghosts),
            _percent(self.exact, self.fields),
            _percent(self.accepted, self.fields),
            _percent(self.wrong, self.accepted),
            _percent(sum(not exact for _, exact in surest), len(surest)),
            f"{1000 * self.seconds / max(self.pages, 1):.0f}",
        ]


COLUMNS = (
    "pages", "aside", "digits", "read %", "direct %", "cost", "ghosts",
    "exact %", "accepted %", "wrong %", f"surest {SUREST:.0%}: wrong %", "ms/page",
)  # fmt: skip


def main() -> None:
    """Measure the cases asked for and show them in a table."""
    cases = all_cases()
    asked = _arguments(tuple(cases))
    model = load_recogniser(asked.model, model_folders())
    policy = KeepPromise(asked.max_error, model.evidence, model.card.hand)
    hands = load_hands(DATA / "digits" / "mnist")
    table, total = Table("condition", *COLUMNS), Tally()
    for name in asked.conditions or cases:
        forms = islice(draw(cases[name], hands, asked.seed), asked.pages)
        tally, misreads = measure(forms, model, policy)
        table.add_row(name, *tally.row())
        print(name, *tally.row(), file=sys.stderr)
        total.add(tally)
        if asked.save_misreads and misreads:
            save_sheet(asked.save_misreads / f"{name}.png", misreads)
    table.add_row("all", *total.row())
    Console(width=WIDTH).print(table)


def all_cases() -> dict[str, Case]:
    """Return every condition with the form of sixty boxes, and what forms print in boxes."""
    form = load_template(HERE / "form.toml")
    cases = [Case(name, condition, form) for name, condition in CONDITIONS.items()]
    for guide, gray in (("seven-segment", 170), ("dots", 170), ("letters", 200)):
        fields = tuple(field.model_copy(update={"guide": guide}) for field in form.fields)
        condition = Condition(f"guide-{guide}", print=PrintStyle(guide_gray=gray))
        cases.append(Case(condition.name, condition, replace(form, fields=fields)))
    return {case.name: case for case in cases}


def draw(case: Case, hands: Hands, seed: int) -> Iterator[DrawnForm]:
    """Draw the forms of a case; the same writers write the same numbers in each."""
    return draw_forms(case.template, hands, [case.condition], seed=seed)


def measure(
    forms: Iterator[DrawnForm], model: LiteRTRecogniser, policy: KeepPromise
) -> tuple[Tally, list[ReadBox]]:
    """Read forms and compare with what was written."""
    tally, misreads = Tally(), []
    for form in forms:
        tally.pages += 1
        tally.fields += len(form.fields)
        capture = form.condition.capture
        dpi = capture.dpi[0] if isinstance(capture, Scanner) else None
        start = time.perf_counter()
        try:
            sheet = prepare(Page("drawn", 1, form.image, dpi), [form.template])
            look = model.look(sheet.digits)
        except AlignmentError:
            tally.set_aside += 1
            continue
        finally:
            tally.seconds += time.perf_counter() - start
        misreads += _count_digits(tally, _boxes(form, sheet, look.probabilities), model)
        _count_fields(tally, form, reading_of(sheet, look), policy)
    return tally, misreads


def _boxes(form: DrawnForm, sheet: Sheet, probabilities: Probabilities) -> list[ReadBox]:
    """Return all boxes of a page with what was read in them."""
    cut = zip(sheet.digits, probabilities.argmax(axis=1).tolist(), strict=True)
    truths = (box for field in form.fields for box in field.boxes)
    covers = (cover for row in sheet.covers for cover in row)
    return [
        ReadBox(form, truth, *(next(cut) if cover else (None, EMPTY)))
        for truth, cover in zip(truths, covers, strict=True)
    ]


def _count_digits(tally: Tally, boxes: list[ReadBox], model: LiteRTRecogniser) -> list[ReadBox]:
    """Compare box by box; return the digits that the pipeline alone misread."""
    tally.ghosts += sum(box.truth.digit is None and box.said < 10 for box in boxes)
    written = [box for box in boxes if box.truth.digit is not None]
    alone = model.look(np.array([box.truth.digit for box in written])).probabilities.argmax(axis=1)
    known = [said == int(box.truth.seen) for said, box in zip(alone, written, strict=True)]
    tally.digits += len(written)
    tally.direct += sum(known)
    tally.read += sum(box.is_right for box in written)
    return [
        box for box, by_itself in zip(written, known, strict=True) if by_itself and not box.is_right
    ]


def _count_fields(tally: Tally, form: DrawnForm, reading: PageReading, policy: KeepPromise) -> None:
    record = decide_page(("drawn", 1), reading, form.template, policy)
    for truth, decided in zip(form.fields, record.fields, strict=True):
        decision = decided.decision
        exact = decision.value == truth.value
        accepted = decision.status in (Status.ACCEPTED, Status.BLANK)
        tally.exact += exact
        tally.accepted += accepted
        tally.wrong += accepted and not exact
        tally.judged.append((decision.confidence, exact))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}" if whole else "-"


def _arguments(names: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conditions", nargs="+", choices=names, metavar="NAME")
    parser.add_argument("--pages", type=int, default=50, help="of each condition")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument(
        "--max-error", type=float, default=0.005, help="promised of what is accepted"
    )
    parser.add_argument("--save-misreads", type=Path, metavar="DIR")
    return parser.parse_args()


if __name__ == "__main__":
    main()
