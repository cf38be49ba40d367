"""Recognisers: from digit images to the probabilities of what each shows."""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from formreader.digits.card import ModelCard, find_model, load_card, load_network
from formreader.errors import ModelError
from formreader.images import (
    CLASSES,
    DIGIT_SIDE,
    NO_DIGIT,
    DigitBatch,
    Probabilities,
    require_digits,
)

STDERR = 2
_muting = threading.Lock()  # a second thread would take the muted stderr for the one to restore


class Recogniser(Protocol):
    """Tells digits apart."""

    def classify(self, digits: DigitBatch) -> Probabilities:
        """Return the probabilities of each digit image's classes, (n, 12); n may be 0."""
        ...


def load_recogniser(name: str, folders: Iterable[Path]) -> "LiteRTRecogniser":
    """Load a model given by its name or by the path of its folder or card.

    Raises:
        ModelError: if there is no such model, or it is damaged or of another kind.
    """
    path = find_model(name, folders)
    card = load_card(path)
    return LiteRTRecogniser(card, load_network(card, path if path.is_dir() else path.parent))


class LiteRTRecogniser:
    """A network run by LiteRT, one core for each thread that asks.

    What it says of a digit does not depend on the digits beside it: the network always runs on
    batches of one size, the last of them filled up.
    """

    def __init__(self, card: ModelCard, network: bytes) -> None:
        """Prepare a network.

        Raises:
            ModelError: if it cannot be run, or takes or gives something else than its card says.
        """
        self.card = card
        self._network = network
        self._runs = threading.local()  # an interpreter serves one thread at a time
        try:
            self._run()
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"model {card.name!r} cannot be run: {error}") from error

    def classify(self, digits: DigitBatch) -> Probabilities:
        """Return the probabilities of each digit image's classes, (n, 12).

        A network of ten classes takes everything for a digit: it gives the others nothing.

        Raises:
            ValueError: if these are no digit images.
        """
        require_digits(digits)
        run = self._run()
        logits = np.full((len(digits), CLASSES), -np.inf, np.float32)
        for start in range(0, len(digits), run.batch):
            some = digits[start : start + run.batch]
            logits[start : start + run.batch, : run.classes] = run.logits(some)
        return _softmax(logits, self.card)

    def _run(self) -> "_Run":
        if not hasattr(self._runs, "run"):
            self._runs.run = _Run(self._network, len(self.card.classes))
        run: _Run = self._runs.run
        return run


class _Run:
    """One thread's interpreter of the network."""

    def __init__(self, network: bytes, classes: int) -> None:
        with _muting, _silent_stderr():
            self._interpreter = Interpreter(model_content=network, num_threads=1)
            self._interpreter.allocate_tensors()
        (given,), (got,) = (
            self._interpreter.get_input_details(),
            self._interpreter.get_output_details(),
        )
        self.batch, self.classes = int(given["shape"][0]), classes
        expected = [(self.batch, DIGIT_SIDE, DIGIT_SIDE), np.uint8, (self.batch, classes)]
        found = [tuple(given["shape"]), given["dtype"], tuple(got["shape"])]
        if expected != found:
            raise ValueError(f"expected input, type and output {expected}, got {found}")
        self._input, self._output = given["index"], got["index"]
        self._filled = np.zeros((self.batch, DIGIT_SIDE, DIGIT_SIDE), np.uint8)

    def logits(self, digits: DigitBatch) -> npt.NDArray[np.float32]:
        """Run the network on at most a batch of digits, (n, classes)."""
        self._filled[: len(digits)] = digits
        self._interpreter.set_tensor(self._input, self._filled)
        self._interpreter.invoke()
        logits: npt.NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return logits[: len(digits)]


def _softmax(logits: npt.NDArray[np.float32], card: ModelCard) -> Probabilities:
    scaled = (logits - logits.max(axis=1, keepdims=True)) / np.float32(card.temperature)
    powers = np.exp(scaled)
    powers[:, NO_DIGIT] *= np.float32(card.no_digit_weight)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Keep LiteRT from announcing each interpreter it makes; it has no setting for it."""
    try:
        kept = os.dup(STDERR)
    except OSError:  # a program without a console has no stderr
        yield
        return
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)
