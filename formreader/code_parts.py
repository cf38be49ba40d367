"""The parts of the code line of a cheque, and where it is: transit number, account, serial, amount.

E-13B marks them with four symbols, here letters: T before and behind the transit number, U ("on
us") around what the bank makes of its own, A around the amount, D for a dash. On American cheques
the transit number is always in the same place, counted from the lower right corner.
"""

import re

import numpy as np

from formreader.geometry import Points

PITCH_MM = 3.175  # from the right edge of a character to that of the next: ANSI X9.100-160
HEIGHT_MM = 2.97  # of a character
FIRST_MM = 7.94  # from the right edge of the cheque to that of the rightmost character
FEET_MM = 6.4  # from the lower edge of the cheque to that of the characters
TRANSIT_PLACES = range(41, 32, -1)
"""Of the digits of an American transit number; that of the rightmost character is 0."""

PARTS = ("transit", "account", "serial", "amount")

AUXILIARY = re.compile(r"^U([\dD]+)U")
"""A serial number at the left: Indian cheques, and American ones of businesses."""
TRANSIT = re.compile(r"T([\dD]+)T|(\d{9})T")
"""Where a bank is; Indian cheques have the symbol behind it alone."""
AMOUNT = re.compile(r"A(\d+)A")
ACCOUNT = re.compile(r"^[TU]?([\dD]+)[TU]")
AFTER_ACCOUNT = re.compile(r"[TU]([\dD]+)$")
"""A serial number at the right: personal cheques of America, which begin with the transit number.
Others have a code of the transaction there."""

LAYOUTS = {
    "IN": re.compile(r"U\d{6}U\d{9}T(\d{6}U)?\d{2}"),
    "US": re.compile(r"(U[\dD]+U)?T\d{9}T(T?[\dD]+[TU])?[\dD]*(A\d{10}A)?"),
    "CA": re.compile(r"(U\d+U)?T\d{5}D\d{3}T[\dD]+U[\dD]*(A\d{10}A)?"),
}
"""What code lines consist of, by country."""


def usual_transit(size: tuple[float, float]) -> Points:
    """Return where the standard has the transit number on an American cheque of a size, mm.

    Returns:
        The lower right corners of its nine digits, (9, 2).
    """
    width, height = size
    return np.array([(width - FIRST_MM - at * PITCH_MM, height - FEET_MM) for at in TRANSIT_PLACES])


def is_whole(code_line: str, country: str) -> bool:
    """Tell whether a code line has all that one of a country has; of others nothing is known.

    Args:
        code_line: digits, and T, U, A and D, without spaces.
        country: two capitals, as IN; "" if it is not known.
    """
    layout = LAYOUTS.get(country)
    return layout is None or layout.fullmatch(code_line) is not None


def part_of(code_line: str, part: str) -> str:
    """Return the digits of a part of a code line; "" where it has none.

    Args:
        code_line: digits, and T, U, A and D, without spaces.
        part: one of `PARTS`.

    Raises:
        ValueError: if there is no such part.
    """
    if part not in PARTS:
        raise ValueError(f"expected one of {', '.join(PARTS)}, got {part!r}")
    found = {
        "transit": _transit,
        "account": _account,
        "serial": _serial,
        "amount": _amount,
    }[part](code_line)
    return found.replace("D", "")


def _transit(code_line: str) -> str:
    found = TRANSIT.search(code_line)
    return (found[1] or found[2]) if found else ""


def _account(code_line: str) -> str:
    found = ACCOUNT.search(_behind_transit(code_line))
    return found[1] if found else ""


def _serial(code_line: str) -> str:
    if not code_line.startswith("T"):
        found = AUXILIARY.search(code_line)
        return found[1] if found else ""
    found = AFTER_ACCOUNT.search(_behind_transit(code_line))
    return found[1] if found else ""


def _amount(code_line: str) -> str:
    found = AMOUNT.search(code_line)
    return found[1] if found else ""


def _behind_transit(code_line: str) -> str:
    """Return what the bank makes of its own, between the transit number and the amount."""
    found = TRANSIT.search(code_line)
    return AMOUNT.sub("", code_line[found.end() :]) if found else ""
