"""Try a network on whole forms, drawn in every condition by writers it never saw."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from formreader.digit_sets.labelled import LabelledDigits
from formreader.errors import AlignmentError
from formreader.evidence import Evidence
from formreader.pages import Page
from formreader.reader import read_page
from formreader.recipe import Model
from formreader.results import PageReading
from formreader.synth.bitmaps import choose_hand
from formreader.synth.conditions import CONDITIONS
from formreader.synth.forms import DrawnForm, draw_form
from formreader.synth.scanner import Scanner
from formreader.template import Template
from formreader.template_file import load_template
from formreader.training.progress import Progress
from formreader.witness import Witness

FORM = Path(__file__).with_name("evidence.toml")
BOXES = 60  # on a form: for more, many writers of MNIST have too few digits
SLIPS = 0.02  # of the forms on which a sum or check digit is wrong on paper


def try_on_forms(
    model: Model,
    digits: LabelledDigits,
    count: int,
    seed: int,
    progress: Progress,
) -> Evidence:
    """Return how sure fields of every kind are, and whether they are right.

    Args:
        model: to try.
        digits: by writers it never saw; each form is by one of them.
        count: of forms.
        seed: makes every choice.
        progress: is told of each form.
    """
    witness = Witness(model.card.hand)
    for form, reading in read_forms(model, digits, count, seed):
        if reading:
            witness.add(reading, form.template, answers(form), form.writer, form.condition.name)
        progress.step()
    return witness.evidence


def read_forms(
    model: Model, digits: LabelledDigits, count: int, seed: int
) -> Iterator[tuple[DrawnForm, PageReading | None]]:
    """Draw and read forms, in each condition in turn; None is read of those set aside."""
    template = load_template(FORM)
    hands = partial(choose_hand, digits)
    for number, condition in enumerate(islice(cycle(CONDITIONS.values()), count)):
        rng = np.random.default_rng((seed, number))
        part = _part(template, rng)
        slipping = replace(condition, writing=replace(condition.writing, slips=SLIPS))
        form = draw_form(part, hands(rng), slipping, rng)
        yield form, read_form(form, model)


def answers(form: DrawnForm) -> dict[str, str]:
    """Return what is written in each field of a form, by its name."""
    return {field.name: field.value for field in form.fields}


def _part(template: Template, rng: np.random.Generator) -> Template:
    """Return the template with some of its fields, those in one rule all or none."""
    units = [{*rule.fields} for rule in template.rules]
    alone = {field.name for field in template.fields} - set().union(*units)
    units += [{name} for name in sorted(alone)]
    boxes = {field.name: field.box_count for field in template.fields}
    chosen: set[str] = set()
    for index in rng.permutation(len(units)).tolist():
        if sum(boxes[name] for name in chosen | units[index]) <= BOXES:
            chosen |= units[index]
    return replace(
        template,
        fields=tuple(field for field in template.fields if field.name in chosen),
        rules=tuple(rule for rule in template.rules if {*rule.fields} <= chosen),
    )


def read_form(form: DrawnForm, model: Model) -> PageReading | None:
    """Read a form; None if it would be set aside."""
    capture = form.condition.capture
    dpi = capture.dpi[0] if isinstance(capture, Scanner) else None
    try:
        return read_page(Page("drawn", 1, form.image, dpi), [form.template], model)
    except AlignmentError:
        return None
