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
    )
}
"""By name."""
