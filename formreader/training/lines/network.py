"""The network that reads lines: convolutions, then the characters at each step along the line.

It has no memory that runs along the line, as CRNNs have (Shi et al. 2015), but sees a digit or two
to both sides: digits do not depend on each other as letters do, and LiteRT runs it faster.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers

ALONG = (5, 7, 7)  # steps that are seen together at the end
DROPOUT = 0.1
TRAINED_IN = "mixed_bfloat16"  # numbers: 3.2 ms a line against 5.9 in 32 bits
PADDED = -1  # behind the characters of a label
LONGEST = 64  # characters of a label


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a network is."""

    height: int
    """Of a strip, pixels."""
    channels: tuple[int, ...]
    """Of its stages, each half as high as the one before, the last a single row."""
    steps: tuple[int, ...]
    """Pixels that become one along the line, in each stage but the first and the last."""


def build_network(shape: Shape, characters: str, policy: str = "float32") -> keras.Model:
    """Return an untrained network that takes strips, uint8 of shape (n, height, width).

    It gives logits for each step of some pixels (the product of the shape's steps) along the line,
    (n, steps, characters + 1), the last of them for none.

    Args:
        shape: of the network.
        characters: that it tells apart.
        policy: of Keras, in what numbers it reckons; weights and logits are of 32 bits in any.
    """
    with _reckoning_in(policy):
        return _build(shape, len(characters) + 1)


@contextmanager
def _reckoning_in(policy: str) -> Iterator[None]:
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(usual)


def _build(shape: Shape, classes: int) -> keras.Model:
    height = shape.height
    strips = keras.Input((height, None), dtype="uint8")
    x = layers.Rescaling(1 / 255)(layers.Reshape((height, -1, 1))(strips))
    first, *others, last = shape.channels
    x = _convolved(x, first)
    for count, step in zip(others, shape.steps, strict=True):
        x = _convolved(_convolved(x, count, (2, step)), count)
    x = layers.Dropout(DROPOUT)(x)
    rows = x.shape[1]
    x = _convolved(layers.ZeroPadding2D((0, 1))(x), last, size=(rows, 3), padding="valid")
    for steps in ALONG:
        x = layers.Add()([x, _convolved(x, last, size=(1, steps))])
    x = layers.Conv2D(classes, 1, dtype="float32")(layers.Dropout(DROPOUT)(x))
    return keras.Model(strips, layers.Reshape((-1, classes), dtype="float32")(x))


def _convolved(
    x: keras.KerasTensor,
    channels: int,
    strides: tuple[int, int] = (1, 1),
    *,
    size: tuple[int, int] = (3, 3),
    padding: str = "same",
) -> keras.KerasTensor:
    x = layers.Conv2D(channels, size, strides=strides, padding=padding, use_bias=False)(x)
    return layers.ReLU()(_Normalised()(x))


class _Normalised(layers.BatchNormalization):  # type: ignore[misc] # Keras has no types
    """Batch normalisation by one operation; Keras's own of many takes a quarter of the training."""

    def __init__(self) -> None:
        super().__init__(dtype="float32", autocast=False)

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Return the inputs with means of 0 and variances of 1 along their channels, and scaled.

        The moving means are those of `keras.layers.BatchNormalization`.
        """
        fused, scale = tf.compat.v1.nn.fused_batch_norm, (self.gamma, self.beta)
        if not training:
            seen = {"mean": self.moving_mean, "variance": self.moving_variance}
            return fused(inputs, *scale, **seen, epsilon=self.epsilon, is_training=False)[0]
        output, mean, variance = fused(inputs, *scale, epsilon=self.epsilon, is_training=True)
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1 - self.momentum))
        return output


class TemporalLoss(keras.losses.Loss):  # type: ignore[misc] # Keras has no types
    """Connectionist temporal classification (Graves et al. 2006): any way to spell the label."""

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """Return the loss of each line.

        The operation of TensorFlow 1 takes 5 ms for a batch; that of 2, a loop of small ones, 300.
        It refuses lines on which nothing is written, so that these are reckoned by themselves.
        """
        labels = tf.cast(y_true, tf.int32)
        nothing = tf.reduce_all(labels == PADDED, axis=1)
        first = tf.one_hot(0, tf.shape(labels)[1], dtype=tf.int32)
        stand_in = tf.where(nothing[:, None], labels + first, labels)
        places = tf.where(stand_in > PADDED)
        size = tf.shape(labels, out_type=tf.int64)
        spelled_out = tf.compat.v1.nn.ctc_loss(
            labels=tf.SparseTensor(places, tf.gather_nd(stand_in, places), size),
            inputs=y_pred,
            sequence_length=tf.fill([tf.shape(y_pred)[0]], tf.shape(y_pred)[1]),
            ignore_longer_outputs_than_inputs=True,
            time_major=False,
        )
        left_out = -tf.reduce_sum(tf.nn.log_softmax(y_pred)[:, :, -1], axis=1)
        return tf.where(nothing, left_out, spelled_out)


def encode(labels: npt.NDArray[np.str_], characters: str) -> npt.NDArray[np.int32]:
    """Return labels as numbers of characters, filled up with `PADDED`, (n, LONGEST)."""
    encoded = np.full((len(labels), LONGEST), PADDED, np.int32)
    for row, label in zip(encoded, labels.tolist(), strict=True):
        row[: len(label)] = [characters.index(character) for character in label]
    return encoded


def spelled(logits: npt.NDArray[np.float32], characters: str) -> list[str]:
    """Return the text along the likeliest way of each line, (n, steps, characters + 1)."""
    none = len(characters)
    texts = []
    for way in logits.argmax(axis=-1).tolist():
        steps = pairwise([none, *way])
        new = [step for before, step in steps if step not in {before, none}]
        texts.append("".join(characters[step] for step in new))
    return texts
