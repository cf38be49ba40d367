"""Line networks: from the strip of a free run to the texts it may show."""

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from formreader.beams import Steps, mean_texts
from formreader.digits.card import CARD_NAME, load_network
from formreader.digits.recogniser import LiteRTRecogniser, Recogniser, load_recogniser
from formreader.errors import ModelError
from formreader.evidence import EVIDENCE_NAME, NO_EVIDENCE, Evidence, load_evidence
from formreader.images import StripImage
from formreader.litert import open_network
from formreader.results import Texts
from formreader.strips import STRIPS
from formreader.strips.alignment import align
from formreader.strips.card import LineCard, LineKind, load_line_card
from formreader.strips.second_look import look_again
from formreader.template import Field, FieldType

LINES = "lines"  # in a folder of models: a folder for the network of each kind
STEP = 32  # pixels; strips are filled up to a multiple of it, so that few shapes are prepared


class LineReader(Protocol):
    """Tells what is written in a line."""

    def texts(self, strip: StripImage) -> Texts:
        """Return the texts that a strip may show, the likeliest first."""
        ...


def kind_of_line(field: Field) -> LineKind:
    """Return what reads a field without boxes."""
    is_code = field.type is FieldType.MICR or field.from_ is not None
    return LineKind.CODE_LINE if is_code else LineKind.FREE_RUN


class LineNetwork:
    """A network run by LiteRT, one core for each thread that asks.

    What it says of a strip depends on nothing but the strip.
    """

    def __init__(
        self,
        card: LineCard,
        network: bytes,
        evidence: Evidence = NO_EVIDENCE,
        digits: Recogniser | None = None,
    ) -> None:
        """Prepare a network.

        Args:
            card: of the network.
            network: its file.
            evidence: of how it errs on fields.
            digits: looks again at the digits of a line; None: nobody does.

        Raises:
            ModelError: if it cannot be run, or takes or gives something else than its card says.
        """
        self.card, self.evidence = card, evidence
        self._digits = digits
        self._network = network
        self._runs = threading.local()  # an interpreter serves one thread at a time
        try:
            steps = self._steps(np.zeros((card.height, STEP), np.uint8))
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"line network {card.name!r} cannot be run: {error}") from error
        if steps.shape[1] != len(card.characters) + 1:
            raise ModelError(
                f"line network {card.name!r} tells {steps.shape[1]} characters apart, not those "
                f"on its card and none: {card.characters!r}"
            )

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Let it be sent to processes that read; who decides has the evidence."""
        return LineNetwork, (self.card, self._network, NO_EVIDENCE, self._digits)

    def texts(self, strip: StripImage) -> Texts:
        """Return the texts that a strip may show, the likeliest first.

        Raises:
            ValueError: if it is no strip of the height that the network reads.
        """
        if strip.ndim != 2 or strip.shape[0] != self.card.height or strip.dtype != np.uint8:
            raise ValueError(
                f"expected uint8 of shape ({self.card.height}, width), "
                f"got {strip.dtype} {strip.shape}"
            )
        leaning = (_leaning(strip, slant) for slant in self.card.slants)
        looks = [self._steps(each) for each in (strip, *leaning)]
        texts = mean_texts(looks, self.card.characters)
        if self._digits is None:
            return texts
        step = -(-strip.shape[1] // STEP) * STEP / len(looks[0])
        places = align(looks[0], texts[0][0], self.card.characters)
        middles = [min(int((place + 0.5) * step), strip.shape[1] - 1) for place in places]
        return look_again(strip, texts, middles, self._digits)

    def _steps(self, strip: StripImage) -> Steps:
        """Return the probabilities at each step along a strip."""
        height, width = strip.shape
        filled = -(-width // STEP) * STEP
        padded = np.zeros((1, height, filled), np.uint8)
        padded[0, :, :width] = strip
        run = self._run(filled)
        (given,), (got,) = run.get_input_details(), run.get_output_details()
        run.set_tensor(given["index"], padded)
        run.invoke()
        logits = run.get_tensor(got["index"])[0] / np.float32(self.card.temperature)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)

    def _run(self, width: int) -> Interpreter:
        """Return this thread's interpreter for strips of a width."""
        if not hasattr(self._runs, "by_width"):
            self._runs.by_width = {}
        by_width: dict[int, Interpreter] = self._runs.by_width
        if width not in by_width:
            by_width[width] = open_network(self._network, (1, self.card.height, width))
        return by_width[width]


def _leaning(strip: StripImage, slant: float) -> StripImage:
    """Return a strip whose tops lean to the left, by a share of the height."""
    height, width = strip.shape
    matrix = np.array([[1, slant, -slant * height / 2], [0, 1, 0]])
    return np.asarray(cv2.warpAffine(strip, matrix, (width, height)), np.uint8)


def load_line_networks(
    kinds: Iterable[LineKind], folders: Iterable[Path]
) -> Mapping[LineKind, LineNetwork]:
    """Load the networks of some kinds, each from the first folder that has it.

    Raises:
        ModelError: if one is missing or damaged.
    """
    folders = tuple(folders)
    return {kind: _load(kind, folders) for kind in kinds}


def _load(kind: LineKind, folders: Iterable[Path]) -> LineNetwork:
    for folder in (parent / LINES / kind for parent in folders):
        if (folder / CARD_NAME).exists():
            card = load_line_card(folder)
            if card.kind is not kind or card.strips != STRIPS:
                raise ModelError(
                    f"{folder.as_posix()} holds a network for lines of the kind {card.kind}, cut "
                    f"in way {card.strips}, not {kind} in way {STRIPS}: train one with "
                    f"`formreader model lines {kind}`"
                )
            evidence = load_evidence(folder / EVIDENCE_NAME)
            digits = _load_digits(card, folders)
            return LineNetwork(card, load_network(card, folder), evidence, digits)
    raise ModelError(
        f"there is no network that reads lines of the kind {kind}: the folder "
        f"models/{LINES}/{kind} is missing; install the program again"
    )


def _load_digits(card: LineCard, folders: Iterable[Path]) -> LiteRTRecogniser | None:
    """Load the very network that looks at digits again: what is known of errors is known of it.

    Raises:
        ModelError: if no folder has it.
    """
    wanted = card.looks_again
    if wanted is None:
        return None
    for folder in folders:
        if (folder / wanted.name / CARD_NAME).exists():
            digits = load_recogniser(wanted.name, [folder])
            if digits.card.sha256 == wanted.sha256:
                return digits
    raise ModelError(
        f"line network {card.name!r} was tried with another version of the digit network "
        f"{wanted.name!r} than there is, {wanted.sha256[:8]}: install the program again, or try it "
        f"anew by `formreader model lines {card.kind} --start FOLDER --epochs 0`"
    )
