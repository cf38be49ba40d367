"""Ways in which forms are printed, filled, treated and scanned, each with a name."""

from dataclasses import dataclass, field
from types import MappingProxyType

from formreader.errors import SetupError
from formreader.synth.camera import Camera
from formreader.synth.fill import Writing
from formreader.synth.scanner import Scanner
from formreader.synth.sheet import PrintStyle
from formreader.synth.wear import Wear


@dataclass(frozen=True, slots=True)
class Condition:
    """One way through all the steps that lead from a template to a picture."""

    name: str
    print: PrintStyle = field(default_factory=PrintStyle)
    writing: Writing = field(default_factory=Writing)
    wear: Wear = field(default_factory=Wear)
    capture: Scanner | Camera = field(default_factory=Scanner)


PALE = PrintStyle(gray=212)
BROKEN = PrintStyle(missing=0.3)
FAX = Scanner(dpi=(204, 196), bilevel=True, noise=8)

CONDITIONS = MappingProxyType(
    {
        condition.name: condition
        for condition in (
            Condition("clean"),
            Condition("100-dpi", capture=Scanner(dpi=(100, 100))),
            Condition("150-dpi", capture=Scanner(dpi=(150, 150))),
            Condition("200-dpi", capture=Scanner(dpi=(200, 200))),
            Condition("600-dpi", capture=Scanner(dpi=(600, 600))),
            Condition("bilevel", capture=Scanner(bilevel=True)),
            Condition("bilevel-200", capture=Scanner(dpi=(200, 200), bilevel=True)),
            Condition("bilevel-150", capture=Scanner(dpi=(150, 150), bilevel=True)),
            Condition("fax", capture=FAX),
            Condition(
                "fax-coarse",
                capture=Scanner(dpi=(204, 98), bilevel=True, noise=8, doubled_rows=True),
            ),
            Condition("jpeg", capture=Scanner(jpeg=30)),
            Condition("turned-90", capture=Scanner(turn=90)),
            Condition("turned-180", capture=Scanner(turn=180)),
            Condition("turned-270", capture=Scanner(turn=270)),
            Condition("skewed", capture=Scanner(skew=5)),
            Condition("printed-97", capture=Scanner(print_scale=0.97)),
            Condition("printed-103", capture=Scanner(print_scale=1.03)),
            Condition("shifted", capture=Scanner(shift_mm=10)),
            Condition("photo", capture=Camera()),
            Condition("photo-small", capture=Camera(dpi=(100, 130), blur=(0.4, 0.6), jpeg=70)),
            Condition("mark-covered", wear=Wear(lost_mark="covered")),
            Condition("corner-torn", wear=Wear(lost_mark="torn")),
            Condition("adjoining", print=PrintStyle(boxes="adjoining")),
            Condition("comb", print=PrintStyle(boxes="comb")),
            Condition("pale", print=PALE),
            Condition("pale-bilevel", print=PALE, capture=Scanner(bilevel=True)),
            Condition("broken", print=BROKEN, capture=Scanner(bilevel=True)),
            Condition("watermark", print=PrintStyle(watermark=True)),
            Condition("overrun", writing=Writing(overrun_mm=1.5)),
            Condition("pencil", writing=Writing(inks=("pencil",))),
            Condition("dirty", wear=Wear(specks=65, stains=4)),
            Condition("bleed-through", wear=Wear(bleed=0.12)),
            Condition("folded", wear=Wear(folds=2, staple=True, specks=6)),
        )
    }
)
"""Every condition by its name."""


def find_condition(name: str) -> Condition:
    """Return the condition of that name.

    Raises:
        SetupError: if there is none, with the names there are.
    """
    if name not in CONDITIONS:
        known = ", ".join(CONDITIONS)
        raise SetupError(f"there is no condition {name!r}; known conditions: {known}")
    return CONDITIONS[name]
