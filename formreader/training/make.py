"""Make a model from beginning to end: train, export, calibrate, score, write its card."""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from formreader.digits.card import CARD_NAME, CLASS_NAMES, DataSource, InputConvention, ModelCard
from formreader.digits.recogniser import LiteRTRecogniser
from formreader.training.fit import fit
from formreader.training.judge import acceptance, best_no_digit_weight, best_temperature, score
from formreader.training.lite import to_lite
from formreader.training.material import Material, gather
from formreader.training.plan import Plan
from formreader.training.progress import Epoch, Progress
from formreader.training.sets import LabelledDigits, load_test_set

NETWORK_NAME = "digits.tflite"
LOG_NAME = "training.csv"


def make_model(plan: Plan, progress: Progress) -> ModelCard:
    """Make a model and write its network, card and log to the plan's folder.

    The same plan gives the same model on the same kind of machine.

    Raises:
        InputError: if a set of digits cannot be read.
    """
    keras.utils.clear_session()  # else the names of layers count on, and are in the file
    keras.utils.set_random_seed(plan.seed)
    tf.config.experimental.enable_op_determinism()
    rng = np.random.default_rng(plan.seed)
    tests = [load_test_set(path) for path in plan.tests]
    material = gather(plan, rng, progress)
    network = plan.recipe.build()
    log = fit(network, plan, material, rng, progress)
    exported = to_lite(network)
    draft = _draft(plan, exported, material.sources)
    card = _judged(draft, exported, material, tests)
    _write(plan.out, exported, card, log)
    return card


def _draft(plan: Plan, exported: bytes, sources: tuple[DataSource, ...]) -> ModelCard:
    """Return the card of a network that has not been judged yet."""
    return ModelCard(
        name=plan.out.name,
        title=plan.recipe.title,
        file=NETWORK_NAME,
        sha256=hashlib.sha256(exported).hexdigest(),
        classes=CLASS_NAMES,
        input=InputConvention(),
        temperature=1,
        trained_on=sources,
        scores={},
        acceptance=(),
        seed=plan.seed,
        created_by=plan.command,
    )


def _judged(
    draft: ModelCard,
    exported: bytes,
    material: Material,
    tests: Sequence[LabelledDigits],
) -> ModelCard:
    """Fill in what the network as exported does on digits it was not trained on."""
    pages = material.pages
    raw = LiteRTRecogniser(draft, exported).classify(pages.images)
    card = draft.model_copy(update={"temperature": best_temperature(raw, pages.labels)})
    likely = LiteRTRecogniser(card, exported).classify(pages.images)
    weight = best_no_digit_weight(likely, pages.labels)
    card = card.model_copy(update={"no_digit_weight": weight})
    recogniser = LiteRTRecogniser(card, exported)
    held_out = (*material.held_out, pages)
    scores = {f"{digits.name}, held out": score(recogniser, digits) for digits in held_out}
    scores |= {f"{digits.name}, test": score(recogniser, digits) for digits in tests}
    rng = np.random.default_rng(draft.seed)
    promises = acceptance(recogniser.classify(pages.images), pages, rng)
    return card.model_copy(update={"scores": scores, "acceptance": promises})


def _write(out: Path, exported: bytes, card: ModelCard, log: Sequence[Epoch]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / card.file).write_bytes(exported)
    (out / CARD_NAME).write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")
    with (out / LOG_NAME).open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [field.name for field in fields(Epoch)], lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(epoch) for epoch in log)
