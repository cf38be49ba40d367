"""Make a network as sure as it is right, by digits that it was not trained on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from formreader.digit_sets.labelled import LabelledDigits, Labels
from formreader.digits.card import ModelCard, folder_of, write_card
from formreader.digits.recogniser import LiteRTRecogniser
from formreader.errors import InputError
from formreader.evaluation.measures import expected_calibration_error, loss
from formreader.evidence import EVIDENCE_NAME, Evidence, save_evidence
from formreader.files import make_folder, replace_bytes
from formreader.images import CROSSED, NO_DIGIT, Probabilities
from formreader.training.judge import (
    TEMPERATURES,
    best_no_digit_weight,
    best_temperature,
    rescaled,
)

FEWEST_DIGITS = 500
FEWEST_OF_NO_DIGIT = 50  # fewer do not show how likely it is
FEWEST_WRONG = 10  # with fewer, the lowest temperature there is may be chance
FOLDS = 5
ROUNDS = 3  # of finding temperature and weight in turn
LEAST_GAIN = 0.01  # of the loss; for less, evidence is not thrown away


@dataclass(frozen=True, slots=True)
class Scale:
    """What a card says of how sure its network is."""

    temperature: float
    no_digit_weight: float


@dataclass(frozen=True, slots=True)
class Fit:
    """How far a network is from being as sure as it is right."""

    loss: float
    ece: float


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What calibrating would change, and what it would bring."""

    now: Scale
    """On the card."""
    best: Scale
    """For all digits."""
    before: Fit
    after: Fit
    """Of scales found without the digits they are tried on: for each part by the other parts."""
    writers: int
    """Whose digits were kept together in these parts; 0 where they are not known."""
    wrong: int
    """How many digits are misread."""

    @property
    def tells(self) -> bool:
        """Whether the digits show how sure to be: hardly any wrong, the surest seems best."""
        return self.wrong >= FEWEST_WRONG or self.best.temperature > float(TEMPERATURES[0])

    @property
    def gains(self) -> bool:
        """Whether the best scale is worth a new card."""
        return self.tells and self.after.loss < (1 - LEAST_GAIN) * self.before.loss

    @property
    def scale(self) -> Scale:
        """The best, or that of the card where it is hardly worse."""
        return self.best if self.gains else self.now


def find_scale(card: ModelCard, network: bytes, digits: LabelledDigits) -> Calibration:
    """Find the temperature at which a network is as sure as it is right.

    "No digit" is weighed anew only where the digits hold 50 images of it; they must then hold
    it as often as forms do.

    Raises:
        InputError: if the digits are too few.
    """
    count = int((digits.labels < CROSSED).sum())
    if count < FEWEST_DIGITS:
        raise InputError(
            f"calibrating needs {FEWEST_DIGITS} digits or more, but there are {count}; of fewer, "
            "chance would choose the temperature"
        )
    now = Scale(card.temperature, card.no_digit_weight)
    plain = card.model_copy(update={"temperature": 1.0, "no_digit_weight": 1.0})
    raw = LiteRTRecogniser(plain, network).look(digits.images).probabilities
    tried = np.empty_like(raw)
    for fold in _folds(digits.writers):
        tried[fold] = _at(_best(raw[~fold], digits.labels[~fold], now), raw[fold])
    return Calibration(
        now=now,
        best=_best(raw, digits.labels, now),
        before=_fit(_at(now, raw), digits),
        after=_fit(tried, digits),
        writers=_kept_together(digits.writers),
        wrong=int((raw.argmax(axis=1) != digits.labels).sum()),
    )


def calibrated(card: ModelCard, found: Calibration, digits: str) -> ModelCard:
    """Return the card of a network that is as sure as it is right.

    Args:
        card: as it was; it is kept where another scale would be hardly better.
        found: how sure the network should be.
        digits: the names of the sets it was found by.
    """
    if not found.gains:
        return card
    return card.model_copy(
        update={
            "temperature": found.scale.temperature,
            "no_digit_weight": found.scale.no_digit_weight,
            "created_by": f"{card.created_by}; then calibrated by {digits}",
        }
    )


def write_calibrated(card: ModelCard, evidence: Evidence, model: Path, out: Path | None) -> None:
    """Write another card and other evidence to a model, or to a copy that is named anew.

    Args:
        card: the new one.
        evidence: likewise; earlier evidence goes even where there is none.
        model: its folder or card.
        out: for the copy, which is named after it; None: the model itself is changed.

    Raises:
        SetupError: if it cannot be written.
    """
    folder = folder_of(model)
    if out is not None:
        make_folder(out)
        for path in folder.iterdir():
            if path.is_file() and path.suffix != ".json" and path.name != EVIDENCE_NAME:
                replace_bytes(out / path.name, path.read_bytes())
        card = card.model_copy(update={"name": out.resolve().name})
    if len(evidence):
        save_evidence(evidence, (out or folder) / EVIDENCE_NAME)
    else:
        ((out or folder) / EVIDENCE_NAME).unlink(missing_ok=True)
    write_card(card, out or model)


def _kept_together(writers: npt.NDArray[np.str_]) -> int:
    """Return how many writers there are, if they are enough to be dealt out; else 0."""
    count = len({*writers.tolist()} - {""})
    return count if count >= FOLDS else 0


def _folds(writers: npt.NDArray[np.str_]) -> Iterator[npt.NDArray[np.bool_]]:
    """Deal digits into parts, those of one writer into one; yield each as a mask."""
    owner = np.arange(len(writers)).astype(str)
    if _kept_together(writers):
        owner = np.where(writers == "", owner, np.char.add("by ", writers))
    units, unit = np.unique(owner, return_inverse=True)
    part = np.random.default_rng(1).permutation(len(units)) % FOLDS
    for index in range(FOLDS):
        yield part[unit] == index


def _best(raw: Probabilities, labels: Labels, now: Scale) -> Scale:
    """Find temperature and weight in turn, as one asks for the other."""
    weight = now.no_digit_weight
    temperature = best_temperature(raw, labels, no_digit_weight=weight)
    if (labels == NO_DIGIT).sum() < FEWEST_OF_NO_DIGIT:
        return Scale(temperature, weight)
    for _ in range(ROUNDS):
        weight = best_no_digit_weight(rescaled(raw, temperature, 1), labels)
        temperature = best_temperature(raw, labels, no_digit_weight=weight)
    return Scale(temperature, weight)


def _at(scale: Scale, raw: Probabilities) -> Probabilities:
    return rescaled(raw, scale.temperature, scale.no_digit_weight)


def _fit(probabilities: Probabilities, digits: LabelledDigits) -> Fit:
    return Fit(
        loss(probabilities, digits.labels), expected_calibration_error(probabilities, digits.labels)
    )
