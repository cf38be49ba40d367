"""Recognisers: from digit images to the probabilities of what each shows."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from formreader.digits.card import ModelCard, find_model, folder_of, load_card, load_network
from formreader.errors import ModelError
from formreader.evidence import EVIDENCE_NAME, NO_EVIDENCE, Evidence, load_evidence
from formreader.images import (
    CLASSES,
    DIGIT_SIDE,
    NO_DIGIT,
    STYLE_ONE,
    STYLE_SIZE,
    DigitBatch,
    Probabilities,
    Styles,
    require_digits,
)
from formreader.litert import open_network


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a network sees in digit images."""

    probabilities: Probabilities
    styles: Styles

    def __len__(self) -> int:
        return len(self.probabilities)


class Recogniser(Protocol):
    """Tells digits apart, and how they are written."""

    def look(self, digits: DigitBatch) -> Look:
        """Return what each digit image shows; there may be none."""
        ...


def load_recogniser(name: str, folders: Iterable[Path]) -> "LiteRTRecogniser":
    """Load a model given by its name or by the path of its folder or card.

    Raises:
        ModelError: if there is no such model, or it is damaged or of another kind.
    """
    path = find_model(name, folders)
    folder = folder_of(path)
    card, evidence = load_card(path), load_evidence(folder / EVIDENCE_NAME)
    return LiteRTRecogniser(card, load_network(card, folder), evidence)


class LiteRTRecogniser:
    """A network run by LiteRT, one core for each thread that asks.

    What it says of a digit does not depend on the digits beside it: the network always runs on
    batches of one size, the last of them filled up.
    """

    def __init__(self, card: ModelCard, network: bytes, evidence: Evidence = NO_EVIDENCE) -> None:
        """Prepare a network.

        Args:
            card: of the network.
            network: its file.
            evidence: of how it errs on fields.

        Raises:
            ModelError: if it cannot be run, or takes or gives something else than its card says.
        """
        self.card, self.evidence = card, evidence
        self._network = network
        self._runs = threading.local()  # an interpreter serves one thread at a time
        try:
            self._run()
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"model {card.name!r} cannot be run: {error}") from error

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Let it be sent to processes that read; who decides has the evidence, 11 MB of it."""
        return LiteRTRecogniser, (self.card, self._network)

    def look(self, digits: DigitBatch) -> Look:
        """Return what each digit image shows.

        A network of ten classes takes everything for a digit: it gives the others nothing.

        Raises:
            ValueError: if these are no digit images.
        """
        require_digits(digits)
        run = self._run()
        logits = np.full((len(digits), CLASSES), -np.inf, np.float32)
        styles = np.zeros((len(digits), run.style_size), np.float32)
        for start in range(0, len(digits), run.batch):
            some = slice(start, start + run.batch)
            logits[some, : run.classes], styles[some] = run.outputs(digits[some])
        return Look(_softmax(logits, self.card), np.rint(STYLE_ONE * styles).astype(np.int8))

    def _run(self) -> "_Run":
        if not hasattr(self._runs, "run"):
            self._runs.run = _Run(self._network, len(self.card.classes))
        run: _Run = self._runs.run
        return run


class _Run:
    """One thread's interpreter of the network."""

    def __init__(self, network: bytes, classes: int) -> None:
        self._interpreter = open_network(network)
        (given,) = self._interpreter.get_input_details()
        outputs = {
            tuple(got["shape"]): got["index"] for got in self._interpreter.get_output_details()
        }
        self.batch, self.classes = int(given["shape"][0]), classes
        logits, style = (self.batch, classes), (self.batch, STYLE_SIZE)
        expected = [(self.batch, DIGIT_SIDE, DIGIT_SIDE), np.uint8]
        found = [tuple(given["shape"]), given["dtype"]]
        if expected != found or outputs.keys() not in ({logits}, {logits, style}):
            raise ValueError(
                f"expected input, type and outputs {[*expected, logits, style]}, "
                f"got {[*found, *outputs]}"
            )
        self._input, self._logits, self._style = given["index"], outputs[logits], outputs.get(style)
        self.style_size = 0 if self._style is None else STYLE_SIZE
        self._filled = np.zeros((self.batch, DIGIT_SIDE, DIGIT_SIDE), np.uint8)

    def outputs(
        self, digits: DigitBatch
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Run the network on at most a batch of digits; return (n, classes), (n, style_size)."""
        count = len(digits)
        self._filled[:count] = digits
        self._interpreter.set_tensor(self._input, self._filled)
        self._interpreter.invoke()
        logits = self._interpreter.get_tensor(self._logits)[:count]
        if self._style is None:
            return logits, np.zeros((count, 0), np.float32)
        return logits, self._interpreter.get_tensor(self._style)[:count]


def _softmax(logits: npt.NDArray[np.float32], card: ModelCard) -> Probabilities:
    scaled = (logits - logits.max(axis=1, keepdims=True)) / np.float32(card.temperature)
    powers = np.exp(scaled)
    powers[:, NO_DIGIT] *= np.float32(card.no_digit_weight)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
