"""What people write where there are no boxes, made up: amounts and dates of many countries."""

from typing import NamedTuple

import numpy as np

from formreader.free_run import CURRENCY
from formreader.synth.runs import label_of

KINDS = ("digits", "date", "india", "america", "europe")
SHARES = (0.14, 0.16, 0.3, 0.16, 0.24)
LENGTHS = (0.03, 0.07, 0.14, 0.2, 0.22, 0.16, 0.1, 0.08)  # of amounts of 1 to 8 digits
INDIAN_TAILS = (
    *["/-"] * 10,
    *["/ -", "/--", "/="] * 2,
    "/",
    "-",
    "=",
    ".00",
    ".00",
    ".00/-",
    "",
    "",
)
EUROPEAN_TAILS = ("", "", "", "-", ".-", ",-", " -", "--", "=", "/-", ",00", ".00")
SUBUNITS = (" 00/100", "-00/100", " ??/100")


class Written(NamedTuple):
    """Something to be written, and how it is to be read."""

    text: str
    """As `write_line` takes it."""
    label: str
    """Its characters as the network names them."""


def choose_text(rng: np.random.Generator) -> Written:
    """Make up what somebody writes as an amount or date."""
    kind = str(rng.choice(KINDS, p=SHARES))
    text = {
        "digits": _digits,
        "date": _date,
        "india": _indian,
        "america": _american,
        "europe": _european,
    }[kind](rng)
    return Written(text, label_of(text))


def _digits(rng: np.random.Generator) -> str:
    """Return a number, many of them round, few with zeros before it."""
    count = 1 + int(rng.choice(len(LENGTHS), p=LENGTHS))
    digits = rng.integers(0, 10, count)
    if rng.random() < 0.5 and count > 1:
        digits[count - int(rng.integers(1, count)) :] = 0
    if digits[0] == 0 and rng.random() < 0.8:
        digits[0] = rng.integers(1, 10)
    return "".join(map(str, digits.tolist()))


def _date(rng: np.random.Generator) -> str:
    mark = str(rng.choice(["/", "-", ".", " "], p=[0.58, 0.25, 0.12, 0.05]))
    day, month, year = (
        int(rng.integers(1, 32)),
        int(rng.integers(1, 13)),
        int(rng.integers(1980, 2040)),
    )
    padded = rng.random() < 0.5
    parts = [f"{part:02}" if padded else str(part) for part in (day, month)]
    if rng.random() < 0.4:
        parts.reverse()
    if rng.random() < 0.06:
        parts[1] = "???"
    parts.append(str(year) if rng.random() < 0.7 else f"{year % 100:02}")
    return mark.join(parts)


def _indian(rng: np.random.Generator) -> str:
    """Return lakhs and crores: 1,23,456/-, grouped sloppily now and then."""
    digits = _digits(rng)
    mark = str(rng.choice([",", " ", "."], p=[0.75, 0.1, 0.15]))
    text = _grouped(digits, 2, mark, rng) if rng.random() < 0.8 else digits
    return _with_sign(text, 0.75, rng) + str(rng.choice(INDIAN_TAILS))


def _american(rng: np.random.Generator) -> str:
    """Return dollars: $1,234.50, 1,234 50/100."""
    digits = _digits(rng)
    text = _grouped(digits, 3, ",", rng) if rng.random() < 0.6 else digits
    cents = "00" if rng.random() < 0.5 else f"{rng.integers(100):02}"
    over_hundred = str(rng.choice(SUBUNITS)).replace("00/", f"{cents}/")
    ends = [f".{cents}", f" .{cents}", over_hundred, f" {cents}", ""]
    return _with_sign(text, 0.6, rng) + str(rng.choice(ends, p=[0.6, 0.05, 0.15, 0.03, 0.17]))


def _european(rng: np.random.Generator) -> str:
    """Return what has points between thousands, and dashes so that nobody adds a digit."""
    digits = _digits(rng)
    mark = str(rng.choice([".", ",", " "], p=[0.65, 0.2, 0.15]))
    text = _grouped(digits, 3, mark, rng) if rng.random() < 0.75 else digits
    guard = str(rng.choice(["", "=", "-", "?", "."], p=[0.82, 0.07, 0.06, 0.03, 0.02]))
    tail = str(rng.choice(EUROPEAN_TAILS))
    if tail in (",00", ".00") and rng.random() < 0.5:
        tail = f"{tail[0]}{rng.integers(100):02}"
    return guard + _with_sign(text, 0.12, rng) + tail


def _grouped(digits: str, size: int, mark: str, rng: np.random.Generator) -> str:
    """Return a number in groups: the last of three digits, the others of `size`."""
    cuts = list(range(len(digits) - 3, 0, -size))
    if rng.random() < 0.06 and cuts:
        cuts.pop(int(rng.integers(len(cuts))))
    text = digits
    for cut in cuts:
        text = text[:cut] + mark + text[cut:]
    return text


def _with_sign(text: str, share: float, rng: np.random.Generator) -> str:
    """Put a currency before a number, as often as said, now and then in a compartment."""
    if rng.random() >= share:
        return text
    between = str(rng.choice(["", " ", "  ", "|", " | "], p=[0.3, 0.3, 0.15, 0.15, 0.1]))
    return CURRENCY + between + text
