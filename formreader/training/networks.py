"""The networks there are to train."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
from keras import layers

from formreader.images import CLASSES, DIGIT_SIDE


@dataclass(frozen=True, slots=True)
class Recipe:
    """A network and how it is trained."""

    name: str
    title: str
    build: Callable[[], keras.Model]
    """Makes the untrained network: digit images as they are in, logits of the classes out."""
    epochs: int
    learning_rate: float
    batch: int


def classic() -> keras.Model:
    """Build the classic network for digits: two convolutions, two poolings, two dense layers."""
    digits = keras.Input((DIGIT_SIDE, DIGIT_SIDE), dtype="uint8")
    x = layers.Rescaling(1 / 255)(digits)
    x = layers.Reshape((DIGIT_SIDE, DIGIT_SIDE, 1))(x)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(digits, layers.Dense(CLASSES)(x))


def formreader() -> keras.Model:
    """Build the network that is shipped: convolutions with batch norm that also do the pooling.

    After C. Deotte's network for MNIST (99.75 % there): two blocks of 3 x 3, 3 x 3 and a 5 x 5
    that strides, then one convolution over all that is left. 15 million multiplications a digit.
    """
    digits = keras.Input((DIGIT_SIDE, DIGIT_SIDE), dtype="uint8")
    x = layers.Rescaling(1 / 255)(digits)
    x = layers.Reshape((DIGIT_SIDE, DIGIT_SIDE, 1))(x)
    for width in (32, 64):
        x = _convolution(x, width, 3)
        x = _convolution(x, width, 3)
        x = _convolution(x, width, 5, stride=2)
        x = layers.Dropout(0.3)(x)
    x = _convolution(x, 192, 4)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.4)(x)
    return keras.Model(digits, layers.Dense(CLASSES)(x))


def _convolution(
    x: keras.KerasTensor, width: int, side: int, *, stride: int = 1
) -> keras.KerasTensor:
    """Add a convolution with batch norm; one that strides keeps the edges, others lose them."""
    padding = "valid" if stride == 1 else "same"
    x = layers.Conv2D(width, side, strides=stride, padding=padding, use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="classic",
            title="Conv32-pool-Conv64-pool-Dense128",
            build=classic,
            epochs=24,
            learning_rate=1e-3,
            batch=128,
        ),
        Recipe(
            name="formreader",
            title="Conv32-32-32/2-Conv64-64-64/2-Conv192",
            build=formreader,
            epochs=30,
            learning_rate=2e-3,
            batch=128,
        ),
    )
}
"""By name."""
