"""The kinds of line networks: what each reads, and how large it is."""

from dataclasses import dataclass

from formreader.free_run import MARKS
from formreader.strips import HEIGHT, WIDEST
from formreader.strips.card import LineKind
from formreader.strips.code_line import CODE_HEIGHT, CODE_WIDEST
from formreader.training.lines.codes import CODE_CHARACTERS
from formreader.training.lines.fit import Course, Distortion
from formreader.training.lines.network import Shape


@dataclass(frozen=True, slots=True)
class LineRecipe:
    """How the network of one kind of line is made."""

    kind: LineKind
    title: str
    """For its card."""
    shape: Shape
    """Of the network."""
    course: Course
    """Of its training."""
    slants: tuple[float, ...]
    """By what shares of its height a strip leans when it is looked at again."""
    to_prove: int
    """Lines by writers it never saw, on which promises rest."""


FREE_RUNS = LineRecipe(
    kind=LineKind.FREE_RUN,
    title="Amounts, dates and numbers written without boxes",
    shape=Shape(HEIGHT, channels=(16, 32, 64, 96, 192), steps=(2, 1, 1)),
    course=Course(
        characters="0123456789" + MARKS + "?",
        widths=(112, 160, 224, WIDEST),
        distortion=Distortion(across=(0.85, 1.12), down=(0.82, 1.12), slant=0.08, shift=1.2),
        lines=100_000,
        epochs=16,
    ),
    slants=(-0.15, 0.15),
    to_prove=30_000,  # by 65 writers of the sets, and as many made-up ones as lines of theirs
)
CODE_LINES = LineRecipe(
    kind=LineKind.CODE_LINE,
    title="Code lines of cheques in E-13B",
    shape=Shape(CODE_HEIGHT, channels=(8, 16, 24, 32, 64), steps=(2, 2, 1)),
    course=Course(
        characters=CODE_CHARACTERS,
        widths=(480, 640, 800, 1024, CODE_WIDEST),
        distortion=Distortion(across=(0.94, 1.06), down=(0.92, 1.08), slant=0.02, shift=0.8),
        lines=12_000,
        epochs=6,
    ),
    slants=(0.1,),
    to_prove=10_000,
)
"""Its print is all of one font, so that little is enough to tell it apart."""

RECIPES = {recipe.kind: recipe for recipe in (FREE_RUNS, CODE_LINES)}
