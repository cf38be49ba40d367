"""Whole fields on drawn forms: how many are exact, what constraints bring, what promises are worth.

Draws forms of every kind of field in every condition, by writers of a set of digits that the
network was not trained on, reads and decides them, and prints

- how many fields of each kind are exact, with what the form knows of them (checks, sums, lists,
  dates) and without, and how many of the surest 95 % are wrong,
- what is accepted under a promise, by the evidence that comes with the network, and how often
  the promise is broken where the writers are drawn anew, with replacement,
- how long deciding takes.

    python benchmarks/fields.py MNIST_FOLDER
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track
from rich.table import Table

from formreader.decide import decide_page
from formreader.digit_sets import load_digits
from formreader.digits.recogniser import load_recogniser
from formreader.evidence import Evidence
from formreader.policy import KeepPromise
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.template import Template
from formreader.training.trial import answers, read_forms
from formreader.witness import Witness

ACCEPTED = 0.95
RESAMPLES = 200
PROMISES = (0.001, 0.002, 0.005, 0.01)


def main() -> None:
    """Draw, read and decide, then print the tables."""
    asked = _arguments()
    model = load_recogniser(asked.model, model_folders())
    digits = load_digits(asked.data)
    seen, plain, milliseconds = Witness(model.card.hand), Witness(model.card.hand), []
    policy = KeepPromise(0.001, model.evidence, model.card.hand)
    forms = read_forms(model, digits, asked.pages, asked.seed)
    for form, reading in track(forms, total=asked.pages):
        if reading is None:
            continue
        about = answers(form), form.writer, form.condition.name
        seen.add(reading, form.template, *about)
        plain.add(reading, _unconstrained(form.template), *about)
        policy.supports([form.template])  # the first time it takes longer, whatever the page
        start = perf_counter()
        decide_page(("drawn", 1), reading, form.template, policy)
        milliseconds.append((1000 * (perf_counter() - start), len(reading.fields)))
    console = Console()
    found, without = seen.evidence, plain.evidence
    console.print(_kinds(found, without))
    console.print(_promises(found, model.evidence, np.random.default_rng(asked.seed)))
    times = np.array(milliseconds)
    console.print(
        f"pages {len(found.pages)} of {asked.pages}; deciding: "
        f"{times[:, 0].sum() / times[:, 1].sum():.2f} ms a field, {times[:, 0].max():.0f} ms for "
        "the worst page"
    )


def _unconstrained(template: Template) -> Template:
    """Return a template that knows nothing of its values but their types."""
    forgotten = {"check": None, "pattern": None, "one_of": None, "roster": None}
    fields = tuple(
        field.model_copy(update=forgotten | {"min": None, "max": None, "unique": False})
        for field in template.fields
    )
    return replace(template, fields=fields, rules=(), rosters={})


def _kinds(found: Evidence, without: Evidence) -> Table:
    """Return errors by kind; the kinds of both are those with constraints."""
    table = Table(
        *("kind", "fields", "exact", "wrong", "wrong without constraints"),
        f"wrong of the surest {ACCEPTED:.0%}",
    )
    for kind in [*np.unique(found.kinds), "all"]:
        own = np.full(len(found), True) if kind == "all" else found.kinds == kind
        right, sure = found.right[own], found.confidence[own]
        surest = right[np.argsort(-sure, kind="stable")][: round(ACCEPTED * len(right))]
        table.add_row(
            str(kind),
            f"{len(right):,}",
            f"{right.mean():.2%}",
            _wrong(right),
            _wrong(without.right[own]),
            _wrong(surest),
        )
    return table


def _wrong(right: npt.NDArray[np.bool_]) -> str:
    return f"{(~right).sum()} = {1 - right.mean():.3%}"


def _promises(found: Evidence, known: Evidence, rng: np.random.Generator) -> Table:
    table = Table(
        "at most wrong", "accepted", "wrong of accepted", f"broken in {RESAMPLES} resamples"
    )
    for max_error in PROMISES:
        accepted = _accepted(found, KeepPromise(max_error, known))
        wrong = accepted & ~found.right
        broken = [
            wrong[drawn].sum() > max_error * accepted[drawn].sum()
            for drawn in _resamples(found.writers, rng)
        ]
        table.add_row(
            f"{max_error:.2%}",
            f"{accepted.mean():.1%}",
            f"{wrong.sum()} = {wrong.sum() / max(accepted.sum(), 1):.3%}",
            f"{sum(broken)} = {np.mean(broken):.1%}",
        )
    return table


def _accepted(found: Evidence, policy: KeepPromise) -> npt.NDArray[np.bool_]:
    """Tell of each field whether a promise accepts it."""
    least = {
        kind: policy.support(str(kind), policy.max_error).least_confidence
        for kind in np.unique(found.kinds)
    }
    limits = np.array([2.0 if least[kind] is None else least[kind] for kind in found.kinds])
    return np.asarray(found.confidence >= limits)


def _resamples(
    writers: npt.NDArray[np.str_], rng: np.random.Generator
) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the fields of as many writers as there are, drawn with replacement."""
    names, owner = np.unique(writers, return_inverse=True)
    fields = [np.flatnonzero(owner == index) for index in range(len(names))]
    for _ in range(RESAMPLES):
        yield np.concatenate([fields[index] for index in rng.integers(len(names), size=len(names))])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="digits, as for `model evaluate --data`")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
