"""What is noticed of a page beside what is written on it: how sure, how usual its digits are."""

import numpy as np
import numpy.typing as npt

from formreader.digits.card import Hand
from formreader.images import CLASSES, CROSSED, NO_DIGIT, STYLE_ONE
from formreader.results import BoxState, PageReading
from formreader.shift import TRAITS
from formreader.template import FieldType, Template


def usual_styles(hand: Hand | None) -> npt.NDArray[np.float64]:
    """Return how a network usually sees digits written, as `traits_of` takes it."""
    return np.array(hand.usual) if hand else np.empty((CROSSED, 0))


def traits_of(
    reading: PageReading, template: Template, usual: npt.NDArray[np.float64]
) -> tuple[int, npt.NDArray[np.float64]]:
    """Return how many boxes of a page hold ink, and the mean of each of `TRAITS` over them, (3,).

    Crossed-out boxes and checkboxes do not count: how many there are is the form's doing.

    Args:
        reading: of the page.
        template: that it was read by.
        usual: the mean style of each digit over all writers, (10, STYLE_SIZE), 0 to 1; (10, 0)
            where nothing is known of styles.
    """
    boxes = [
        box
        for each in reading.fields
        if template.field(each.name).type is not FieldType.CHECKBOX
        for box in each.boxes
        if box.state is BoxState.INK
    ]
    said = np.array([box.probabilities for box in boxes]).reshape(len(boxes), CLASSES)
    counted = said.argmax(axis=1) != CROSSED
    if not counted.any():
        return 0, np.zeros(len(TRAITS))
    said = said[counted]
    doubt = np.sqrt(np.maximum(1 - said.max(axis=1), 0))  # the root: few boxes would be all of it
    oddness = np.zeros(1)
    style = np.array([np.frombuffer(box.style, np.int8) for box in boxes])[counted] / STYLE_ONE
    if style.shape[1] == usual.shape[1] > 0:
        likeliest = said[:, :CROSSED].argmax(axis=1)
        oddness = 1 - (style * usual[likeliest]).sum(axis=1)
    means = [doubt.mean(), oddness.mean(), said[:, NO_DIGIT].mean()]
    return len(said), np.array(means)
