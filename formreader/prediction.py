"""What a network makes of a picture of one digit."""

import math
from dataclasses import dataclass

from formreader.digits.card import CLASS_NAMES
from formreader.digits.recogniser import Recogniser
from formreader.images import CROSSED, NO_DIGIT, DigitImage, GrayImage
from formreader.lone_digit import find_digit

DECIMALS = 6  # of probabilities that are told to others
WORDS: tuple[str, ...] = (*CLASS_NAMES[:CROSSED], "crossed out", "no digit")
"""What to say of each class."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What was seen in a picture of one digit, and what it is taken for."""

    seen: DigitImage | None
    """What the network was shown; None where the picture holds no strokes, and it was not asked."""
    probabilities: tuple[float, ...]
    """Of the network's classes; none where it was not asked."""

    @property
    def ranking(self) -> tuple[int, ...]:
        """The network's classes, likeliest first."""
        classes = range(len(self.probabilities))
        return tuple(sorted(classes, key=lambda each: -self.probabilities[each]))

    @property
    def seen_class(self) -> int:
        """What the picture is taken for: a digit, `CROSSED` or `NO_DIGIT`."""
        return self.ranking[0] if self.ranking else NO_DIGIT

    @property
    def digit(self) -> int | None:
        """The digit it is taken for; None for anything else."""
        return self.seen_class if self.seen_class < CROSSED else None

    @property
    def words(self) -> str:
        """What it is taken for, as people say it."""
        return WORDS[self.seen_class]

    @property
    def confidence(self) -> float | None:
        """Probability that it is what it is taken for; None where the network was not asked."""
        return self.probabilities[self.seen_class] if self.probabilities else None

    @property
    def runner_up(self) -> int | None:
        """The second likeliest class; None where the network was not asked."""
        return self.ranking[1] if self.ranking else None


def predict_digit(picture: GrayImage, recogniser: Recogniser) -> Prediction:
    """Find the digit in a picture, and ask a network what it is."""
    seen = find_digit(picture)
    if seen is None:
        return Prediction(None, ())
    (probabilities,) = recogniser.look(seen[None]).probabilities
    return Prediction(seen, tuple(probabilities.tolist()))


def as_table(prediction: Prediction) -> dict[str, object]:
    """Return a prediction as JSON has it; null for what the network was not asked."""
    table: dict[str, object] = {"digit": prediction.digit, "said": prediction.words}
    if prediction.confidence is None or prediction.runner_up is None:
        return table | dict.fromkeys(("confidence", "runner_up", "probabilities"))
    shares = [round(share, DECIMALS) for share in prediction.probabilities]
    return table | {
        "confidence": shares[prediction.seen_class],
        "runner_up": WORDS[prediction.runner_up],
        "probabilities": dict(zip(WORDS, shares, strict=True)),
    }


def percent(probability: float) -> str:
    """Write a probability, rounded down: what is not certain never says 100%."""
    return f"{min(math.floor(probability * 1000), 999) / 10:.1f}%"
