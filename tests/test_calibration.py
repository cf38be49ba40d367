"""Making a network as sure as it is right."""

import numpy as np
import pytest

from formreader import calibration
from formreader.calibration import calibrated, find_scale, write_calibrated
from formreader.digit_sets.labelled import LabelledDigits
from formreader.digits.card import load_card, write_card
from formreader.digits.recogniser import Look
from formreader.errors import InputError
from formreader.evidence import EVIDENCE_NAME, NO_EVIDENCE, load_evidence, save_evidence
from formreader.images import CLASSES, NO_DIGIT
from formreader.recipe import make_recipe
from formreader.training.judge import rescaled
from tests.standins import SeesSevens, card, evidence


def digits_like(true, writers=""):
    """Return digits that show each class as often as it is likely."""
    rng = np.random.default_rng(1)
    labels = (true.cumsum(axis=1) > rng.random((len(true), 1))).argmax(axis=1)
    images = np.zeros((len(true), 28, 28), np.uint8)
    names = np.broadcast_to(np.asarray(writers), len(true)).astype(str)
    return LabelledDigits("made up", images, labels.astype(np.uint8), names)


@pytest.fixture
def says(monkeypatch):
    """Let the network say what a test wants of digits."""

    def says(probabilities):
        class Says:
            def __init__(self, card, _):
                assert (card.temperature, card.no_digit_weight) == (1, 1)

            def look(self, digits):
                return Look(probabilities, np.zeros((len(digits), 0), np.int8))

        monkeypatch.setattr(calibration, "LiteRTRecogniser", Says)

    return says


def true_probabilities(count=4000, classes=10, spread=0.05):
    rng = np.random.default_rng(2)
    true = np.zeros((count, CLASSES), np.float32)
    true[:, :classes] = rng.dirichlet(np.full(classes, spread), count)
    return true


def test_network_that_is_too_sure_is_made_less_so(says):
    true = true_probabilities()
    says(rescaled(true, 0.5, 1))

    found = find_scale(card(), b"", digits_like(true))

    assert found.gains
    assert found.scale.temperature == pytest.approx(2, rel=0.1)
    assert found.after.loss < found.before.loss
    assert found.after.ece < found.before.ece


def test_network_as_sure_as_right_keeps_its_card(says):
    true = true_probabilities()
    says(true)

    found = find_scale(card(), b"", digits_like(true))

    assert not found.gains
    assert calibrated(card(), found, "own") == card()


def test_new_temperature_is_on_the_new_card(says):
    true = true_probabilities()
    says(rescaled(true, 0.5, 1))

    new = calibrated(card(), find_scale(card(), b"", digits_like(true)), "own")

    assert new.temperature == pytest.approx(2, rel=0.1)
    assert new.created_by == "tests; then calibrated by own"


def test_no_digit_is_weighed_anew_only_where_there_is_enough_of_it(says):
    true = true_probabilities(classes=CLASSES)
    says(rescaled(true, 1, 5))
    digits = digits_like(true)
    few = digits.take(digits.labels != NO_DIGIT)

    assert find_scale(card(), b"", digits).best.no_digit_weight == pytest.approx(0.2, rel=0.15)
    says(rescaled(true, 1, 5)[digits.labels != NO_DIGIT])
    assert find_scale(card(), b"", few).best.no_digit_weight == 1


@pytest.mark.parametrize(("known", "writers"), [(10, 10), (3, 0)])
def test_digits_of_a_writer_stay_together_where_there_are_enough_writers(says, known, writers):
    true = true_probabilities()
    says(true)

    found = find_scale(card(), b"", digits_like(true, np.arange(len(true)) % known))

    assert found.writers == writers


def test_digits_that_are_all_easy_do_not_tell_how_sure_to_be(says):
    true = np.eye(CLASSES, dtype=np.float32)[np.arange(1000) % 10]
    says(rescaled(true, 10, 1))

    found = find_scale(card(), b"", digits_like(true))

    assert not found.tells
    assert found.scale == found.now


def test_network_that_is_never_sure_is_made_surer_as_far_as_can_be(says):
    true = true_probabilities()
    says(rescaled(true, 5, 1))

    found = find_scale(card(), b"", digits_like(true))

    assert found.gains
    assert found.scale.temperature == 0.5


def test_too_few_digits_are_refused(says):
    says(true_probabilities(499))

    with pytest.raises(InputError, match="500 digits or more, but there are 499"):
        find_scale(card(), b"", digits_like(true_probabilities(499)))


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "digits.tflite").write_bytes(b"network")
    write_card(card(), folder)
    save_evidence(evidence(100), folder / EVIDENCE_NAME)
    return folder


def test_copy_has_the_network_and_is_named_after_its_folder(tmp_path, model):
    new = card().model_copy(update={"temperature": 2})

    write_calibrated(new, evidence(7), model, tmp_path / "own")

    assert (tmp_path / "own" / "digits.tflite").read_bytes() == b"network"
    copied = load_card(tmp_path / "own")
    assert (copied.name, copied.temperature) == ("own", 2)
    assert len(load_evidence(tmp_path / "own" / EVIDENCE_NAME)) == 7
    assert load_card(model) == card()
    assert len(load_evidence(model / EVIDENCE_NAME)) == 100


@pytest.mark.parametrize("where", ["own", None])
def test_evidence_that_holds_no_more_goes(tmp_path, model, where):
    out = tmp_path / where if where else None

    write_calibrated(card(), NO_EVIDENCE, model, out)

    assert not ((out or model) / EVIDENCE_NAME).exists()


def test_pages_are_read_again_after_calibrating():
    as_it_was, calibrated_model = SeesSevens(), SeesSevens()
    calibrated_model.card = card().model_copy(update={"temperature": 2})

    digests = {make_recipe([], model).digest for model in (as_it_was, calibrated_model)}

    assert len(digests) == 2
