"""Begin a training with what a network knows that was exported before."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from tensorflow.lite.python.schema_py_generated import BuiltinOperator, ModelT
from tensorflow.lite.tools.flatbuffer_utils import convert_bytearray_to_object

from formreader.digits.card import DataSource, load_network
from formreader.errors import InputError
from formreader.strips.card import LineCard
from formreader.training.lines.kinds import LineRecipe

LOUDEST = 255.0  # exporting puts the scale of a strip's pixels into the first convolution
SILENT = 1e-3  # standard deviation of what a channel that is always 0 is taken to have

Convolution = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
"""Kernel, (height, width, in, out), and what is added, (out,)."""


def begin_with(
    network: keras.Model, card: LineCard, folder: Path, strips: npt.NDArray[np.uint8]
) -> None:
    """Give an untrained network, reckoning in 32 bits, the weights of one exported before.

    Args:
        network: to be trained.
        card: of the one before.
        folder: it is in.
        strips: some of those to be shown, (n, height, width).

    Raises:
        InputError: if that network is of another shape.
        ModelError: if it is missing or damaged.
    """
    convolutions = list(_convolutions(load_network(card, folder)))
    layers = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    kernels = [layer.kernel.shape for layer in layers]
    if kernels != [kernel.shape for kernel, _ in convolutions]:
        raise InputError(f"{folder.as_posix()} holds a network of another shape")
    kernel, added = convolutions[0]
    convolutions[0] = kernel * LOUDEST, added
    normalised = [layer for layer in network.layers if hasattr(layer, "moving_mean")]
    for layer, norm, weights in zip(layers, normalised, convolutions, strict=False):
        _unfold(network, layer, norm, weights, strips)
    layers[-1].set_weights(convolutions[-1])


def refuse_others(
    card: LineCard, recipe: LineRecipe, seed: int, sources: Sequence[DataSource]
) -> None:
    """See to it that a network reads what is to be read, and was shown nobody who is held out.

    Args:
        card: of the network to start from.
        recipe: of the one to be trained.
        seed: that divides the writers.
        sources: of the digits to be shown.

    Raises:
        InputError: if it reads other characters, or its writers were divided otherwise.
    """
    if (card.kind, card.characters) != (recipe.kind, recipe.course.characters):
        raise InputError(f"network {card.name!r} reads something else; begin with another, or none")
    if card.seed != seed or tuple(card.trained_on) != tuple(sources):
        names = ", ".join(source.name for source in card.trained_on) or "none"
        raise InputError(
            f"network {card.name!r} was shown other writers: go on with its seed, {card.seed}, "
            f"and its sets of digits, {names}"
        )


def _unfold(
    network: keras.Model,
    layer: keras.layers.Conv2D,
    norm: keras.layers.Layer,
    weights: Convolution,
    strips: npt.NDArray[np.uint8],
) -> None:
    """Part a convolution from the normalisation that was put into it when it was exported."""
    kernel, added = weights
    layer.set_weights([kernel])
    given = keras.Model(network.input, layer.output).predict(strips, verbose=0)
    mean, spread = given.mean(axis=(0, 1, 2)), np.maximum(given.std(axis=(0, 1, 2)), SILENT)
    layer.set_weights([kernel / spread])
    variance = np.full_like(spread, 1 - norm.epsilon)
    norm.gamma.assign(spread)
    norm.beta.assign(mean + added)
    norm.moving_mean.assign(mean / spread)
    norm.moving_variance.assign(variance)


def _convolutions(lite: bytes) -> Iterator[Convolution]:
    """Yield the convolutions of an exported network, in order."""
    model: ModelT = convert_bytearray_to_object(bytearray(lite))
    (graph,) = model.subgraphs
    codes = [operator.builtinCode for operator in model.operatorCodes]
    whole = {  # by where it is unpacked to, where a weight is stored in 16 bits
        operator.outputs[0]: operator.inputs[0]
        for operator in graph.operators
        if codes[operator.opcodeIndex] == BuiltinOperator.DEQUANTIZE
    }

    def values(index: int) -> npt.NDArray[np.float32]:
        tensor = graph.tensors[whole.get(index, index)]
        kind = np.float16 if index in whole else np.float32
        stored = np.frombuffer(bytes(model.buffers[tensor.buffer].data), kind)
        return stored.reshape(tensor.shape).astype(np.float32)

    for operator in graph.operators:
        if codes[operator.opcodeIndex] == BuiltinOperator.CONV_2D:
            _, kernel, added = operator.inputs
            yield values(kernel).transpose(1, 2, 3, 0), values(added)
