"""Forms whose sums are wrong on paper: none may be put right, every broken sum must be reported.

Draws forms of a template, each with one result or checked number that is wrong by a digit, by
writers of a set of digits that the network was not trained on. Counts values that were accepted
and are not what stands on paper, and sums that do not hold on paper and are not in review.

    python benchmarks/wrong_sums.py kpu-c1-2019 MNIST_FOLDER
"""

import argparse
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from formreader.decide import decide_page
from formreader.digit_sets import load_digits
from formreader.digits.recogniser import load_recogniser
from formreader.policy import KeepPromise
from formreader.results import Status
from formreader.rules import Rule
from formreader.shipped import DEFAULT_MODEL, model_folders, template_folders
from formreader.synth.bitmaps import choose_hand
from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import DrawnForm, draw_form
from formreader.template import Template
from formreader.template_file import find_template, load_template
from formreader.training.trial import answers, read_form


def main() -> None:
    """Draw, read and decide, then print the counts."""
    asked = _arguments()
    template = load_template(find_template(asked.template, template_folders()))
    model = load_recogniser(asked.model, model_folders())
    policy = KeepPromise(asked.max_error, model.evidence, model.card.hand)
    hands = partial(choose_hand, load_digits(asked.data))
    pages = fields = accepted = wrong = broken = in_review = named = 0
    conditions = islice(cycle(CONDITIONS.values()), asked.pages)
    for number, condition in enumerate(track([*conditions])):
        rng = np.random.default_rng((asked.seed, number))
        slipping = replace(condition, writing=replace(condition.writing, slips=1.0))
        form = draw_form(template, hands(rng), slipping, rng)
        reading = read_form(form, model)
        if reading is None:
            continue
        record = decide_page(("drawn", 1), reading, template, policy)
        decided = {field.decision.name: field.decision for field in record.fields}
        truth = answers(form)
        pages += 1
        fields += len(truth)
        for name, decision in decided.items():
            is_accepted = decision.status is not Status.REVIEW
            accepted += is_accepted
            wrong += is_accepted and decision.value != truth[name]
        for rule in _broken(form, template):
            own = [decided[name] for name in rule.fields]
            broken += 1
            in_review += all(decision.status is Status.REVIEW for decision in own)
            named += any(rule.text in decision.reason for decision in own)
    table = Table(
        *("pages", "fields", "accepted", "wrong of accepted"),
        *("broken sums", "all their fields in review", "named in a reason"),
    )
    counts = pages, fields, accepted, wrong, broken, in_review, named
    table.add_row(*map(str, counts))
    Console().print(table)


def _broken(form: DrawnForm, template: Template) -> list[Rule]:
    """Return the rules that do not hold on paper."""
    truth = answers(form)
    return [
        rule
        for rule in template.rules
        if not rule.holds({name: Decimal(truth[name] or 0) for name in rule.fields})
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("template", help="name or path; it must have rules")
    parser.add_argument("data", type=Path, help="digits, as for `model evaluate --data`")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--max-error", type=float, default=0.001)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
