"""Fit a line network; a training that was interrupted goes on where it was."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import keras
import numpy as np
import numpy.typing as npt

from formreader.images import StripImage
from formreader.training.checkpoint import Checkpoint, CheckpointFile, restore, values_of
from formreader.training.lines.material import Lines
from formreader.training.lines.network import TemporalLoss, encode, spelled
from formreader.training.progress import Epoch, Progress

CLIMB = 1.5  # pixels that a line may rise or fall over its length, standard deviation
ROOM = 12  # pixels that distortion may add to a line
BATCH = 32
WARM_UP = 400  # steps, in which the rate rises
WEIGHT_DECAY = 1e-3
CLIP = 1.0  # norm of the gradient: labels that do not fit make large ones
MEMORY = 1000, 0.02  # steps, and share of all steps, whose mean the weights kept are at most


@dataclass(frozen=True, slots=True)
class Distortion:
    """How otherwise a line might have been cut and written."""

    across: tuple[float, float]
    """By what it is stretched, least and most."""
    down: tuple[float, float]
    """By what it is made higher, least and most."""
    slant: float
    """Standard deviation, by the height."""
    shift: float
    """Standard deviation up and down, pixels."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a line network is trained."""

    characters: str
    """What it tells apart."""
    widths: tuple[int, ...]
    """Pixels; lines of about one length make a batch."""
    distortion: Distortion
    lines: int
    """Drawn to train on."""
    epochs: int
    """In which all lines are shown once each."""
    rate: float = 2e-3
    """Of learning, at its highest."""


def fit_lines(
    network: keras.Model,
    course: Course,
    lines: tuple[Lines, Lines],
    unfinished: CheckpointFile,
    progress: Progress,
) -> tuple[Epoch, ...]:
    """Train a network in place; it ends with the mean of its last weights.

    Args:
        network: to be trained.
        course: how.
        lines: to train on, and to judge it by.
        unfinished: keeps how far it came.
        progress: is told of each batch and epoch.

    Raises:
        SetupError: if another training is unfinished there.
    """
    shown, held_out = lines
    training = _Training(network, course, shown)
    past = unfinished.load()
    if past is not None:
        training.resume(past)
    while len(training.log) < course.epochs:
        progress.stage(f"epoch {len(training.log) + 1} of {course.epochs}", training.steps)
        training.advance(held_out, progress)
        unfinished.save(training.checkpoint())
    training.settle()
    return tuple(training.log)


class _Training:
    """A training under way."""

    def __init__(self, network: keras.Model, course: Course, shown: Lines) -> None:
        self.log: list[Epoch] = []
        self._network, self._course, self._shown = network, course, shown
        self._rng = np.random.default_rng(course.epochs)  # the lines themselves differ by seed
        self.steps = sum(1 for _ in batches(shown, course.widths, self._rng))
        steps = course.epochs * self.steps
        longest, share = MEMORY
        memory = 1 - 1 / max(min(longest, share * steps), 1)
        rate = keras.optimizers.schedules.CosineDecay(
            course.rate / WARM_UP,
            max(steps - WARM_UP, 1),
            warmup_target=course.rate,
            warmup_steps=WARM_UP,
        )
        self._optimizer = keras.optimizers.AdamW(
            rate, WEIGHT_DECAY, clipnorm=CLIP, use_ema=True, ema_momentum=memory
        )
        network.compile(self._optimizer, TemporalLoss())
        self._optimizer.build(network.trainable_variables)

    def advance(self, held_out: Lines, progress: Progress) -> None:
        """Show all lines once more, and judge the network by others."""
        start, course = time.monotonic(), self._course
        losses = []
        for width, chosen in batches(self._shown, course.widths, self._rng):
            strips = _distorted(self._shown, chosen, width, course.distortion, self._rng)
            labels = encode(self._shown.labels[chosen], course.characters)
            self._network.reset_metrics()  # else losses come as means of all before
            losses.append(self._network.train_on_batch(strips, labels))
            progress.step()
        last = self._network.get_weights()
        self.settle()
        held_out_loss, right = _judge(self._network, course, held_out)
        self._network.set_weights(last)
        seconds, loss = time.monotonic() - start, float(np.mean(losses))
        self.log.append(Epoch(len(self.log) + 1, loss, None, held_out_loss, right, seconds))
        progress.epoch(self.log[-1])

    def settle(self) -> None:
        """Give the network the mean of its weights over many steps."""
        self._optimizer.finalize_variable_values(self._network.trainable_variables)

    def checkpoint(self) -> Checkpoint:
        """Return all that going on from here takes."""
        return Checkpoint(
            log=tuple(self.log),
            best=[],
            network=values_of(self._network.variables),
            optimizer=values_of(self._optimizer.variables),
            rng=self._rng.bit_generator.state,
        )

    def resume(self, past: Checkpoint) -> None:
        """Go on from where a training of the same plan stopped."""
        self.log = list(past.log)
        restore(self._network.variables, past.network)
        restore(self._optimizer.variables, past.optimizer)
        self._rng.bit_generator.state = past.rng


def batches(
    lines: Lines, widths: Sequence[int], rng: np.random.Generator | None = None
) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    """Yield batches of lines of about one length, and the width that they fit in.

    Args:
        lines: to be dealt out.
        widths: that batches have, pixels.
        rng: deals them in a new order; lines that fill no batch are left out. None: all in order.
    """
    dealt = []
    wider = np.searchsorted([width - ROOM for width in widths[:-1]], lines.widths)
    for number, width in enumerate(widths):
        (own,) = np.nonzero(wider == number)
        if rng is not None:
            own = rng.permutation(own)[: len(own) // BATCH * BATCH]
        dealt += [(width, own[start : start + BATCH]) for start in range(0, len(own), BATCH)]
    order = range(len(dealt)) if rng is None else rng.permutation(len(dealt)).tolist()
    for index in order:
        yield dealt[index]


def _distorted(
    lines: Lines,
    chosen: npt.NDArray[np.intp],
    width: int,
    distortion: Distortion,
    rng: np.random.Generator,
) -> npt.NDArray[np.uint8]:
    """Return lines as they might have been cut and written as well, (n, height, width)."""
    own = (lines.strips[line, :, : lines.widths[line]] for line in chosen)
    return np.stack([_distort(strip, width, distortion, rng) for strip in own])


def _distort(
    strip: StripImage, width: int, distortion: Distortion, rng: np.random.Generator
) -> StripImage:
    """Stretch, slant and shift a line, and change its pen and its contrast."""
    height = strip.shape[0]
    across = min(rng.uniform(*distortion.across), (width - 2) / strip.shape[1])
    down, slant = rng.uniform(*distortion.down), rng.normal(0, distortion.slant)
    shift = height / 2 * (1 - down) + rng.normal(0, distortion.shift)
    climb = rng.normal(0, CLIMB / strip.shape[1])
    matrix = np.array(
        [[across, slant, rng.uniform(-2, 2) - slant * height / 2], [climb, down, shift]]
    )
    drawn = cv2.warpAffine(strip, matrix, (width, height)).astype(np.float32)
    pen = rng.random()
    if pen < 0.12:
        drawn = np.asarray(cv2.dilate(drawn, np.ones((2, 2), np.uint8)), np.float32)
    elif pen < 0.2:
        drawn = np.asarray(cv2.erode(drawn, np.ones((2, 1), np.uint8)), np.float32)
    drawn = drawn * np.float32(rng.uniform(0.8, 1.15))
    if rng.random() < 0.2:
        drawn += np.abs(rng.normal(0, rng.uniform(3, 22), drawn.shape)).astype(np.float32)
    return np.asarray(np.clip(drawn, 0, 255), np.uint8)


def _judge(network: keras.Model, course: Course, lines: Lines) -> tuple[float, float]:
    """Return the mean loss, and the share of lines whose likeliest text is right."""
    losses, right, loss = 0.0, 0, TemporalLoss()
    for width, chosen in batches(lines, course.widths):
        logits = network.predict_on_batch(lines.strips[chosen, :, :width])
        labels = lines.labels[chosen]
        losses += len(chosen) * float(loss(encode(labels, course.characters), logits))
        right += sum(map(str.__eq__, spelled(logits, course.characters), labels.tolist()))
    return losses / len(lines), right / len(lines)
