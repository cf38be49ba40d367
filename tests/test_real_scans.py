"""Real scans and photos, read by the commands a user would give, keep to their figures."""

from pathlib import Path

import pytest

from formreader.score import Score, score

C_DIGITAL = ("data", "pwp", "dpr-s08", "dpr-s10", "dpr-j")
SETS = {
    "kpu-c1-2019": ("images", ("kpu-c1-2019",), 0.95),
    "c-digital": ("images", tuple(f"c-digital-{name}" for name in C_DIGITAL), 0.96),
    "karvy-kyc": ("filled.jpg", ("karvy-kyc",), 6 / 9),
}
"""Of each set: what is read, by which templates, and the least share of fields read exactly."""


@pytest.mark.parametrize("name", SETS)
def test_every_page_is_read_nearly_every_field_exactly_and_none_accepted_wrongly(
    name, data_folder, formreader
):
    scans, templates, least_exact = SETS[name]
    folder = data_folder / "real" / name
    options = [option for template in templates for option in ("-t", template)]

    code = formreader("read", folder / scans, *options, "--no-images")

    figures = scored(folder)
    assert code == 0
    assert figures.all.exact >= least_exact * figures.all.fields
    assert figures.all.wrong == 0


def scored(folder: Path) -> Score:
    return score(Path("formreader-out"), folder / "score.csv")
