"""Draw single rows of boxes, each printed, filled and scanned in its own way, to train on."""

from pathlib import Path

import numpy as np

from formreader.geometry import Rect
from formreader.synth.camera import Camera
from formreader.synth.conditions import CONDITIONS, Condition
from formreader.synth.fill import Writing
from formreader.synth.forms import DrawnForm, draw_form
from formreader.synth.glyph import Hand
from formreader.synth.scanner import Scanner
from formreader.synth.sheet import PrintStyle
from formreader.synth.wear import Wear
from formreader.template import Field, FieldType, Group, PageSize, Register, Template

MARGIN_MM = 6.0  # of paper around the row
UNLIKE = frozenset({"mark-covered", "corner-torn", "shifted", "folded", "pale-bilevel", "600-dpi"})
"""Conditions of whole sheets: a row has no marks, and every fold of a sheet so small crosses it."""

USUAL = tuple(condition for name, condition in CONDITIONS.items() if name not in UNLIKE)
"""Conditions that a form of nothing but a row can be drawn in."""


def draw_row(hand: Hand, rng: np.random.Generator) -> DrawnForm:
    """Draw a form that is nothing but one row of boxes: 1 ms a digit."""
    condition = Condition("row", _print(rng), _writing(rng), _wear(rng), _capture(rng))
    return draw_form(_template(rng), hand, condition, rng)


def draw_usual_row(hand: Hand, rng: np.random.Generator) -> DrawnForm:
    """Draw such a row in one of the conditions that have a name, which forms usually meet."""
    condition = USUAL[rng.integers(len(USUAL))]
    return draw_form(_template(rng), hand, condition, rng)


def _template(rng: np.random.Generator) -> Template:
    """Return a template of a single field with boxes of any usual size.

    Half of the rows are numbers, which leave boxes empty or strike them out.
    """
    boxes = int(rng.integers(2, 11))
    height = rng.uniform(5, 11)
    width = boxes * height * rng.uniform(0.55, 1.0)
    row = Field(
        name="row",
        type=FieldType.DIGITS if rng.random() < 0.5 else FieldType.INTEGER,
        groups=(Group(region=Rect(MARGIN_MM, MARGIN_MM, width, height), boxes=boxes),),
        guide=str(rng.choice(["seven-segment", "dots"])) if rng.random() < 0.2 else None,
    )
    return Template(
        name="row",
        title="",
        page=PageSize(size=(width + 2 * MARGIN_MM, height + 2 * MARGIN_MM)),
        registration=Register(),
        fields=(row,),
        rules=(),
        folder=Path(),
        digest="",
    )


def _print(rng: np.random.Generator) -> PrintStyle:
    pale = rng.random() < 0.3
    return PrintStyle(
        boxes=rng.choice(["separate", "adjoining", "comb"], p=[0.4, 0.4, 0.2]),
        gap_mm=rng.uniform(0.5, 2.0),
        line_mm=rng.uniform(0.12, 0.6),
        gray=int(rng.integers(190, 226) if pale else rng.integers(10, 110)),
        missing=rng.uniform(0.05, 0.4) if rng.random() < 0.2 else 0.0,
        guide_gray=int(rng.integers(150, 215)),
    )


def _writing(rng: np.random.Generator) -> Writing:
    return Writing(
        inks=("ballpoint", "black", "black", "pencil"),
        height=(0.35, 0.85),
        straying=rng.uniform(0.02, 0.06),
        overrun_mm=rng.uniform(0.5, 2.0) if rng.random() < 0.6 else 0.0,
    )


def _wear(rng: np.random.Generator) -> Wear:
    if rng.random() < 0.8:
        return Wear()
    return Wear(
        specks=rng.uniform(0, 80),
        stains=int(rng.random() < 0.3),
        bleed=rng.uniform(0, 0.15),
        folds=int(rng.random() < 0.15),
    )


def _capture(rng: np.random.Generator) -> Scanner | Camera:
    if rng.random() < 0.15:
        return Camera(dpi=(100, 280), tilt=0.02, turn=3, desk=(0.0, 0.02), noise=rng.uniform(2, 7))
    dpi = float(rng.choice([100, 150, 200, 300, 300, 400]))
    return Scanner(
        dpi=(dpi, dpi),
        bilevel=bool(rng.random() < 0.3),
        jpeg=int(rng.integers(25, 95)) if rng.random() < 0.4 else None,
        skew=rng.uniform(0, 2),
        shift_mm=0.3,
        blur=rng.uniform(0.3, 0.7),
        noise=rng.uniform(1, 8),
    )
