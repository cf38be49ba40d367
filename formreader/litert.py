"""LiteRT, the small runtime of TensorFlow's that networks are read with."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ai_edge_litert.interpreter import Interpreter

STDERR = 2
_muting = threading.Lock()  # a second thread would take the muted stderr for the one to restore


def open_network(content: bytes, shape: tuple[int, ...] | None = None) -> Interpreter:
    """Return an interpreter of a network, for one core, ready to be run.

    Args:
        content: of the network's file.
        shape: of its input; None: as the network has it.

    Raises:
        RuntimeError: if it cannot be run.
        ValueError: if it is no network.
    """
    with _muting, _silent_stderr():
        interpreter = Interpreter(model_content=content, num_threads=1)
        if shape:
            (given,) = interpreter.get_input_details()
            interpreter.resize_tensor_input(given["index"], shape)
        interpreter.allocate_tensors()
    return interpreter


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
