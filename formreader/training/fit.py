"""Fit a network to digits; what was begun and interrupted goes on where it was."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from formreader.digit_sets.labelled import LabelledDigits, Labels
from formreader.errors import SetupError
from formreader.images import DigitBatch
from formreader.training.augment import Augmenter
from formreader.training.checkpoint import (
    Checkpoint,
    Weights,
    restore,
    unfinished_training,
    values_of,
)
from formreader.training.material import Material
from formreader.training.plan import Plan
from formreader.training.progress import Epoch, Progress
from formreader.training.recipes import DIGITS, Recipe

WEIGHT_DECAY = 1e-4
MEMORY = 0.999  # the weights kept are the mean of those of about the last thousand steps
JUDGED_AT_ONCE = 512  # digits; bounds the memory it takes

OPTIMIZERS: dict[str, Callable[..., keras.optimizers.Optimizer]] = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
}
LOSSES: dict[str, Callable[..., keras.losses.Loss]] = {
    "categorical": keras.losses.CategoricalCrossentropy,
    "sparse": keras.losses.SparseCategoricalCrossentropy,
}


def fit(
    network: keras.Model,
    plan: Plan,
    material: Material,
    rng: np.random.Generator,
    progress: Progress,
) -> tuple[Epoch, ...]:
    """Train a network in place; it ends with the best weights there were.

    Args:
        network: gives logits.
        plan: how it is trained; how far it came is kept beside its model after every epoch.
        material: what on, and what it is held against.
        rng: makes every choice but the first weights and dropout.
        progress: is told of each batch and epoch.

    Raises:
        SetupError: if another training is unfinished there.
    """
    course = _Course(network, plan.recipe, material, rng, progress)
    unfinished = unfinished_training(plan)
    past = unfinished.load()
    if past is not None:
        course.resume(past)
    while not course.is_over:
        course.advance()
        unfinished.save(course.checkpoint())
    network.set_weights(course.best)
    return tuple(course.log)


class _Course:
    """A training under way."""

    def __init__(
        self,
        network: keras.Model,
        recipe: Recipe,
        material: Material,
        rng: np.random.Generator,
        progress: Progress,
    ) -> None:
        self.log: list[Epoch] = []
        self.best: Weights = []
        self._network, self._recipe, self._progress, self._rng = network, recipe, progress, rng
        self._shown, self._held_out = material.shown, material.to_choose_by
        self._steps = max(len(self._shown) // recipe.batch, 1)  # what fills no batch is left out
        self._optimizer = _compile(network, recipe, recipe.epochs * self._steps)
        self._distort = Augmenter(rng).distort if recipe.on_pages else _as_they_are

    @property
    def is_over(self) -> bool:
        """Whether all epochs are over, or too many have passed without getting better."""
        patience = self._recipe.patience or math.inf
        since = len(self.log) - self._best_epoch
        return len(self.log) >= self._recipe.epochs or since >= patience

    def advance(self) -> None:
        """Show all digits once more."""
        number, start = len(self.log) + 1, time.monotonic()
        self._progress.stage(f"epoch {number} of {self._recipe.epochs}", self._steps)
        shown = self._show()
        with _averaged(self._network, self._optimizer):
            held_out = _judge(self._network, self._held_out) if self._held_out else (None, None)
            seconds = time.monotonic() - start
            self.log.append(Epoch(number, shown[0], shown[1], held_out[0], held_out[1], seconds))
            if self._best_epoch == number:
                self.best = self._network.get_weights()
        self._progress.epoch(self.log[-1])

    def checkpoint(self) -> Checkpoint:
        """Return all that going on from here takes."""
        return Checkpoint(
            log=tuple(self.log),
            best=self.best,
            network=values_of(self._network.variables),
            optimizer=values_of(self._optimizer.variables),
            rng=self._rng.bit_generator.state,
        )

    def resume(self, past: Checkpoint) -> None:
        """Go on from where a training of the same plan stopped."""
        self.log, self.best = list(past.log), past.best
        restore(self._network.variables, past.network)
        restore(self._optimizer.variables, past.optimizer)
        self._rng.bit_generator.state = past.rng

    @property
    def _best_epoch(self) -> int:
        """The epoch with the least loss on what is held out; the last one if nothing is."""
        if self._held_out is None or not self.log:
            return len(self.log)
        return min(self.log, key=lambda epoch: epoch.held_out_loss or 0.0).number

    def _show(self) -> tuple[float, float]:
        """Train on all digits in a new order; return the mean loss and accuracy."""
        order = self._rng.permutation(len(self._shown))[: self._steps * self._recipe.batch]
        results = []
        for batch in np.array_split(order, self._steps):
            images = self._distort(self._shown.images[batch])
            labels = _as_loss_wants(self._shown.labels[batch], self._recipe)
            self._network.reset_metrics()  # some versions of Keras do so by themselves
            results.append(self._network.train_on_batch(images, labels))
            self._progress.step()
        loss, accuracy = np.mean(results, axis=0).tolist()
        return loss, accuracy


def _compile(network: keras.Model, recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    if recipe.optimizer not in OPTIMIZERS:
        raise SetupError(
            f"there is no optimizer {recipe.optimizer!r}; known ones: {', '.join(OPTIMIZERS)}"
        )
    settings: dict[str, Any] = {"learning_rate": recipe.learning_rate}
    if recipe.on_pages:
        falling = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)
        settings = {"learning_rate": falling, "weight_decay": WEIGHT_DECAY}
        settings |= {"use_ema": True, "ema_momentum": MEMORY}
    optimizer = OPTIMIZERS[recipe.optimizer](**settings)
    network.compile(optimizer, LOSSES[recipe.loss](from_logits=True), metrics=["accuracy"])
    optimizer.build(network.trainable_variables)  # else there is nothing to restore into yet
    return optimizer


def _as_they_are(digits: DigitBatch) -> DigitBatch:
    return digits


def _as_loss_wants(labels: Labels, recipe: Recipe) -> npt.NDArray[np.generic]:
    if recipe.loss == "sparse":
        return labels
    one_hot: npt.NDArray[np.generic] = np.eye(DIGITS, dtype=np.float32)[labels]
    return one_hot


@contextmanager
def _averaged(network: keras.Model, optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
    """Give the network the mean of its weights over many steps for a while, if that is kept."""
    if not optimizer.use_ema:
        yield
        return
    last = network.get_weights()
    optimizer.finalize_variable_values(network.trainable_variables)
    yield
    network.set_weights(last)


def _judge(network: keras.Model, digits: LabelledDigits) -> tuple[float, float]:
    """Return the loss and the accuracy of a network."""
    starts = range(0, len(digits), JUDGED_AT_ONCE)
    batches = [digits.images[start : start + JUDGED_AT_ONCE] for start in starts]
    logits = np.concatenate([network.predict_on_batch(batch) for batch in batches])
    right = logits.argmax(axis=1) == digits.labels
    loss = keras.losses.sparse_categorical_crossentropy(digits.labels, logits, from_logits=True)
    return float(np.mean(loss)), float(right.mean())
