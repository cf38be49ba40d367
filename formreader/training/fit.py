"""Fit a network to digits that are distorted anew each time they are shown."""

import time

import keras
import numpy as np

from formreader.training.augment import Augmenter
from formreader.training.material import Material
from formreader.training.networks import Recipe
from formreader.training.plan import Plan
from formreader.training.progress import Epoch, Progress
from formreader.training.sets import LabelledDigits, joined

WEIGHT_DECAY = 1e-4
MEMORY = 0.999  # the network shipped is the mean of those of about the last thousand steps
JUDGED_AT_ONCE = 512  # digits; bounds the memory it takes


def fit(
    network: keras.Model,
    plan: Plan,
    material: Material,
    rng: np.random.Generator,
    progress: Progress,
) -> tuple[Epoch, ...]:
    """Train a network in place.

    Args:
        network: gives logits.
        plan: how it is trained.
        material: what on; nothing is chosen by the digits held out.
        rng: makes every choice but the first weights.
        progress: is told of each batch and epoch.
    """
    shown, held_out = material.shown, joined("held out", [*material.held_out, material.pages])
    steps = len(shown) // plan.recipe.batch  # what fills no batch is left out this time
    optimizer = _compile(network, plan.recipe, plan.epochs * steps)
    augmenter = Augmenter(rng)
    log = []
    for number in range(1, plan.epochs + 1):
        progress.stage(f"epoch {number} of {plan.epochs}", steps)
        start = time.monotonic()
        losses = []
        for batch in rng.permutation(len(shown))[: steps * plan.recipe.batch].reshape(steps, -1):
            images = augmenter.distort(shown.images[batch])
            network.reset_metrics()
            losses.append(float(network.train_on_batch(images, shown.labels[batch])))
            progress.step()
        if number == plan.epochs:
            optimizer.finalize_variable_values(network.trainable_variables)
        loss, accuracy = _judge(network, held_out)
        seconds = time.monotonic() - start
        log.append(Epoch(number, float(np.mean(losses)), loss, accuracy, seconds))
        progress.epoch(log[-1])
    return tuple(log)


def _compile(network: keras.Model, recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    optimizer = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps),
        weight_decay=WEIGHT_DECAY,
        use_ema=True,
        ema_momentum=MEMORY,
    )
    network.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return optimizer


def _judge(network: keras.Model, digits: LabelledDigits) -> tuple[float, float]:
    """Return the loss and the accuracy of a network."""
    starts = range(0, len(digits), JUDGED_AT_ONCE)
    batches = [digits.images[start : start + JUDGED_AT_ONCE] for start in starts]
    logits = np.concatenate([network.predict_on_batch(batch) for batch in batches])
    right = logits.argmax(axis=1) == digits.labels
    loss = keras.losses.sparse_categorical_crossentropy(digits.labels, logits, from_logits=True)
    return float(np.mean(loss)), float(right.mean())
