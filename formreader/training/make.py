"""Make a model from beginning to end: train, export, calibrate, score, write its card."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import keras
import numpy as np
import tensorflow as tf

from formreader.digit_sets.labelled import LabelledDigits
from formreader.digits.card import (
    CLASS_NAMES,
    DataSource,
    InputConvention,
    ModelCard,
    write_model,
)
from formreader.digits.recogniser import LiteRTRecogniser
from formreader.files import make_folder, replace_bytes
from formreader.training.checkpoint import unfinished_training
from formreader.training.fetch import fetch_mnist
from formreader.training.fit import fit
from formreader.training.judge import (
    best_no_digit_weight,
    best_temperature,
    rescaled,
    score,
)
from formreader.training.lite import Precision, to_lite
from formreader.training.material import Material, gather, load_sets
from formreader.training.one_hand import measure_hand
from formreader.training.plan import Plan
from formreader.training.progress import Epoch, Progress, write_log
from formreader.training.sets import load_test_set
from formreader.training.style import class_count, with_style

NETWORK_NAME = "digits.tflite"
KERAS_NAME = "digits.keras"  # the same for TensorFlow: to export it otherwise, or train it on
PRECISION: Precision = "dynamic"  # of what is shipped; see README for what it costs


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A network as it comes from training."""

    network: keras.Model
    exported: bytes
    """For LiteRT."""
    card: ModelCard
    """Calibrated, without scores."""
    material: Material
    log: tuple[Epoch, ...]


def make_model(plan: Plan, progress: Progress) -> ModelCard:
    """Make a model and write its network, card and log to the plan's folder.

    The same plan gives the same model on the same kind of machine, also where it was interrupted
    and called again.

    Raises:
        InputError: if a set of digits cannot be read.
        SetupError: if the folder holds the beginning of another training, or cannot be made.
    """
    make_folder(plan.out)
    tests = _load_tests(plan)
    trained = train(plan, load_sets(plan), progress)
    card = _scored(trained, tests)
    _save(trained.network, plan.out / KERAS_NAME)
    _write(plan.out, trained.exported, card, trained.log)
    unfinished_training(plan).remove()
    return card


def train(plan: Plan, sets: Sequence[LabelledDigits], progress: Progress) -> Trained:
    """Train a network on sets of digits, and find how sure it may be.

    How far it came is kept in the plan's folder; called again, it goes on from there.

    Raises:
        SetupError: if the folder holds the beginning of another training.
    """
    keras.utils.clear_session()  # else the names of layers count on, and are in the file
    keras.utils.set_random_seed(plan.seed)
    tf.config.experimental.enable_op_determinism()
    rng = np.random.default_rng(plan.seed)
    material = gather(plan, sets, rng, progress)
    network = plan.recipe.build()
    log = fit(network, plan, material, rng, progress)
    if plan.recipe.on_pages:
        network = with_style(network, material.shown.images)
    exported = to_lite(network, PRECISION, material.shown.images)
    seconds = sum(epoch.seconds for epoch in log)
    draft = _draft(plan, network, exported, material.sources, seconds)
    return Trained(network, exported, _calibrated(draft, exported, material), material, log)


def _load_tests(plan: Plan) -> list[LabelledDigits]:
    if plan.data:
        return [load_test_set(path) for path in plan.tests]
    return [fetch_mnist("test"), *map(load_test_set, plan.tests)]


def _draft(
    plan: Plan,
    network: keras.Model,
    exported: bytes,
    sources: tuple[DataSource, ...],
    seconds: float,
) -> ModelCard:
    """Return the card of a network that has not been judged yet."""
    return ModelCard(
        name=plan.out.name,
        title=plan.recipe.title,
        file=NETWORK_NAME,
        sha256=hashlib.sha256(exported).hexdigest(),
        classes=CLASS_NAMES[: class_count(network)],
        input=InputConvention(),
        temperature=1,
        trained_on=sources,
        scores={},
        recipe=plan.recipe.name,
        parameters=network.count_params(),
        training_s=round(seconds, 1),
        seed=plan.seed,
        created_by=plan.command,
    )


def _scored(trained: Trained, tests: Sequence[LabelledDigits]) -> ModelCard:
    """Fill in what the network as exported does on digits it was not trained on."""
    card, material = trained.card, trained.material
    recogniser = LiteRTRecogniser(card, trained.exported)
    pages = [material.pages] if material.pages else []
    scores = {
        f"{digits.name}, held out": score(recogniser, digits)
        for digits in (*material.held_out, *pages)
    }
    scores |= {f"{digits.name}, test": score(recogniser, digits) for digits in tests}
    return card.model_copy(update={"scores": scores})


def _calibrated(card: ModelCard, exported: bytes, material: Material) -> ModelCard:
    """Fit what makes probabilities of the network's outputs; if it read pages, one hand's too."""
    digits = material.pages or material.to_choose_by
    if digits is None:
        return card
    raw = LiteRTRecogniser(card, exported).look(digits.images).probabilities
    card = card.model_copy(update={"temperature": best_temperature(raw, digits.labels)})
    if material.pages is None:
        return card
    weight = best_no_digit_weight(rescaled(raw, card.temperature, 1), digits.labels)
    card = card.model_copy(update={"no_digit_weight": weight})
    # Not by the pages: each digit is there several times, and would tell of itself.
    writers = [each for each in material.held_out if len(set(each.writers.tolist())) > 1]
    rng = np.random.default_rng(card.seed)
    hand = measure_hand(LiteRTRecogniser(card, exported), material.shown, writers, rng)
    return card.model_copy(update={"hand": hand})


def _save(network: keras.Model, path: Path) -> None:
    """Write a network as TensorFlow keeps it, compressed: a tenth smaller, and Keras reads it."""
    network.save(path)
    packed = BytesIO()
    with ZipFile(path) as plain, ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name in plain.namelist():
            same_date = ZipInfo(name)  # that the same plan gives the same file
            archive.writestr(same_date, plain.read(name), ZIP_DEFLATED)
    replace_bytes(path, packed.getvalue())


def _write(out: Path, exported: bytes, card: ModelCard, log: Sequence[Epoch]) -> None:
    write_model(out, card, exported)
    write_log(out, log)
