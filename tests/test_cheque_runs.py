"""Cheques read by the commands a user would give, with the networks that come with the program."""

from pathlib import Path

import pytest

from formreader.score import score
from formreader.shipped import model_folders
from formreader.strips.card import LineKind
from formreader.strips.network import load_line_networks

DRAWN = {"date": 0.75, "amount": 0.6, "micr": 0.8}
"""By field, the least share of drawn ones that is exact."""
REAL = {
    "idrbt-cheques": ("cheque-in", {"date": 0.95, "amount": 0.8}, 1),
    "us-checks": ("cheque-us", {"date": 0.9, "amount": 0.9}, 0),
    "orand-car-a": ("amount.toml", {"amount": 0.835}, 3),
}
"""By set: how it is read, the least share that is exact by field, and how many accepted values are
wrong at most."""
AMOUNT = """
formreader = 1
name = "amount"
[register]
whole = true
[[fields]]
name = "amount"
type = "digits"
"""


@pytest.mark.parametrize("kind", LineKind)
def test_networks_for_lines_come_with_evidence(kind):
    network = load_line_networks([kind], model_folders())[kind]

    assert len(network.evidence) > 5000
    assert {each.partition(" ")[0] for each in network.evidence.kinds} <= {"free", "code"}
    assert network.card.scores["drawn, held out"].wrong > 0


@pytest.mark.parametrize("template", ["cheque-in", "cheque-us"])
def test_drawn_cheques_are_read_and_scored(template, formreader):
    conditions = [f"--condition={name}" for name in ("clean", "bilevel", "photo")]
    assert formreader("synth", template, "-n", 12, "-o", "drawn", *conditions) == 0
    assert formreader("read", "drawn/pages", "-t", template, "--max-error", 0.01) == 0
    assert formreader("score", "formreader-out", "drawn/truth.csv") == 0

    figures = score(Path("formreader-out"), Path("drawn/truth.csv"))

    assert figures.all.wrong == 0
    assert figures.all.accepted > 0
    for name, least in DRAWN.items():
        assert figures.by_field[name].exact >= least * figures.by_field[name].fields, name


@pytest.mark.parametrize("name", REAL)
def test_real_cheques_keep_to_their_figures(name, data_folder, formreader):
    template, least_exact, most_wrong = REAL[name]
    Path("amount.toml").write_text(AMOUNT, encoding="utf-8")
    folder = data_folder / "real" / name

    code = formreader("read", folder / "images", "-t", template, "--max-error", 0.01)

    figures = score(Path("formreader-out"), folder / "score.csv")
    assert code == 0
    assert figures.all.wrong <= most_wrong
    for field, least in least_exact.items():
        assert figures.by_field[field].exact >= least * figures.by_field[field].fields, field
