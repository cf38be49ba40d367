"""Check digits: which numbers a field can hold at all."""

from collections.abc import Callable
from importlib import import_module

from stdnum import damm, ean, imei, isbn, issn, luhn, verhoeff
from stdnum.iso7064 import mod_11_2, mod_97_10
from stdnum.us import rtn

Check = Callable[[str], bool]
"""Tells whether digits carry a right check digit."""

STDNUM = "stdnum:"

CHECKS: dict[str, Check] = {
    "luhn": luhn.is_valid,
    "aba": rtn.is_valid,
    "ean13": lambda number: len(number) == 13 and ean.is_valid(number),
    "upc": lambda number: len(number) == 12 and ean.is_valid(number),
    "isbn13": lambda number: len(number) == 13 and isbn.is_valid(number),
    "issn": issn.is_valid,
    "mod11": mod_11_2.is_valid,
    "mod97": mod_97_10.is_valid,
    "verhoeff": verhoeff.is_valid,
    "damm": damm.is_valid,
    "imei": imei.is_valid,
}


def find_check(name: str) -> Check:
    """Return the check of that name.

    Args:
        name: one of `CHECKS`, or `stdnum:` and a module of python-stdnum, as `stdnum:fr.nir`.

    Raises:
        KeyError: if there is no such check.
    """
    if name.startswith(STDNUM):
        return _stdnum_check(name.removeprefix(STDNUM))
    return CHECKS[name]


def _stdnum_check(module: str) -> Check:
    try:
        is_valid: Check = import_module(f"stdnum.{module}").is_valid
    except (ImportError, AttributeError) as error:
        raise KeyError(STDNUM + module) from error
    return is_valid
