"""Pages unlike those that promises were measured on."""

from pathlib import Path

import numpy as np
import pytest

from formreader.evidence import Evidence
from formreader.policy import STRICTER, KeepPromise
from formreader.shift import FALSE_ALARMS, NO_PAGES, TRAITS, Batch, SeenPages, Shift, find_shift
from formreader.template_file import parse_template

CONDITIONS = 6


def draw_pages(rng, count, condition, harder=0.0):
    """Draw pages as they are: skewed, and in some conditions harder to read than in others."""
    boxes = rng.integers(30, 60, count)
    doubt = rng.gamma(2.5, 0.01, count) + 0.002 * condition + harder
    oddness = rng.normal(0.14, 0.02, count)
    no_digit = rng.exponential(0.006, count)
    return boxes, np.stack([doubt, oddness, no_digit], axis=1)


def draw_seen(each=250):
    rng = np.random.default_rng(1)
    drawn = [draw_pages(rng, each, condition) for condition in range(CONDITIONS)]
    return SeenPages(
        np.repeat(np.arange(CONDITIONS).astype(str), each),
        np.concatenate([boxes for boxes, _ in drawn]),
        np.concatenate([traits for _, traits in drawn]),
    )


def batch_of(boxes, traits):
    batch = Batch()
    for count, means in zip(boxes, traits, strict=True):
        batch.add(int(count), means)
    return batch


@pytest.mark.parametrize("pages", [1, 5, 30, 300])
def test_batches_like_those_seen_hardly_ever_stand_out(pages):
    seen, rng = draw_seen(), np.random.default_rng(2)
    conditions = rng.integers(CONDITIONS, size=200)

    alarms = sum(
        find_shift(batch_of(*draw_pages(rng, pages, condition)), seen) is not None
        for condition in conditions
    )

    assert alarms / 200 <= 3 * FALSE_ALARMS  # 200 batches tell no more exactly


@pytest.mark.parametrize("pages", [20, 300])
def test_pages_that_are_harder_to_read_stand_out(pages):
    drawn = draw_pages(np.random.default_rng(3), pages, 0, harder=0.03)

    found = find_shift(batch_of(*drawn), draw_seen())

    assert found.trait == "doubt"
    assert found.found > found.most
    assert str(found).startswith("its digits are harder to read (doubt 0.0")


def test_pages_that_are_easier_to_read_do_not_stand_out():
    boxes, traits = draw_pages(np.random.default_rng(3), 50, 0)

    assert find_shift(batch_of(boxes, traits / 10), draw_seen()) is None


def test_pages_of_few_boxes_count_for_less():
    traits = np.full((4, len(TRAITS)), 0.5)

    assert find_shift(batch_of([5] * 4, traits), draw_seen()) is None
    assert find_shift(batch_of([50] * 4, traits), draw_seen()) is not None


@pytest.mark.parametrize("seen", [NO_PAGES, draw_seen(each=10)])
def test_too_few_pages_seen_tell_nothing(seen):
    assert find_shift(batch_of([50] * 40, np.ones((40, len(TRAITS)))), seen) is None


def test_an_empty_batch_is_like_any():
    assert find_shift(Batch(), draw_seen()) is None


def test_boxes_tell_nothing_of_lines_and_lines_nothing_of_boxes():
    confidence = np.full(4000, 0.99)
    kinds, right = np.repeat(["checked", "free run"], 2000), np.repeat([True, False], 2000)
    policy = KeepPromise(0.01, Evidence(kinds, np.arange(4000).astype(str), confidence, right))

    assert policy.support("plain", 0.01).least_confidence == pytest.approx(0.99)
    assert policy.support("free run", 0.01).least_confidence is None
    assert policy.support("code line", 0.01).least_confidence is None


def test_only_what_is_in_boxes_must_be_surer_on_odd_pages():
    form = parse_template(
        b"""
        formreader = 1
        name = "slip"
        page = { size = [100, 50] }
        fields = [
            { name = "number", type = "digits", region = [10, 10, 30, 5], boxes = 6 },
            { name = "amount", type = "digits", region = [10, 30, 30, 5] },
        ]
        """,
        Path("slip.toml"),
    )
    confidence = np.tile(np.linspace(0.9, 1, 1000), 2)
    evidence = Evidence(
        np.repeat(["plain", "free run"], 1000),
        np.arange(2000).astype(str),
        confidence,
        confidence > 0.95,
    )
    usual = KeepPromise(0.01, evidence)
    odd = KeepPromise(0.01, evidence, shifts={"slip": Shift("doubt", 0.5, 0.1)})

    limits = {
        name: [policy.least_confidence(form.field(name), form) for policy in (usual, odd)]
        for name in ("number", "amount")
    }

    assert limits["amount"][0] == limits["amount"][1]
    assert 1 - limits["number"][1] == pytest.approx((1 - limits["number"][0]) / STRICTER)
