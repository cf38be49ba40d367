"""Parts of code lines."""

import pytest

from formreader.code_parts import PARTS, part_of

INDIAN = "U309086U500211012T426160U31"
INDIAN_WITHOUT_ACCOUNT = "U120614U500015048T31"
PERSONAL = "T122105278T6724301068U0123"
PERSONAL_OF_TRANSITS = "T000000000TT000000000T1025"
BUSINESS = "U001234UT122105278T6724301068UA0000012345A"
CANADIAN = "U108UT04791D002T123D456D7U"

LINES = {
    INDIAN: ("500211012", "426160", "309086", ""),
    INDIAN_WITHOUT_ACCOUNT: ("500015048", "", "120614", ""),
    PERSONAL: ("122105278", "6724301068", "0123", ""),
    PERSONAL_OF_TRANSITS: ("000000000", "000000000", "1025", ""),
    BUSINESS: ("122105278", "6724301068", "001234", "0000012345"),
    CANADIAN: ("04791002", "1234567", "108", ""),
    "": ("", "", "", ""),
    "123456": ("", "", "", ""),
}


@pytest.mark.parametrize(("code_line", "parts"), LINES.items(), ids=list(LINES))
def test_parts_are_told_by_the_symbols_around_them(code_line, parts):
    assert tuple(part_of(code_line, part) for part in PARTS) == parts


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="expected one of transit, account, serial, amount"):
        part_of(INDIAN, "bank")
