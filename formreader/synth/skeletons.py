"""How digits are written: for each the ways people have, each way a few strokes.

A stroke is the points the pen passes, x to the right and y down, a digit of ordinary height
reaching from y 0 to 1; a point given twice is a corner.
"""

from enum import StrEnum
from typing import TypeAlias

Stroke: TypeAlias = tuple[tuple[float, float], ...]
Skeleton: TypeAlias = tuple[Stroke, ...]


class Mark(StrEnum):
    """What people write into boxes that is no digit."""

    CROSS = "cross"
    DASH = "dash"
    TICK = "tick"


_OVAL: Stroke = (
    (0.36, 0.02), (0.12, 0.16), (0.03, 0.50), (0.12, 0.86), (0.32, 1.00),
    (0.54, 0.84), (0.62, 0.50), (0.54, 0.14), (0.33, 0.01),
)  # fmt: skip
_BELLY: Stroke = (
    (0.08, 0.45), (0.32, 0.38), (0.55, 0.52), (0.56, 0.80), (0.34, 0.99), (0.03, 0.92),
)  # fmt: skip

_ZERO: tuple[Skeleton, ...] = (
    (_OVAL,),
    ((*_OVAL[:-1], (0.36, 0.02), (0.22, 0.10)),),  # the end runs over the beginning
    (((0.42, 0.06), (0.16, 0.10), (0.02, 0.48), (0.14, 0.92), (0.40, 0.98),
      (0.62, 0.66), (0.58, 0.22), (0.44, 0.04), (0.28, 0.04)),),
    (_OVAL, ((0.62, 0.06), (0.04, 0.94))),  # with a slash
    (((0.30, 0.00), (0.12, 0.30), (0.12, 0.75), (0.30, 1.00), (0.46, 0.72),
      (0.46, 0.28), (0.29, 0.00)),),  # narrow
)  # fmt: skip
_ONE: tuple[Skeleton, ...] = (
    (((0.30, 0.00), (0.30, 0.50), (0.30, 1.00)),),
    (((0.32, 0.00), (0.29, 0.50), (0.30, 1.00)),),
    (((0.12, 0.20), (0.24, 0.12), (0.34, 0.00), (0.34, 0.00), (0.33, 0.50), (0.33, 1.00)),),
    (((0.00, 0.42), (0.20, 0.22), (0.38, 0.00), (0.38, 0.00), (0.37, 0.50), (0.36, 1.00)),),
    (((0.00, 0.55), (0.42, 0.00), (0.42, 0.00), (0.40, 1.00)),),  # European, a long upstroke
    (((0.14, 0.22), (0.34, 0.00), (0.34, 0.00), (0.34, 1.00)), ((0.10, 1.00), (0.58, 0.99))),
)  # fmt: skip
_TWO: tuple[Skeleton, ...] = (
    (((0.06, 0.22), (0.20, 0.03), (0.44, 0.04), (0.53, 0.24), (0.38, 0.58), (0.05, 0.98),
      (0.05, 0.98), (0.34, 0.97), (0.62, 0.97)),),
    (((0.05, 0.20), (0.28, 0.00), (0.52, 0.16), (0.44, 0.52), (0.16, 0.90), (0.02, 0.92),
      (0.08, 0.80), (0.28, 0.92), (0.62, 1.00)),),  # a loop at the foot
    (((0.04, 0.10), (0.28, 0.02), (0.50, 0.14), (0.46, 0.42), (0.02, 0.98), (0.02, 0.98),
      (0.56, 0.94)),),
    (((0.04, 0.06), (0.52, 0.04), (0.52, 0.04), (0.06, 0.96), (0.06, 0.96), (0.60, 0.95)),),
)  # fmt: skip
_THREE: tuple[Skeleton, ...] = (
    (((0.07, 0.14), (0.28, 0.00), (0.50, 0.14), (0.44, 0.38), (0.20, 0.47), (0.20, 0.47),
      (0.50, 0.58), (0.56, 0.82), (0.34, 1.00), (0.04, 0.90)),),
    (((0.08, 0.10), (0.30, 0.01), (0.48, 0.18), (0.36, 0.42), (0.24, 0.48), (0.44, 0.58),
      (0.52, 0.80), (0.30, 1.00), (0.06, 0.94)),),
    (((0.06, 0.03), (0.54, 0.02), (0.54, 0.02), (0.24, 0.42), (0.24, 0.42), (0.52, 0.56),
      (0.54, 0.84), (0.32, 1.00), (0.04, 0.92)),),  # a flat top
)  # fmt: skip
_FOUR: tuple[Skeleton, ...] = (
    (((0.14, 0.02), (0.04, 0.52), (0.04, 0.52), (0.34, 0.54), (0.60, 0.50)),
     ((0.46, 0.28), (0.43, 0.65), (0.42, 1.00))),
    (((0.16, 0.00), (0.10, 0.34), (0.22, 0.50), (0.44, 0.40), (0.50, 0.06)),
     ((0.50, 0.06), (0.46, 0.60), (0.44, 1.00))),  # open, round
    (((0.44, 0.00), (0.02, 0.64), (0.02, 0.64), (0.64, 0.64)),
     ((0.44, 0.00), (0.43, 0.50), (0.43, 1.00))),  # closed
    (((0.42, 0.98), (0.44, 0.50), (0.46, 0.02), (0.46, 0.02), (0.03, 0.66), (0.03, 0.66),
      (0.62, 0.62)),),  # closed, one stroke
    (((0.24, 0.00), (0.04, 0.46), (0.04, 0.46), (0.58, 0.46)), ((0.42, 0.34), (0.26, 1.00))),
)  # fmt: skip
_FIVE: tuple[Skeleton, ...] = (
    (((0.14, 0.04), *_BELLY[:1], *_BELLY), ((0.14, 0.04), (0.34, 0.03), (0.56, 0.02))),
    (((0.14, 0.10), *_BELLY[:1], *_BELLY), ((0.20, 0.00), (0.60, -0.02))),  # the bar apart
    (((0.56, 0.02), (0.14, 0.04), (0.14, 0.04), *_BELLY[:1], *_BELLY),),
    (((0.58, 0.02), (0.26, 0.03), (0.10, 0.22), (0.26, 0.44), (0.50, 0.60), (0.46, 0.88),
      (0.24, 1.00), (0.02, 0.92)),),  # like an S
)  # fmt: skip
_SIX: tuple[Skeleton, ...] = (
    (((0.46, 0.00), (0.20, 0.24), (0.05, 0.66), (0.16, 0.95), (0.40, 0.98), (0.56, 0.76),
      (0.44, 0.56), (0.20, 0.60), (0.07, 0.78)),),
    (((0.34, 0.00), (0.14, 0.30), (0.05, 0.70), (0.20, 0.98), (0.48, 0.92), (0.50, 0.66),
      (0.28, 0.56), (0.08, 0.72)),),
    (((0.56, 0.06), (0.36, 0.02), (0.12, 0.32), (0.04, 0.72), (0.24, 1.00), (0.54, 0.86),
      (0.50, 0.58), (0.24, 0.54), (0.10, 0.66)),),
)  # fmt: skip
_SEVEN_TOP: Stroke = ((0.03, 0.05), (0.30, 0.05), (0.58, 0.03), (0.58, 0.03))
_SEVEN: tuple[Skeleton, ...] = (
    ((*_SEVEN_TOP, (0.38, 0.50), (0.24, 1.00)),),
    ((*_SEVEN_TOP, (0.32, 0.42), (0.26, 1.00)),),
    ((*_SEVEN_TOP, (0.38, 0.50), (0.22, 1.00)), ((0.12, 0.52), (0.54, 0.48))),  # crossed
    (((0.04, 0.18), (0.05, 0.03), (0.05, 0.03), (0.58, 0.02), (0.58, 0.02), (0.24, 1.00)),),
    (((0.02, 0.12), (0.14, 0.03), (0.34, 0.07), (0.56, 0.02), (0.56, 0.02), (0.30, 0.55),
      (0.22, 1.00)), ((0.14, 0.54), (0.50, 0.50))),
)  # fmt: skip
_EIGHT: tuple[Skeleton, ...] = (
    (((0.50, 0.14), (0.30, 0.00), (0.10, 0.16), (0.22, 0.38), (0.46, 0.58), (0.54, 0.80),
      (0.32, 1.00), (0.06, 0.84), (0.14, 0.60), (0.42, 0.38), (0.51, 0.14)),),
    (((0.32, 0.46), (0.12, 0.24), (0.32, 0.00), (0.52, 0.22), (0.33, 0.46)),
     ((0.32, 0.46), (0.06, 0.74), (0.32, 1.00), (0.58, 0.74), (0.31, 0.46))),  # two circles
    (((0.54, 0.04), (0.26, 0.02), (0.14, 0.22), (0.34, 0.46), (0.52, 0.72), (0.36, 0.98),
      (0.10, 0.88), (0.16, 0.62), (0.56, 0.06)),),
)  # fmt: skip
_NINE: tuple[Skeleton, ...] = (
    (((0.52, 0.18), (0.32, 0.01), (0.08, 0.20), (0.16, 0.44), (0.38, 0.44), (0.53, 0.16),
      (0.53, 0.16), (0.50, 0.60), (0.44, 1.00)),),
    (((0.54, 0.14), (0.30, 0.00), (0.07, 0.22), (0.22, 0.46), (0.46, 0.36), (0.55, 0.10),
      (0.54, 0.55), (0.42, 0.94), (0.10, 0.94)),),  # with a hook
    (((0.50, 0.06), (0.22, 0.06), (0.06, 0.30), (0.24, 0.50), (0.48, 0.34), (0.52, 0.04),
      (0.52, 0.04), (0.50, 0.50), (0.52, 1.00)),),
    (((0.46, 0.02), (0.14, 0.08), (0.06, 0.32), (0.26, 0.44), (0.48, 0.26), (0.46, 0.02),
      (0.40, 0.50), (0.20, 1.00)),),
)  # fmt: skip

DIGITS: tuple[tuple[Skeleton, ...], ...] = (
    _ZERO, _ONE, _TWO, _THREE, _FOUR, _FIVE, _SIX, _SEVEN, _EIGHT, _NINE,
)  # fmt: skip
"""The ways of writing each digit; the digit is the index."""


def _squared(*points: tuple[float, float]) -> Stroke:
    """Return a stroke whose points are all corners."""
    first, *inner, last = points
    return (first, *(point for point in inner for _ in range(2)), last)


_TOP_LEFT, _TOP_RIGHT = (0.0, 0.0), (0.5, 0.0)
_LEFT, _RIGHT = (0.0, 0.5), (0.5, 0.5)
_FOOT_LEFT, _FOOT_RIGHT = (0.0, 1.0), (0.5, 1.0)
_BAR: Stroke = (_LEFT, _RIGHT)
_FRAME = _squared(_TOP_LEFT, _TOP_RIGHT, _FOOT_RIGHT, _FOOT_LEFT, _TOP_LEFT)
_RIGHT_SIDE = _squared(_TOP_LEFT, _TOP_RIGHT, _FOOT_RIGHT, _FOOT_LEFT)

SQUARED: tuple[tuple[Skeleton, ...], ...] = (
    ((_FRAME,), (_squared(_TOP_RIGHT, _TOP_LEFT, _FOOT_LEFT, _FOOT_RIGHT, _TOP_RIGHT),)),
    (((_TOP_RIGHT, _FOOT_RIGHT),),),
    ((_squared(_TOP_LEFT, _TOP_RIGHT, _RIGHT, _LEFT, _FOOT_LEFT, _FOOT_RIGHT),),),
    (
        (_RIGHT_SIDE, _BAR),
        (_RIGHT_SIDE, ((0.18, 0.5), _RIGHT)),
        (_squared(_TOP_LEFT, _TOP_RIGHT, _RIGHT, _LEFT), _squared(_RIGHT, _FOOT_RIGHT, _FOOT_LEFT)),
    ),
    (
        (_squared(_TOP_LEFT, _LEFT, _RIGHT), (_TOP_RIGHT, _FOOT_RIGHT)),
        (_squared(_TOP_LEFT, _LEFT, (0.62, 0.5)), ((0.5, 0.2), _FOOT_RIGHT)),
    ),
    (
        (_squared(_TOP_RIGHT, _TOP_LEFT, _LEFT, _RIGHT, _FOOT_RIGHT, _FOOT_LEFT),),
        ((_TOP_LEFT, _TOP_RIGHT), _squared(_TOP_LEFT, _LEFT, _RIGHT, _FOOT_RIGHT, _FOOT_LEFT)),
    ),
    (
        (_squared(_TOP_RIGHT, _TOP_LEFT, _FOOT_LEFT, _FOOT_RIGHT, _RIGHT, _LEFT),),
        (_squared(_TOP_LEFT, _FOOT_LEFT, _FOOT_RIGHT, _RIGHT, _LEFT),),
    ),
    (
        (_squared(_TOP_LEFT, _TOP_RIGHT, _FOOT_RIGHT),),
        (_squared((0.0, 0.25), _TOP_LEFT, _TOP_RIGHT, _FOOT_RIGHT),),
    ),
    (
        (_FRAME, _BAR),
        (_squared(_LEFT, _TOP_LEFT, _TOP_RIGHT, _RIGHT, _LEFT, _FOOT_LEFT, _FOOT_RIGHT, _RIGHT),),
    ),
    (
        (_squared(_RIGHT, _LEFT, _TOP_LEFT, _TOP_RIGHT, _FOOT_RIGHT, _FOOT_LEFT),),
        (_squared(_RIGHT, _LEFT, _TOP_LEFT, _TOP_RIGHT, _FOOT_RIGHT),),
    ),
)
"""The ways of tracing each digit along the seven segments that some forms print in their boxes."""

MARKS: dict[Mark, tuple[Skeleton, ...]] = {
    Mark.CROSS: (
        (((0.05, 0.08), (0.72, 0.92)), ((0.70, 0.05), (0.04, 0.95))),
        (((0.04, 0.25), (0.66, 0.76)), ((0.62, 0.20), (0.08, 0.82))),
    ),
    Mark.DASH: ((((0.05, 0.50), (0.35, 0.49), (0.65, 0.50)),),),
    Mark.TICK: ((((0.05, 0.55), (0.28, 0.90), (0.28, 0.90), (0.78, 0.05)),),),
}
"""The ways of making each mark."""
