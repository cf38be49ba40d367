"""What is noticed of a page beside what is written on it: how sure, how usual its digits are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from formreader.digits.card import Hand
from formreader.images import CLASSES, CROSSED, NO_DIGIT, STYLE_ONE, Styles
from formreader.results import BoxState, PageReading
from formreader.shift import TRAITS
from formreader.template import FieldType, Template


def usual_styles(hand: Hand | None) -> npt.NDArray[np.float64]:
    """Return how a network usually sees digits written, as `traits_of` takes it."""
    return np.array(hand.usual) if hand else np.empty((CROSSED, 0))


class Inks(NamedTuple):
    """What a network says of all boxes of a page that hold ink."""

    fields: Sequence[str]
    """The name of the field of each."""
    probabilities: npt.NDArray[np.floating]
    """As in `images.Probabilities`."""
    styles: Styles
    """(boxes, 0) where nothing is known of them."""


def inks_of(reading: PageReading) -> Inks:
    """Return what was said of the ink on a page."""
    inks = [
        (field.name, box)
        for field in reading.fields
        for box in field.boxes
        if box.state is BoxState.INK
    ]
    said = np.array([box.probabilities for _, box in inks], np.float64)
    styles = np.array([np.frombuffer(box.style, np.int8) for _, box in inks], np.int8)
    count = len(inks)
    return Inks(
        [name for name, _ in inks],
        said.reshape(count, CLASSES),
        styles.reshape(count, -1 if count else 0),
    )


def traits_of(
    inks: Inks, template: Template, usual: npt.NDArray[np.float64]
) -> tuple[int, npt.NDArray[np.float64]]:
    """Return how many boxes of a page hold ink, and the mean of each of `TRAITS` over them, (3,).

    Crossed-out boxes and checkboxes do not count: how many there are is the form's doing.

    Args:
        inks: of the page.
        template: that it was read by.
        usual: the mean style of each digit over all writers, (10, STYLE_SIZE), 0 to 1; (10, 0)
            where nothing is known of styles.
    """
    ticks = {each.name for each in template.fields if each.type is FieldType.CHECKBOX}
    counted = inks.probabilities.argmax(axis=1) != CROSSED
    counted &= np.array([name not in ticks for name in inks.fields], np.bool_)
    if not counted.any():
        return 0, np.zeros(len(TRAITS))
    said = inks.probabilities[counted].astype(np.float64)
    doubt = np.sqrt(np.maximum(1 - said.max(axis=1), 0))  # the root: few boxes would be all of it
    oddness = np.zeros(1)
    style = inks.styles[counted] / STYLE_ONE
    if style.shape[1] == usual.shape[1] > 0:
        likeliest = said[:, :CROSSED].argmax(axis=1)
        oddness = 1 - (style * usual[likeliest]).sum(axis=1)
    means = [doubt.mean(), oddness.mean(), said[:, NO_DIGIT].mean()]
    return len(said), np.array(means)
