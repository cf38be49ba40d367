"""Turn a trained network into the file that LiteRT runs."""

import tempfile
from pathlib import Path

import keras
import tensorflow as tf

from formreader.images import DIGIT_SIDE

BATCH = 8  # digits at once; larger ones are no faster, and a page's last batch wastes more


def to_lite(network: keras.Model) -> bytes:
    """Export a network for batches of `BATCH` digit images, its weights as float16."""
    given = keras.InputSpec(shape=(BATCH, DIGIT_SIDE, DIGIT_SIDE), dtype="uint8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network"
        network.export(path, format="tf_saved_model", input_signature=[given], verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(str(path))
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        exported: bytes = converter.convert()
    return exported
