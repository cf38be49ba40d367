"""Code lines: how many are read without an error, and accepted, of lines and of whole cheques.

Lines are drawn worn, scribbled over, on security print, in any light and resolution, as the
network was trained on them. Cheques are drawn in all conditions, found, and read whole.

    python benchmarks/code_lines.py
"""

import argparse
from collections.abc import Sequence
from functools import partial
from itertools import cycle, islice
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from formreader.code_parts import is_whole
from formreader.decode import decode
from formreader.errors import AlignmentError
from formreader.geometry import Rect
from formreader.images import StripImage
from formreader.pages import Page
from formreader.policy import KeepPromise
from formreader.reader import CROSSED, NOT_WHOLE, prepare
from formreader.results import FieldReading, Status
from formreader.settle import settle
from formreader.shipped import model_folders, template_folders
from formreader.strips.card import LineKind
from formreader.strips.code_line import is_crossed, strip_of
from formreader.strips.network import LineNetwork, load_line_networks
from formreader.synth.conditions import CONDITIONS, Condition
from formreader.synth.forms import draw_form
from formreader.synth.strokes import random_hand
from formreader.template import Field, Template
from formreader.template_file import find_template, load_template
from formreader.training.lines.codes import draw_code

FIELD = Field.model_validate({"name": "code", "type": "micr", "region": [0, 0, 1, 1]})
WHERE = Rect(0, 0, 1, 1)


def main() -> None:
    """Draw, read and count."""
    asked = _arguments()
    network = load_line_networks([LineKind.CODE_LINE], model_folders())[LineKind.CODE_LINE]
    least = KeepPromise(asked.max_error, network.evidence).support("code line", asked.max_error)
    read = partial(_read, network, least.least_confidence)
    rng = np.random.default_rng(asked.seed)
    lines = [_drawn(rng) for _ in range(asked.count)]
    table = Table("drawn", "count", "not found", "without an error", "accepted", "wrong of these")
    table.add_row("lines", *_shown(list(map(read, lines))))
    for name in ("cheque-in", "cheque-us"):
        form = load_template(find_template(name, template_folders()))
        conditions = islice(cycle(CONDITIONS.values()), asked.cheques)
        found = [_on_cheque(form, condition, rng) for condition in conditions]
        table.add_row(f"on {name}", *_shown([read(each) for each in found]))
    Console().print(table)


class Line(NamedTuple):
    """A code line that was found."""

    strip: StripImage
    text: str
    """What is printed."""
    is_crossed: bool
    """Whether a stroke runs through it, which sends it to review."""
    country: str = ""
    """Whose parts it should have, or it goes there too."""


class Outcome(NamedTuple):
    """What became of one line."""

    found: bool
    exact: bool
    accepted: bool


def _drawn(rng: np.random.Generator) -> Line | None:
    """Draw a line; return it as it is found again, None where it is not."""
    found, text = draw_code(rng)
    return None if found is None else Line(strip_of(found), text, is_crossed(found))


def _on_cheque(form: Template, condition: Condition, rng: np.random.Generator) -> Line | None:
    """Draw a cheque; return its code line, None where none is found.

    Conditions that tear a corner off or turn the page into another form are drawn all the same.
    """
    drawn = draw_form(form, random_hand(rng), condition, rng)
    (text,) = (field.value for field in drawn.fields if field.name == "micr")
    try:
        sheet = prepare(Page("drawn", 1, drawn.image, None), [form])
    except AlignmentError:
        return None
    strips = zip(sheet.laid.runs, sheet.strips, strict=True)
    ((run, strip),) = ((run, strip) for run, strip in strips if run.field.name == "micr")
    return None if strip is None else Line(strip, text, run.is_crossed, run.field.country)


def _read(network: LineNetwork, least: float | None, line: Line | None) -> Outcome:
    """Read and decide a line."""
    if line is None:
        return Outcome(found=False, exact=False, accepted=False)
    texts = network.texts(line.strip)
    belief = decode(FieldReading("code", (), WHERE, texts), FIELD)
    doubt = CROSSED if line.is_crossed else ""
    if not is_whole(texts[0][0], line.country):
        doubt = NOT_WHOLE
    decision = settle(belief, FIELD, doubt, least)
    return Outcome(True, decision.value == line.text, decision.status is Status.ACCEPTED)


def _shown(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    count = len(outcomes)
    accepted = sum(each.accepted for each in outcomes)
    return (
        str(count),
        str(sum(not each.found for each in outcomes)),
        f"{sum(each.exact for each in outcomes) / count:.2%}",
        f"{accepted / count:.2%}",
        str(sum(each.accepted and not each.exact for each in outcomes)),
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--cheques", type=int, default=132, help="of each country")
    parser.add_argument("--max-error", type=float, default=0.001)
    parser.add_argument("--seed", type=int, default=1_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
