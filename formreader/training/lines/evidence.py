"""How a line network errs on fields: what promises on free runs rest on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from formreader.decode import decode
from formreader.evidence import NO_EVIDENCE, Evidence
from formreader.free_run import interpret_run
from formreader.geometry import Rect
from formreader.policy import KINDS_OF_LINES
from formreader.results import FieldReading, Status
from formreader.settle import settle
from formreader.strips.card import LineKind
from formreader.strips.network import LineReader
from formreader.template import Field, FieldType
from formreader.training.lines.material import PRINTED, Lines

WHERE = Rect(0, 0, 1, 1)
NO_VALUE = "none"
SETTINGS: dict[LineKind, tuple[dict[str, Any], ...]] = {
    LineKind.FREE_RUN: (
        {"type": FieldType.DIGITS},
        {"type": FieldType.AMOUNT, "decimals": 2},
        {"type": FieldType.DATE, "order": "DMY"},
        {"type": FieldType.DATE, "order": "MDY"},
    ),
    LineKind.CODE_LINE: ({"type": FieldType.MICR},),
}
"""What fields there are; a line is read as one of those in which it means something, if any."""


def gather_evidence(
    network: LineReader, kind: LineKind, parts: Iterable[Lines], seed: int
) -> Evidence:
    """Return how sure fields are, and whether they are right.

    Args:
        network: to try.
        kind: of the lines.
        parts: of lines by writers it never saw.
        seed: chooses what each line is read as.
    """
    forms = [Field(name="line", region=WHERE, **settings) for settings in SETTINGS[kind]]
    rng = np.random.default_rng(seed)
    rows = [row for lines in parts for row in _rows(network, lines, forms, rng)]
    if not rows:
        return NO_EVIDENCE
    writers, confidence, right = zip(*rows, strict=True)
    return Evidence(
        np.full(len(rows), KINDS_OF_LINES[kind]),
        _apart(writers),
        np.array(confidence, np.float64),
        np.array(right, np.bool_),
    )


def _apart(writers: Sequence[str]) -> npt.NDArray[np.str_]:
    """Return who wrote each line; printed ones do not err alike."""
    apart = (f"{who} {n}" if who == PRINTED else who for n, who in enumerate(writers))
    return np.array(list(apart), np.str_)


def _rows(
    network: LineReader, lines: Lines, forms: list[Field], rng: np.random.Generator
) -> Iterator[tuple[str, float, bool]]:
    """Yield who wrote each line, how sure its value is, and whether that is right."""
    for strip, width, label, writer in zip(
        lines.strips, lines.widths, lines.labels.tolist(), lines.writers.tolist(), strict=True
    ):
        meant = [(form, interpret_run(label, form)) for form in forms]
        able = [(form, meaning.value) for form, meaning in meant if meaning.possible]
        # Of a line that means nothing no value is right, whatever is made of it.
        able = able or [(form, NO_VALUE) for form in forms]
        form, value = able[int(rng.integers(len(able)))]
        reading = FieldReading(form.name, (), WHERE, network.texts(strip[:, :width]))
        decision = settle(decode(reading, form), form, "", 0.0)
        sure = 0.0 if decision.status is Status.REVIEW else decision.confidence
        yield writer, sure, decision.value == value
