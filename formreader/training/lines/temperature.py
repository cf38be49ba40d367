"""How sure a line network may be."""

import keras
import numpy as np

from formreader.training.lines.fit import Course, batches
from formreader.training.lines.material import Lines
from formreader.training.lines.network import TemporalLoss, encode

TEMPERATURES = np.geomspace(0.5, 3, 37)  # a step is 5 %


def best_temperature(network: keras.Model, course: Course, lines: Lines) -> float:
    """Return the temperature at which what is written is likeliest, by lines not trained on."""
    losses = np.zeros(len(TEMPERATURES))
    loss = TemporalLoss()
    for width, chosen in batches(lines, course.widths):
        logits = network.predict_on_batch(lines.strips[chosen, :, :width])
        labels = encode(lines.labels[chosen], course.characters)
        losses += [len(chosen) * float(loss(labels, logits / t)) for t in TEMPERATURES]
    return float(TEMPERATURES[losses.argmin()])
