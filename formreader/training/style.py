"""Teach a trained network to say how digits are written, beside what they are."""

import keras
import numpy as np
import numpy.typing as npt
from keras import layers

from formreader.images import STYLE_SIZE, DigitBatch

EXAMPLES = 12_000  # digits that show in which ways hands differ most
AT_ONCE = 512


def with_style(network: keras.Model, digits: DigitBatch) -> keras.Model:
    """Return a network that gives logits and styles.

    A style is the direction of what the last layer is given, along the axes in which digits differ
    most (their principal components): digits alike to the network have styles alike.

    Args:
        network: gives logits, from a last dense layer; it is not changed.
        digits: those it was trained on, (n, 28, 28).
    """
    last = network.layers[-1]
    features = last.input
    axes = _axes(_outputs(keras.Model(network.input, features), digits[:EXAMPLES]))
    project = layers.Dense(STYLE_SIZE, use_bias=False, trainable=False, name="style_axes")
    style = layers.UnitNormalization(name="style")(project(features))
    project.set_weights([axes])
    return keras.Model(network.input, [network.output, style])


def class_count(network: keras.Model) -> int:
    """Return how many classes a network tells apart, whether it gives styles or not."""
    return int(network.outputs[0].shape[-1])


def _outputs(network: keras.Model, digits: DigitBatch) -> npt.NDArray[np.float32]:
    starts = range(0, len(digits), AT_ONCE)
    batches = [np.asarray(network.predict_on_batch(digits[at : at + AT_ONCE])) for at in starts]
    return np.concatenate(batches)


def _axes(features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the principal components of features, (features, STYLE_SIZE)."""
    _, axes = np.linalg.eigh(np.cov(features.T))
    return np.asarray(axes[:, -STYLE_SIZE:], np.float32)
