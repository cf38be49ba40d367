"""Training that is interrupted, stops early, or belongs to somebody else."""

from dataclasses import replace

import numpy as np
import pytest

from formreader.errors import SetupError
from tests.handwriting import write_digits

keras = pytest.importorskip("keras", reason="training needs the extra 'train'")

from formreader.training.checkpoint import unfinished_training  # noqa: E402
from formreader.training.fit import fit  # noqa: E402
from formreader.training.material import Material  # noqa: E402
from formreader.training.plan import Plan  # noqa: E402
from formreader.training.recipes import RECIPES  # noqa: E402


class Quiet:
    """Says nothing, and may be cut short after an epoch."""

    def __init__(self, last=None):
        self._last = last

    def stage(self, title, steps):
        pass

    def step(self):
        pass

    def epoch(self, epoch):
        if epoch.number == self._last:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def material():
    digits = write_digits(writers=12)
    held_out = digits.take(np.arange(40))
    return Material(digits.take(np.arange(40, 120)), (held_out,), pages=None, sources=())


def plan(folder, recipe="formreader", **settings):
    settings = {"epochs": 3, "batch": 16} | settings
    return Plan(replace(RECIPES[recipe], **settings), data=(), tests=(), out=folder, seed=1)


def train(plan, material, progress):
    keras.utils.clear_session()
    keras.utils.set_random_seed(plan.seed)
    network = plan.recipe.build()
    log = fit(network, plan, material, np.random.default_rng(plan.seed), progress)
    return network.get_weights(), log


@pytest.mark.parametrize("recipe", ["formreader", "dropout"])
def test_interrupted_training_goes_on_and_ends_as_if_it_had_not_been(tmp_path, material, recipe):
    whole, _ = train(plan(tmp_path / "whole", recipe), material, Quiet())
    with pytest.raises(KeyboardInterrupt):
        train(plan(tmp_path / "parts", recipe), material, Quiet(last=2))

    resumed, log = train(plan(tmp_path / "parts", recipe), material, Quiet())

    assert [epoch.number for epoch in log] == [1, 2, 3]
    assert all(np.array_equal(one, other) for one, other in zip(whole, resumed, strict=True))


def test_loss_and_accuracy_are_the_means_over_all_batches(tmp_path, material, monkeypatch):
    results = iter([(1.0, 0.5), (3.0, 1.0)])
    monkeypatch.setattr(keras.Model, "train_on_batch", lambda *_: next(results))

    _, (epoch,) = train(plan(tmp_path, "lenet5", epochs=1, batch=40), material, Quiet())

    assert (epoch.loss, epoch.accuracy) == (2.0, 0.75)


def test_training_stops_when_nothing_gets_better(tmp_path, material):
    stubborn = plan(tmp_path, "lenet5", epochs=50, learning_rate=1.0, patience=2)

    _, log = train(stubborn, material, Quiet())

    losses = [epoch.held_out_loss for epoch in log]
    assert len(log) < 50
    assert min(losses) == losses[-3]


def test_the_weights_of_the_best_epoch_are_kept(tmp_path, material):
    weights, log = train(plan(tmp_path, "lenet5", epochs=6, learning_rate=0.1), material, Quiet())
    network = RECIPES["lenet5"].build()
    network.set_weights(weights)

    (held_out,) = material.held_out
    right = network.predict_on_batch(held_out.images).argmax(axis=1) == held_out.labels

    best = min(log, key=lambda epoch: epoch.held_out_loss)
    assert right.mean() == pytest.approx(best.held_out_accuracy)


def test_the_beginning_of_another_training_is_refused(tmp_path, material):
    with pytest.raises(KeyboardInterrupt):
        train(plan(tmp_path), material, Quiet(last=2))

    with pytest.raises(SetupError, match=r"(?s)another training.*--epochs 3 --batch 16\n"):
        train(plan(tmp_path, batch=32), material, Quiet())


def test_a_damaged_beginning_is_refused_with_the_remedy(tmp_path, material):
    (tmp_path / "unfinished.npz").write_bytes(b"PK\x03\x04 and no more")

    with pytest.raises(SetupError, match="remove it to begin anew"):
        unfinished_training(plan(tmp_path)).load()


def test_an_unknown_optimizer_is_refused(tmp_path, material):
    with pytest.raises(SetupError, match="known ones: adam, adamw, rmsprop, sgd"):
        train(plan(tmp_path, optimizer="magic"), material, Quiet())
