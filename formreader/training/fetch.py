"""MNIST as Keras fetches it, for those who name no digits of their own."""

from typing import Literal

import keras
import numpy as np

from formreader.digit_sets.labelled import LabelledDigits
from formreader.errors import SetupError
from formreader.training.sets import labelled


def fetch_mnist(part: Literal["train", "test"]) -> LabelledDigits:
    """Return a part of MNIST, downloaded once and kept in Keras's own folder.

    Raises:
        SetupError: if it is not there and cannot be downloaded.
    """
    try:
        parts = dict(zip(("train", "test"), keras.datasets.mnist.load_data(), strict=True))
    except Exception as error:  # Keras raises nothing narrower
        raise SetupError(
            "no --data was given, and MNIST cannot be downloaded here; give --data a folder with "
            "MNIST's four files (train-images-idx3-ubyte.gz and so on), or an .npz with images "
            "and labels"
        ) from error
    images, labels = parts[part]
    return labelled("mnist", images, labels.astype(np.uint8), np.full(len(labels), "mnist"))
