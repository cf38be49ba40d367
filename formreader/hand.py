"""All digits of a page are by one hand: those read surely tell of those in doubt.

Of the digits of writers never trained on, put together as pages of 60, this takes a quarter off the
errors and three quarters off those among the surest 98 % (`benchmarks/hands.py`). It looks at how
alike digits are to the network that read them, as clustering all digits of a document does (Ho and
Nagy 2000, "OCR with no shape training").
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from formreader.images import CROSSED, STYLE_ONE, Probabilities, Styles
from formreader.results import BoxReading, BoxState, FieldReading, PageReading

SURE = 0.9  # digits that are surer than this tell how their writer makes them
LEAST = 1e-12  # a probability below this counts as this


def by_one_hand(
    reading: PageReading, usual: Sequence[Sequence[float]], strength: float
) -> PageReading:
    """Weigh what every box of a page may hold by how its writer makes the ten digits.

    Args:
        reading: of the page.
        usual: the mean style of each digit over all writers, (10, STYLE_SIZE), 0 to 1.
        strength: by how much the log of a probability rises for each unit of likeness.
    """
    boxes = [box for field in reading.fields for box in field.boxes]
    inks = [box for box in boxes if box.state is BoxState.INK]
    if len(inks) < 2 or len({len(box.style) for box in inks}) > 1 or not inks[0].style:
        return reading
    probabilities = np.array([box.probabilities for box in inks], np.float32)
    styles = np.array([np.frombuffer(box.style, np.int8) for box in inks])
    if styles.shape[1] != np.shape(usual)[1]:
        return reading  # of another network's run
    weighed = iter(weighed_by_hand(probabilities, styles, np.asarray(usual), strength).tolist())

    def again(box: BoxReading) -> BoxReading:
        if box.state is BoxState.EMPTY:
            return box
        return BoxReading(box.state, tuple(next(weighed)), box.cover, box.style)

    def field_again(field: FieldReading) -> FieldReading:
        return replace(field, boxes=tuple(map(again, field.boxes)))

    return replace(reading, fields=tuple(map(field_again, reading.fields)))


def weighed_by_hand(
    probabilities: Probabilities,
    styles: Styles,
    usual: npt.NDArray[np.float64],
    strength: float,
) -> Probabilities:
    """Return the probabilities of digits by one writer, each weighed by all the others.

    For each of the ten digits it is how alike one of unknown class is, in the mean, to those that
    surely show it, the usual one counted among them, and how much more so than to the usual one.

    Args:
        probabilities: of each digit by itself, (n, 12).
        styles: of each, (n, STYLE_SIZE).
        usual: the mean style of each digit over all writers, (10, STYLE_SIZE), 0 to 1.
        strength: by how much the log of a probability rises for each unit of likeness.
    """
    style = styles.astype(np.float64) / STYLE_ONE
    surely = _surely(probabilities)
    to_usual = style @ usual.T
    to_each = style @ style.T
    np.fill_diagonal(to_each, 0)  # nothing is told of itself by itself
    known = surely.sum(axis=0) - surely
    gain = (to_each @ surely + to_usual) / (known + 1) - to_usual
    logits = np.log(np.maximum(probabilities.astype(np.float64), LEAST))
    logits[:, :CROSSED] += strength * gain
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def _surely(probabilities: Probabilities) -> npt.NDArray[np.float64]:
    """Return 1 where a digit surely shows a class, else 0, (n, 10)."""
    digits = probabilities[:, :CROSSED]
    return np.asarray(digits > SURE, np.float64)
