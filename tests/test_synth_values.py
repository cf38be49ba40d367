"""What is written on drawn forms."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.errors import SetupError
from formreader.interpret import interpret
from formreader.shipped import template_folders
from formreader.synth.values import choose_entries
from formreader.template import FieldType
from formreader.template_file import load_template, template_files
from tests.small_forms import form, row

SHIPPED = template_files(template_folders())
seeds = st.integers(0, 2**32 - 1)
unused = st.sampled_from("_X0")


@pytest.mark.parametrize(
    "field",
    [
        row(check="luhn"),
        row(pattern="[1-9][0-9]{1,3}"),
        row(one_of=["12", "3400"], required=False),
        row(type="integer", min=7, max=120),
        row(type="integer", check="luhn"),
        row(type="amount", decimals=2, required=False),
        row(type="time", format="HHMM"),
        row(type="date", format="MMDDYY", boxes=6, years=[1990, 2010]),
        row(type="checkbox", boxes=1),
    ],
    ids=lambda field: f"{field.type}",
)
@given(seed=seeds, unused=unused)
def test_what_is_written_means_its_value_and_is_accepted(field, seed, unused):
    entry = choose_entries(form(field), unused, np.random.default_rng(seed))["number"]

    meaning = interpret(entry.seen, field)

    assert len(entry.seen) == field.box_count
    assert (meaning.value, meaning.possible) == (entry.value, True)


@pytest.mark.parametrize("name", sorted(SHIPPED))
@given(seed=seeds)
def test_the_sums_of_shipped_forms_add_up(name, seed):
    template = load_template(SHIPPED[name])

    entries = choose_entries(template, "_", np.random.default_rng(seed))

    numbers = {
        field.name: Decimal(entries[field.name].value or 0)
        for field in template.fields
        if field.type in (FieldType.INTEGER, FieldType.AMOUNT)
    }
    assert all(rule.holds(numbers) for rule in template.rules)


@pytest.mark.parametrize(("unused", "seen"), [("_", "__42"), ("X", "XX42"), ("0", "0042")])
def test_numbers_stand_at_the_right(unused, seen):
    template = form(row(type="integer", one_of=["42"]))

    entry = choose_entries(template, unused, np.random.default_rng(0))["number"]

    assert (entry.seen, entry.value) == (seen, "42")


def test_a_field_for_which_nothing_is_found_is_named():
    with pytest.raises(SetupError, match="field 'number'"):
        choose_entries(form(row(pattern="[a-z]+")), "_", np.random.default_rng(0))
