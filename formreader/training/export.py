"""Export a trained network again, in other numbers, and measure what that costs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import keras
import numpy as np
import numpy.typing as npt

from formreader.digit_sets.labelled import LabelledDigits
from formreader.digits.card import ModelCard, write_model
from formreader.digits.recogniser import LiteRTRecogniser
from formreader.errors import ModelError
from formreader.evaluation.sets import evaluate_set
from formreader.evaluation.speed import digits_per_second
from formreader.evidence import EVIDENCE_NAME, load_evidence, save_evidence
from formreader.files import replace_bytes
from formreader.images import DIGIT_SIDE
from formreader.normalise import normalise
from formreader.synth.strokes import random_hand
from formreader.training.lite import Precision, to_lite
from formreader.training.make import KERAS_NAME

PRECISIONS: tuple[Precision, ...] = get_args(Precision)
DIGITS_OF_A_HAND = 100
LOST = 0.0002  # of the accuracy on drawn digits: up to here evidence measured before still holds


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """A network in numbers of one precision."""

    precision: Precision
    card: ModelCard
    content: bytes
    """The file that LiteRT runs."""
    accuracies: dict[str, float]
    """By the name of the set, 0 to 1; the first is of drawn digits."""
    agreement: float
    """Share of all these digits that are read as the float network reads them, 0 to 1."""
    digits_per_s: float
    """On one core."""
    is_as_good: bool
    """Whether what was measured of the network in floats holds for it too."""


def exports(
    network: keras.Model, card: ModelCard, sets: Sequence[LabelledDigits]
) -> tuple[Export, ...]:
    """Export a model in every precision, float first, and measure each.

    Args:
        network: of the model, as TensorFlow keeps it.
        card: its card.
        sets: digits to measure by; the first of them also show an all-int8 network its ranges.
    """
    made: list[Export] = []
    read: list[npt.NDArray[np.intp]] = []
    for precision in PRECISIONS:
        content = to_lite(network, precision, sets[0].images)
        version = {"sha256": hashlib.sha256(content).hexdigest(), "scores": {}}
        own = card.model_copy(update=version)
        recogniser = LiteRTRecogniser(own, content)
        evaluated = [evaluate_set(recogniser, digits) for digits in sets]
        accuracies = {
            each.digits.name: each.evaluation.digits.accuracy or 0.0 for each in evaluated
        }
        read.append(np.concatenate([each.probabilities for each in evaluated]).argmax(axis=1))
        first = made[0].accuracies if made else accuracies
        is_as_good = accuracies[sets[0].name] >= first[sets[0].name] - LOST
        agreement = float((read[-1] == read[0]).mean())
        speed = digits_per_second(recogniser)
        made.append(Export(precision, own, content, accuracies, agreement, speed, is_as_good))
    return tuple(made)


def write_export(out: Path, folder: Path, export: Export) -> None:
    """Write an export to a folder as a model of its own, with what it was made from.

    Raises:
        SetupError: if it cannot be written.
    """
    write_model(out, export.card.model_copy(update={"name": out.name}), export.content)
    evidence = load_evidence(folder / EVIDENCE_NAME)
    if export.is_as_good and len(evidence):
        save_evidence(evidence, out / EVIDENCE_NAME)
    if out.resolve() != folder.resolve():
        replace_bytes(out / KERAS_NAME, (folder / KERAS_NAME).read_bytes())


def load_keras(folder: Path) -> keras.Model:
    """Load the network of a model as TensorFlow keeps it.

    Raises:
        ModelError: if it is not there, or is damaged.
    """
    path = folder / KERAS_NAME
    if not path.is_file():
        raise ModelError(
            f"{folder.as_posix()} has no {KERAS_NAME}, which `formreader model train` leaves "
            "beside the network; export needs it: train the model again"
        )
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras, h5py and zipfile raise whatever they stumble on
        raise ModelError(
            f"{path.as_posix()} is damaged: {error}; restore the file, or train the model again"
        ) from error


def draw_digits(count: int, seed: int) -> LabelledDigits:
    """Draw digits by many hands of the program's own making, normalised as reading does."""
    rng = np.random.default_rng(seed)
    images = np.empty((count, DIGIT_SIDE, DIGIT_SIDE), np.uint8)
    labels = (np.arange(count) % 10).astype(np.uint8)
    writers = np.array([f"hand {index // DIGITS_OF_A_HAND}" for index in range(count)])
    for start in range(0, count, DIGITS_OF_A_HAND):
        hand = random_hand(rng)
        for index in range(start, min(start + DIGITS_OF_A_HAND, count)):
            images[index] = normalise(hand.draw(int(labels[index]), rng).ink)
    return LabelledDigits("drawn", images, labels, writers)
