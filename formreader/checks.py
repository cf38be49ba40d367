"""Check digits: which numbers a field can hold at all."""

from collections.abc import Callable, Iterator
from importlib import import_module
from random import Random
from types import ModuleType

from stdnum import damm, ean, imei, isbn, issn, luhn, verhoeff
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError
from stdnum.iso7064 import mod_11_2, mod_97_10
from stdnum.us import rtn

Check = Callable[[str], bool]
"""Tells whether digits carry a right check digit."""

STDNUM = "stdnum:"
SAMPLES = 1000  # numbers tried; of those of 11 digits one in 60 has the form of a German tax number

CHECKS: dict[str, ModuleType] = {
    "luhn": luhn,
    "aba": rtn,
    "ean13": ean,
    "upc": ean,
    "isbn13": isbn,
    "issn": issn,
    "mod11": mod_11_2,
    "mod97": mod_97_10,
    "verhoeff": verhoeff,
    "damm": damm,
    "imei": imei,
}
LENGTHS = {"ean13": 13, "upc": 12, "isbn13": 13, "issn": 8, "imei": 15}
"""Of numbers whose module takes others too, some of them without a check digit."""


def find_check(name: str) -> Check:
    """Return the check of that name.

    Args:
        name: one of `CHECKS`, or `stdnum:` and a module of python-stdnum, as `stdnum:fr.nir`.

    Raises:
        KeyError: if there is no such check.
    """
    is_valid: Check = _module(name).is_valid
    length = LENGTHS.get(name)
    if length is None:
        return is_valid
    return lambda number: len(number) == length and is_valid(number)


def can_have(name: str, digits: int) -> bool:
    """Tell whether numbers of so many digits can pass the check of that name.

    Raises:
        KeyError: if there is no such check.
    """
    module = _module(name)
    if digits < 2 or LENGTHS.get(name, digits) != digits:
        return False
    return any(_has_right_form(module, number) for number in _samples(digits))


def _samples(digits: int) -> Iterator[str]:
    """Yield numbers of all kinds: some modules refuse those that repeat a digit too often."""
    yield from (digit * digits for digit in "0123456789")
    rng = Random(digits)
    for _ in range(SAMPLES):
        yield "".join(rng.choices("0123456789", k=digits))


def _has_right_form(module: ModuleType, number: str) -> bool:
    try:
        module.validate(number)
    except (InvalidChecksum, InvalidComponent):
        return True
    except (ValidationError, ValueError, IndexError):  # some modules stumble over short numbers
        return False
    return True


def _module(name: str) -> ModuleType:
    if not name.startswith(STDNUM):
        return CHECKS[name]
    try:
        module = import_module(f"stdnum.{name.removeprefix(STDNUM)}")
    except ImportError as error:
        raise KeyError(name) from error
    if not hasattr(module, "is_valid"):
        raise KeyError(name)
    return module
