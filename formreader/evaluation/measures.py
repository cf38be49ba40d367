"""How right a network is, how sure it is, and how well the two agree."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from formreader.digit_sets.labelled import LabelledDigits, Labels
from formreader.images import CLASSES, CROSSED, Probabilities
from formreader.reliability import Bin, calibration_error, exact_interval, reliability
from formreader.score import THRESHOLDS

LEAST_PROBABILITY = 1e-30  # stands for what float32 rounds to 0
SURE = 0.99  # a box that holds no digit must not be taken for one so surely


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of some images are wrong."""

    n: int
    wrong: int

    @property
    def accuracy(self) -> float | None:
        """The share that is right, 0 to 1; None of no images."""
        return 1 - self.wrong / self.n if self.n else None

    @property
    def wrong_interval(self) -> tuple[float, float]:
        """Between which shares the wrong ones lie, 95 % certain."""
        return exact_interval(self.wrong, self.n)

    @property
    def accuracy_interval(self) -> tuple[float, float]:
        """Between which shares the right ones lie, 95 % certain."""
        low, high = self.wrong_interval
        return 1 - high, 1 - low


@dataclass(frozen=True, slots=True)
class ClassMeasures:
    """How one class is read."""

    label: int
    n: int
    precision: float | None
    """The share that is right of what is read as it; None if nothing is."""
    recall: float | None
    """The share that is read as it of what shows it; None if nothing does."""
    f1: float | None
    """The harmonic mean of both; None if the class is neither shown nor read."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What would be accepted from a confidence on: images whose likeliest class is a digit."""

    least_confidence: float
    share: float
    """Of all images, 0 to 1."""
    accepted: Tally
    """Wrong is what shows another digit, or none."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What a network is worth on some labelled images."""

    n: int
    """Images of all classes."""
    digits: Tally
    """Images of digits, by the likeliest of the ten digits."""
    every_class: Tally
    """All images, by the likeliest of all twelve classes."""
    loss: float
    """Mean negative natural log of the probability of what is right."""
    ece: float
    """Expected calibration error, 0 to 1: how far confidence and accuracy lie apart, in the mean
    over all images; confidence is the probability of the likeliest class."""
    classes: tuple[ClassMeasures, ...]
    confusion: npt.NDArray[np.int64]
    """Images by what they show and what they are read as, (12, 12)."""
    reliability: tuple[Bin, ...]
    curve: tuple[CurvePoint, ...]
    junk: Tally
    """Images of no digit; wrong are those that are surely read as one."""
    writers: dict[str, Tally]
    """Digits by who wrote them, from the worst to the best; none where writers are not known."""


def evaluate(probabilities: Probabilities, digits: LabelledDigits) -> Evaluation:
    """Compare what a network says of images with what they show.

    Args:
        probabilities: of the images' classes, (n, 12).
        digits: at least one image.

    Raises:
        ValueError: if there is not a row for each image, or no image.
    """
    if probabilities.shape != (len(digits), CLASSES) or not len(digits):
        raise ValueError(
            f"expected shape ({len(digits)}, {CLASSES}) of one image or more, "
            f"got {probabilities.shape}"
        )
    shown = digits.labels < CROSSED
    forced = probabilities[:, :CROSSED].argmax(axis=1)
    wrong_digit = shown & (forced != digits.labels)
    confusion = _confusion(probabilities, digits.labels)
    bins = _reliability(probabilities, digits.labels)
    return Evaluation(
        n=len(digits),
        digits=Tally(int(shown.sum()), int(wrong_digit.sum())),
        every_class=Tally(len(digits), len(digits) - int(confusion.trace())),
        loss=loss(probabilities, digits.labels),
        ece=calibration_error(bins),
        classes=tuple(_of_class(label, confusion) for label in range(CLASSES)),
        confusion=confusion,
        reliability=bins,
        curve=tuple(_accept_from(least, probabilities, digits.labels) for least in THRESHOLDS),
        junk=Tally(int((~shown).sum()), int(_accepts(SURE, probabilities[~shown]).sum())),
        writers=_by_writer(digits.writers, shown, wrong_digit),
    )


def loss(probabilities: Probabilities, labels: Labels) -> float:
    """Return the mean negative natural log of the probability of what is right."""
    given = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.maximum(given, LEAST_PROBABILITY)).mean())


def expected_calibration_error(probabilities: Probabilities, labels: Labels) -> float:
    """Return the expected calibration error, as `Evaluation.ece` has it."""
    return calibration_error(_reliability(probabilities, labels))


def mistakes(probabilities: Probabilities, labels: Labels) -> npt.NDArray[np.intp]:
    """Return which images are read as another class than they show, the surest first."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]


def _confusion(probabilities: Probabilities, labels: Labels) -> npt.NDArray[np.int64]:
    counts = np.zeros((CLASSES, CLASSES), np.int64)
    np.add.at(counts, (labels, probabilities.argmax(axis=1)), 1)
    return counts


def _reliability(probabilities: Probabilities, labels: Labels) -> tuple[Bin, ...]:
    sure = probabilities.max(axis=1).astype(np.float64)
    return reliability(sure, probabilities.argmax(axis=1) == labels)


def _of_class(label: int, confusion: npt.NDArray[np.int64]) -> ClassMeasures:
    right = int(confusion[label, label])
    shown, read = int(confusion[label].sum()), int(confusion[:, label].sum())
    return ClassMeasures(
        label=label,
        n=shown,
        precision=right / read if read else None,
        recall=right / shown if shown else None,
        f1=2 * right / (shown + read) if shown + read else None,
    )


def _accept_from(least: float, probabilities: Probabilities, labels: Labels) -> CurvePoint:
    accepted = _accepts(least, probabilities)
    wrong = probabilities[accepted].argmax(axis=1) != labels[accepted]
    tally = Tally(int(accepted.sum()), int(wrong.sum()))
    return CurvePoint(least, tally.n / len(labels), tally)


def _accepts(least: float, probabilities: Probabilities) -> npt.NDArray[np.bool_]:
    """Tell of each image whether it is read as a digit, and so surely."""
    is_digit = probabilities.argmax(axis=1) < CROSSED
    return np.asarray(is_digit & (probabilities.max(axis=1) >= least), np.bool_)


def _by_writer(
    writers: npt.NDArray[np.str_], shown: npt.NDArray[np.bool_], wrong: npt.NDArray[np.bool_]
) -> dict[str, Tally]:
    """Count each known writer's digits, the worst writer's first."""
    of = {str(name): shown & (writers == name) for name in np.unique(writers[shown]) if name}
    tallies = {name: Tally(int(own.sum()), int(wrong[own].sum())) for name, own in of.items()}
    return dict(sorted(tallies.items(), key=lambda pair: -pair[1].wrong / pair[1].n))
