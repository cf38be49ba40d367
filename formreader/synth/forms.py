"""Draw forms from beginning to end: printed, filled, worn, scanned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from formreader.geometry import Transform
from formreader.images import GrayImage
from formreader.synth.camera import Camera, photograph
from formreader.synth.conditions import Condition
from formreader.synth.fill import FieldTruth, fill_sheet
from formreader.synth.glyph import Hand, Hands
from formreader.synth.scanner import Scanner, scan
from formreader.synth.sheet import print_sheet
from formreader.synth.wear import wear_out
from formreader.template import MM_PER_INCH, Template

COARSEST_DPI = 300.0  # of a sheet before it is scanned: coarser, thin lines lose their shape


@dataclass(frozen=True, slots=True, eq=False)
class DrawnForm:
    """The picture of a filled form, and all that can be known of it."""

    template: Template
    image: GrayImage
    to_scan: Transform
    """The page in mm onto the picture, by the centres of its pixels."""
    fields: tuple[FieldTruth, ...]
    writer: str
    condition: Condition


def draw_forms(
    template: Template, hands: Hands, conditions: Sequence[Condition], *, seed: int
) -> Iterator[DrawnForm]:
    """Draw one form after another without end, in each condition in turn.

    The same seed gives the same forms, however many are taken.

    Raises:
        SetupError: as `draw_form`.
    """
    for number, condition in enumerate(cycle(conditions)):
        rng = np.random.default_rng((seed, number))
        yield draw_form(template, hands(rng), condition, rng)


def draw_form(
    template: Template, hand: Hand, condition: Condition, rng: np.random.Generator
) -> DrawnForm:
    """Draw one filled form: 0.1 s at 300 dpi.

    Raises:
        SetupError: if the template's picture cannot be opened, or nothing is found to write
            into one of its fields.
    """
    dots = _sheet_dpi(condition) / MM_PER_INCH
    sheet = print_sheet(template, condition.print, dots, rng)
    filled = fill_sheet(sheet, hand, condition.writing, rng)
    worn = wear_out(filled.image, template, condition.wear, dots, rng)
    match condition.capture:
        case Scanner() as scanner:
            image, to_scan = scan(worn, scanner, dots, rng)
        case Camera() as camera:
            image, to_scan = photograph(worn, camera, dots, rng)
    return DrawnForm(template, image, to_scan, filled.fields, filled.writer, condition)


def _sheet_dpi(condition: Condition) -> float:
    return max(*condition.capture.dpi, COARSEST_DPI)
