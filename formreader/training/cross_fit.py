"""Cross-fit: networks that each miss some writers show how such networks err on unseen ones.

What pages usually are like is seen by the network itself, on writers held out of its training:
each network has its own idea of how digits are usually written.
"""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from formreader.digit_sets.labelled import LabelledDigits, joined
from formreader.digits.card import CARD_NAME, ModelCard, write_model
from formreader.digits.recogniser import LiteRTRecogniser, load_recogniser
from formreader.errors import InputError, SetupError
from formreader.evidence import Evidence, gathered
from formreader.recipe import Model
from formreader.shift import SeenPages
from formreader.training.checkpoint import unfinished_training
from formreader.training.make import train
from formreader.training.material import load_sets
from formreader.training.plan import Plan
from formreader.training.progress import Progress
from formreader.training.recipes import RECIPES
from formreader.training.sets import parts_by_writer, split_by_writer
from formreader.training.trial import try_on_forms

FOLDER = "cross-fit"
FOLDS = 3
EPOCHS = 16  # at most; more make better networks, whose evidence would show a little more
FORMS = 9000  # drawn and read: 20 minutes
PAGES = 2000  # that the network itself sees: 60 in each condition


def cross_fit(model: Model, plan: Plan, progress: Progress) -> Evidence:
    """Return how networks like that of a plan err on forms by writers they never saw.

    For each third of the writers a network is trained on the others, as the plan's own is, and
    tried on forms by that third. Interrupted, the same call goes on where it was.

    Args:
        model: the network that the evidence is for.
        plan: how it was trained; the others' networks go to folders in the plan's.
        progress: is told of each stage.

    Raises:
        InputError: if a set of digits cannot be read.
        SetupError: if the folders hold the beginning of other trainings.
    """
    sets = load_sets(plan)
    parts = [parts_by_writer(digits, FOLDS, plan.seed) for digits in sets]
    evidence = []
    for fold in range(FOLDS):
        shown = [joined(of[0].name, of[:fold] + of[fold + 1 :]) for of in parts]
        other = _network(_plan(plan, fold), shown, progress)
        unseen = joined("unseen", [_told_apart(of[fold]) for of in parts])
        progress.stage(f"drawing forms, {fold + 1} of {FOLDS}", FORMS // FOLDS)
        evidence.append(try_on_forms(other, unseen, FORMS // FOLDS, plan.seed + fold, progress))
    return replace(gathered(evidence), pages=_usual_pages(model, sets, plan, progress))


def plan_of(card: ModelCard, data: Sequence[Path], out: Path) -> Plan:
    """Return how a model was trained.

    Args:
        card: of the model.
        data: the sets it was trained on.
        out: the folder in which the networks beside it are kept until all is measured.

    Raises:
        InputError: if it was trained on other sets.
        SetupError: if its recipe is not known.
    """
    if card.recipe not in RECIPES:
        raise SetupError(f"how {card.name!r} was trained is not known: its card names no recipe")
    plan = Plan(RECIPES[card.recipe], tuple(data), (), out, card.seed)
    given = {digits.name for digits in load_sets(plan)}
    known = {source.name for source in card.trained_on}
    if given != known:
        raise InputError(
            f"{card.name!r} was trained on {', '.join(sorted(known))}; give these sets by --data, "
            f"not {', '.join(sorted(given))}"
        )
    return plan


def forget_networks(plan: Plan) -> None:
    """Remove the networks that were trained beside a plan's."""
    shutil.rmtree(plan.out / FOLDER, ignore_errors=True)


def _usual_pages(
    model: Model, sets: Sequence[LabelledDigits], plan: Plan, progress: Progress
) -> SeenPages:
    """Return what a network notices of pages by the writers held out when it was trained."""
    share = plan.recipe.validation
    held_out = [split_by_writer(digits, share, plan.seed)[1] for digits in sets]
    progress.stage("drawing forms by writers held out", PAGES)
    return try_on_forms(model, joined("held out", held_out), PAGES, plan.seed, progress).pages


def _plan(plan: Plan, fold: int) -> Plan:
    recipe = replace(plan.recipe, epochs=min(plan.recipe.epochs, EPOCHS))
    return replace(
        plan, recipe=recipe, out=plan.out / FOLDER / f"without-part-{fold + 1}", tests=()
    )


def _network(plan: Plan, shown: Sequence[LabelledDigits], progress: Progress) -> LiteRTRecogniser:
    """Train a network, or load it where that was done before."""
    if not (plan.out / CARD_NAME).exists():
        trained = train(plan, shown, progress)
        write_model(plan.out, trained.card, trained.exported)
        unfinished_training(plan).remove()
    return load_recogniser(str(plan.out), ())


def _told_apart(digits: LabelledDigits) -> LabelledDigits:
    """Return digits whose writers are not taken for those of another set by their names."""
    return replace(digits, writers=np.char.add(f"{digits.name} ", digits.writers))
