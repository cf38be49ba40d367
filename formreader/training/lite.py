"""Turn a trained network into the file that LiteRT runs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import keras
import tensorflow as tf

from formreader.images import DIGIT_SIDE, DigitBatch

BATCH = 8  # digits at once; larger ones are no faster, and a page's last batch wastes more
EXAMPLES = 512  # digits that show a network in whole numbers what ranges its values have

Precision = Literal["float", "dynamic", "int8"]
"""Of weights and of what is computed: both float32; int8 weights, and values rounded to int8 by
the range they have in each digit; or everything int8, in ranges fixed beforehand."""


def to_lite(network: keras.Model, precision: Precision, examples: DigitBatch) -> bytes:
    """Export a network for batches of `BATCH` digit images.

    Args:
        network: to export; it is not changed.
        precision: what its numbers become.
        examples: digits like those it will read, for "int8".
    """
    given = keras.InputSpec(shape=(BATCH, DIGIT_SIDE, DIGIT_SIDE), dtype="uint8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network"
        network.export(path, format="tf_saved_model", input_signature=[given], verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(str(path))
        if precision != "float":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if precision == "int8":
            converter.representative_dataset = lambda: _batches(examples)
        exported: bytes = converter.convert()
    return exported


def _batches(examples: DigitBatch) -> Iterator[list[DigitBatch]]:
    for start in range(0, min(len(examples), EXAMPLES) - BATCH + 1, BATCH):
        yield [examples[start : start + BATCH]]
