"""The recipes there are: networks for digits, each with the training its source describes.

Every network takes digit images as they are, (n, 28, 28) uint8 with ink 255, and gives logits:
softmax is left to whoever reads them, who divides them by a temperature first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import keras
from keras import layers

from formreader.images import CLASSES, DIGIT_SIDE

DIGITS = 10

Loss = Literal["categorical", "sparse"]
"""Cross-entropy of one-hot labels, or of class numbers; the same but for rounding."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A network and how it is trained."""

    name: str
    title: str
    build: Callable[[], keras.Model]
    """Makes the untrained network."""
    optimizer: str
    """A key of `fit.OPTIMIZERS`."""
    epochs: int
    batch: int
    loss: Loss = "categorical"
    learning_rate: float = 1e-3
    validation: float = 0.0
    """Share of the digits, or of the writers where there are pages, that is held out; the
    weights that do best on it are kept."""
    patience: int | None = None
    """Training stops early after so many epochs without a better loss on what is held out."""
    claims: tuple[float, ...] = ()
    """Accuracies on MNIST's test digits that those state who describe it, 0 to 1."""
    on_pages: bool = False
    """Trained on digits that were written on pages, distorted anew each time, with what is no
    digit among them, by a falling rate; the weights kept are the mean of many steps'. Otherwise
    on digits as they are."""


def deep() -> keras.Model:
    """Build three convolutions, two poolings and two dense layers with dropout."""
    digits, x = _input()
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(128, 3, padding="same", activation="relu")(x)
    x = layers.Flatten()(x)
    for width in (128, 64):
        x = layers.Dense(width, activation="relu")(x)
        x = layers.Dropout(0.5)(x)
    return keras.Model(digits, layers.Dense(DIGITS)(x))


def classic() -> keras.Model:
    """Build the network most tutorials end with: two convolutions, two poolings, a dense layer."""
    digits, x = _input()
    for width in (32, 64):
        x = layers.Conv2D(width, 3, activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    return keras.Model(digits, layers.Dense(DIGITS)(x))


def lenet5() -> keras.Model:
    """Build LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998) as tutorials do: ReLU, max-pooling.

    With the tanh and average pooling of the paper, trained the same way, it reaches 98.6 % on
    MNIST's test digits instead of the 99 % that tutorials state.
    """
    digits, x = _input()
    x = layers.Conv2D(6, 5, padding="same", activation="relu")(x)  # 28 x 28 as if padded to 32
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(16, 5, activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(120, 5, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(84, activation="relu")(x)
    return keras.Model(digits, layers.Dense(DIGITS)(x))


def custom() -> keras.Model:
    """Build the network LeNet-5 is compared with: blocks of two convolutions, dense layers."""
    digits, x = _input()
    for width in (32, 64):
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        x = layers.Conv2D(width, 3, activation="relu")(x)
        x = layers.MaxPooling2D()(x)
        x = layers.Dropout(0.25)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(digits, layers.Dense(DIGITS)(x))


def dropout() -> keras.Model:
    """Build two convolutions of 2 x 2 with dropout after each pooling and a wide dense layer."""
    digits, x = _input()
    for width in (64, 32):
        x = layers.Conv2D(width, 2, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
        x = layers.Dropout(0.3)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(digits, layers.Dense(DIGITS)(x))


def formreader() -> keras.Model:
    """Build the network that is shipped: convolutions with batch norm that also do the pooling.

    After C. Deotte's network for MNIST (99.75 % there): two blocks of 3 x 3, 3 x 3 and a 5 x 5
    that strides, then one convolution over all that is left. 15 million multiplications a digit.
    """
    digits, x = _input()
    for width in (32, 64):
        x = _normed(x, width, 3)
        x = _normed(x, width, 3)
        x = _normed(x, width, 5, stride=2)
        x = layers.Dropout(0.3)(x)
    x = _normed(x, 192, 4)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.4)(x)
    return keras.Model(digits, layers.Dense(CLASSES)(x))


def _input() -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the input, and the same with values from 0 to 1 in one channel."""
    digits = keras.Input((DIGIT_SIDE, DIGIT_SIDE), dtype="uint8")
    return digits, layers.Reshape((DIGIT_SIDE, DIGIT_SIDE, 1))(layers.Rescaling(1 / 255)(digits))


def _normed(x: keras.KerasTensor, width: int, side: int, *, stride: int = 1) -> keras.KerasTensor:
    """Add a convolution with batch norm; one that strides keeps the edges, others lose them."""
    padding = "valid" if stride == 1 else "same"
    x = layers.Conv2D(width, side, strides=stride, padding=padding, use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="deep",
            title="Conv32-pool-Conv64-pool-Conv128-Dense128-Dense64",
            build=deep,
            optimizer="rmsprop",
            epochs=5,
            batch=64,
            claims=(0.98,),
        ),
        Recipe(
            name="classic",
            title="Conv32-pool-Conv64-pool-Dense128",
            build=classic,
            optimizer="adam",
            epochs=5,
            batch=64,
            validation=0.1,
            claims=(0.99, 0.9914),
        ),
        Recipe(
            name="lenet5",
            title="LeNet-5",
            build=lenet5,
            optimizer="adam",
            epochs=12,
            batch=128,
            claims=(0.99,),
        ),
        Recipe(
            name="custom",
            title="2xConv32-pool-2xConv64-pool-Dense128",
            build=custom,
            optimizer="adam",
            epochs=12,
            batch=128,
            claims=(0.99,),
        ),
        Recipe(
            name="dropout",
            title="Conv64-pool-Conv32-pool-Dense256",
            build=dropout,
            optimizer="adam",
            epochs=10,
            batch=60,
            loss="sparse",
            validation=0.3,
            claims=(0.99,),
        ),
        Recipe(
            name="formreader",
            title="Conv32-32-32/2-Conv64-64-64/2-Conv192",
            build=formreader,
            optimizer="adamw",
            epochs=30,
            batch=128,
            loss="sparse",
            learning_rate=2e-3,
            validation=0.1,
            on_pages=True,
        ),
    )
}
"""By name."""
