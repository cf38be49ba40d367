"""Line networks are trained on drawn lines, and read the same in LiteRT."""

import hashlib
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from formreader.digits.card import DataSource
from formreader.errors import InputError, ModelError
from formreader.shipped import model_folders
from formreader.strips import HEIGHT, STRIPS, WIDEST
from formreader.strips.card import (
    DigitNetwork,
    LineCard,
    LineKind,
    load_line_card,
    write_line_card,
)
from formreader.strips.network import LineNetwork, load_line_networks

pytest.importorskip("tensorflow", reason="training wants the extra `train`")

import keras

from formreader.training.lines.codes import CODE_CHARACTERS
from formreader.training.lines.evidence import gather_evidence
from formreader.training.lines.fit import Course, Distortion, batches, fit_lines
from formreader.training.lines.kinds import RECIPES
from formreader.training.lines.lite import to_lite
from formreader.training.lines.make import _to_look_again, make_line_network
from formreader.training.lines.material import (
    Lines,
    OddLines,
    PrintedCodes,
    WrittenLines,
    draw_lines,
)
from formreader.training.lines.network import Shape, TemporalLoss, build_network, encode, spelled
from formreader.training.lines.plan import LinePlan
from formreader.training.lines.start import begin_with, refuse_others
from formreader.training.lines.texts import choose_text

CHARACTERS = RECIPES[LineKind.FREE_RUN].course.characters
TINY = Shape(HEIGHT, channels=(2, 2, 2, 2, 4), steps=(2, 1, 1))
FEW = 5  # lines: one who knows nothing spells each in 0.4 s
EVEN = Distortion(across=(1, 1), down=(1, 1), slant=0, shift=0)


class Quiet:
    """Is told of progress, and keeps the epochs."""

    def __init__(self) -> None:
        self.epochs = []

    def stage(self, title, steps):
        pass

    def step(self):
        pass

    def epoch(self, epoch):
        self.epochs.append(epoch)


class NothingKept:
    """A checkpoint that is never there."""

    def load(self):
        return None

    def save(self, checkpoint):
        self.kept = checkpoint


def drawn(count: int = 40, seed: int = 1) -> Lines:
    (lines,) = draw_lines(WrittenLines(()), count, seed)
    return lines


def card(characters: str = CHARACTERS) -> LineCard:
    return LineCard(
        name="tiny",
        title="tiny",
        file="none",
        sha256="0" * 64,
        trained_on=(),
        seed=1,
        created_by="tests",
        characters=characters,
        height=HEIGHT,
        kind=LineKind.FREE_RUN,
        strips=STRIPS,
        scores={},
    )


@pytest.fixture
def network() -> keras.Model:
    keras.utils.set_random_seed(1)
    return build_network(TINY, CHARACTERS)


def test_every_text_made_up_can_be_spelled():
    rng = np.random.default_rng(1)

    assert {*"".join(choose_text(rng).label for _ in range(500))} <= {*CHARACTERS}


def test_lines_are_the_same_for_a_seed():
    one, again, other = drawn(), drawn(), drawn(seed=2)

    assert (one.strips == again.strips).all()
    assert (one.labels == again.labels).all()
    assert (one.labels != other.labels).any()


@pytest.mark.parametrize(
    ("drawing", "known"),
    [(OddLines(WrittenLines(())), "?"), (PrintedCodes(), CODE_CHARACTERS)],
)
def test_other_lines_fit_their_strips(drawing, known):
    (lines,) = draw_lines(drawing, 6, 1)

    assert lines.strips.shape == (6, drawing.height, drawing.widest)
    assert {*"".join(lines.labels.tolist())} <= {*known}


def test_every_line_is_in_one_batch_wide_enough_for_it():
    lines = drawn()

    dealt = list(batches(lines, (112, 160, 224, WIDEST)))

    assert sorted(np.concatenate([chosen for _, chosen in dealt])) == list(range(len(lines)))
    assert all((lines.widths[chosen] <= width).all() for width, chosen in dealt)


def test_labels_are_encoded_and_spelled_back():
    labels = np.array(["25,70", "", "$100/-"])
    encoded = encode(labels, CHARACTERS)
    none = len(CHARACTERS)
    ways = np.full((3, 24), none)
    for way, row in zip(ways, encoded, strict=True):
        own = row[row >= 0]
        way[1 : 1 + 2 * len(own) : 2] = own

    assert spelled(np.eye(none + 1, dtype=np.float32)[ways], CHARACTERS) == labels.tolist()


def test_the_loss_is_low_for_what_is_written():
    none = len(CHARACTERS)
    logits = 20 * np.eye(none + 1, dtype=np.float32)[[none, 2, none, 5, none]][None]
    loss = TemporalLoss()

    assert float(loss(encode(np.array(["25"]), CHARACTERS), logits)) < 0.01
    assert float(loss(encode(np.array(["26"]), CHARACTERS), logits)) > 5
    assert float(loss(encode(np.array([""]), CHARACTERS), logits)) == pytest.approx(40, abs=1)


def test_training_lowers_the_loss_and_is_logged(network):
    course = Course(CHARACTERS, (160, WIDEST), EVEN, lines=200, epochs=8)
    lines, progress, kept = drawn(200), Quiet(), NothingKept()

    log = fit_lines(network, course, (lines, drawn(20, 2)), kept, progress)

    assert [epoch.number for epoch in log] == list(range(1, 9))
    assert log == tuple(progress.epochs) == kept.kept.log
    assert log[-1].loss < log[0].loss


def test_litert_says_what_tensorflow_says(network):
    lines = drawn(5)
    reader = LineNetwork(card(), to_lite(network))

    for strip, width in zip(lines.strips, lines.widths, strict=True):
        filled = -(-int(width) // 32) * 32
        logits = network.predict_on_batch(strip[None, :, :filled])[0]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        expected = powers / powers.sum(axis=1, keepdims=True)
        assert reader._steps(strip[:, :width]) == pytest.approx(expected, abs=0.01)


def test_what_a_network_says_of_a_strip_depends_on_the_strip_alone(network):
    lines, reader = drawn(6), LineNetwork(card(), to_lite(network))
    strips = [strip[:, :width] for strip, width in zip(lines.strips, lines.widths, strict=True)]

    assert [*map(reader.texts, strips)] == [*map(reader.texts, strips[::-1])][::-1]


@pytest.fixture
def exported(network, tmp_path):
    folder = tmp_path / "lines" / "free-run"
    for layer in network.layers:
        if hasattr(layer, "moving_mean"):
            shape = layer.gamma.shape
            layer.gamma.assign(np.linspace(0.5, 1.5, *shape))
            layer.moving_mean.assign(np.linspace(-0.2, 0.2, *shape))
    write_model(folder, to_lite(network), card())
    return folder


def test_a_training_begins_with_what_another_network_says(network, exported):
    strips = drawn(8).strips
    begun = build_network(TINY, CHARACTERS)

    begin_with(begun, load_line_card(exported), exported, strips)

    assert begun.predict_on_batch(strips) == pytest.approx(
        network.predict_on_batch(strips), abs=0.01
    )
    last = [layer for layer in begun.layers if hasattr(layer, "moving_mean")][-1]
    given = keras.Model(begun.input, last.input).predict_on_batch(strips)
    assert given.mean(axis=(0, 1, 2)) == pytest.approx(last.moving_mean.numpy(), abs=0.05)
    assert given.var(axis=(0, 1, 2)) == pytest.approx(1, abs=0.05)


def test_a_network_of_another_shape_is_not_begun_with(exported):
    wider = build_network(replace(TINY, channels=(2, 2, 2, 2, 8)), CHARACTERS)

    with pytest.raises(InputError, match="a network of another shape"):
        begin_with(wider, load_line_card(exported), exported, drawn(2).strips)


def test_nobody_is_held_out_whom_the_network_before_was_shown():
    source = DataSource(name="mnist", licence="free", digits=9)
    shown = card().model_copy(update={"trained_on": (source,)})
    recipe = RECIPES[LineKind.FREE_RUN]

    refuse_others(shown, recipe, shown.seed, [source])
    for seed, sources in ((2, [source]), (shown.seed, [])):
        with pytest.raises(InputError, match="go on with its seed, 1, and its sets of digits, mn"):
            refuse_others(shown, recipe, seed, sources)


def test_a_network_that_reads_something_else_is_not_begun_with():
    for other in (card("0123456789"), card().model_copy(update={"kind": LineKind.CODE_LINE})):
        with pytest.raises(InputError, match="reads something else"):
            refuse_others(other, RECIPES[LineKind.FREE_RUN], other.seed, [])


def test_strips_of_another_height_are_refused(network):
    with pytest.raises(ValueError, match=r"expected uint8 of shape \(32, width\)"):
        LineNetwork(card(), to_lite(network)).texts(np.zeros((24, 100), np.uint8))


def test_a_network_that_does_not_fit_its_card_is_refused(network):
    with pytest.raises(ModelError, match="tells 17 characters apart"):
        LineNetwork(card("0123456789"), to_lite(network))
    with pytest.raises(ModelError, match="cannot be run"):
        LineNetwork(card(), b"no network")


def test_a_kind_without_a_network_is_named(tmp_path):
    with pytest.raises(ModelError, match="the folder models/lines/micr is missing"):
        load_line_networks([LineKind.CODE_LINE], [tmp_path])


@pytest.mark.parametrize("change", [{"kind": LineKind.CODE_LINE}, {"strips": STRIPS + 1}])
def test_a_network_for_other_lines_is_refused(change, network, tmp_path):
    content = to_lite(network)
    folder = tmp_path / "lines" / "free-run"
    write_model(folder, content, card().model_copy(update=change))

    with pytest.raises(ModelError, match="train one with `formreader model lines free-run`"):
        load_line_networks([LineKind.FREE_RUN], [tmp_path])


def write_model(folder, content: bytes, described: LineCard) -> None:
    folder.mkdir(parents=True)
    (folder / "none").write_bytes(content)
    fitting = {"sha256": hashlib.sha256(content).hexdigest()}
    write_line_card(described.model_copy(update=fitting), folder)


def test_another_digit_network_than_it_was_tried_with_is_refused(network, tmp_path):
    changed = DigitNetwork(name="formreader", sha256="0" * 64)
    folder = tmp_path / "lines" / "free-run"
    write_model(folder, to_lite(network), card().model_copy(update={"looks_again": changed}))

    with pytest.raises(ModelError, match="--start FOLDER --epochs 0"):
        load_line_networks([LineKind.FREE_RUN], [tmp_path, *model_folders()])


class SaysAlways:
    """Sees one text in every strip."""

    def __init__(self, text: str) -> None:
        self.text = text

    def texts(self, _):
        return ((self.text, 0.99), ("", 0.01))


def test_a_number_made_of_what_is_none_counts_as_wrong():
    (odd,) = draw_lines(OddLines(WrittenLines(())), 30, 1)
    struck = odd.labels != ""

    found = gather_evidence(SaysAlways("25"), LineKind.FREE_RUN, [odd], 1)
    seen = gather_evidence(SaysAlways("???"), LineKind.FREE_RUN, [odd], 1)

    assert len(found) == 30
    assert not found.right[struck].any()
    assert (found.confidence[struck] > 0).any()
    assert not seen.confidence.any()


def test_without_lines_there_is_no_evidence():
    assert len(gather_evidence(SaysAlways("25"), LineKind.FREE_RUN, [], 1)) == 0


class Stopped(Quiet):
    """Is interrupted when as many epochs are over."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self.left = epochs

    def stage(self, title, _):
        if title.startswith("epoch") and len(self.epochs) == self.left:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    usual = RECIPES[LineKind.CODE_LINE]
    shape = replace(usual.shape, channels=TINY.channels)
    small = replace(usual, shape=shape, to_prove=FEW)
    widths = usual.course.widths[-1:]  # TensorFlow compiles the network anew for each
    course = replace(small.course, lines=64, epochs=2, widths=widths)
    folder = tmp_path_factory.mktemp("models") / "lines" / "micr"
    return LinePlan(replace(small, course=course), (), folder, 1)


@pytest.fixture(scope="module")
def made(plan):
    with patch("formreader.training.lines.make.TO_JUDGE", FEW):
        return make_line_network(plan, Quiet())


def test_a_network_is_made_with_card_evidence_and_log(plan, made):
    network = load_line_networks([LineKind.CODE_LINE], [plan.out.parents[1]])

    assert network[LineKind.CODE_LINE].card == made
    assert len(network[LineKind.CODE_LINE].evidence) == FEW
    assert made.created_by.endswith("--lines 64 --epochs 2")
    log = (plan.out / "training.csv").read_text(encoding="utf-8").splitlines()
    assert [row.partition(",")[0] for row in log] == ["number", "1", "2"]


def test_an_interrupted_training_goes_on_to_the_same_network(plan, made, tmp_path):
    again = replace(plan, out=tmp_path / "micr")
    with patch("formreader.training.lines.make.TO_JUDGE", FEW):
        with pytest.raises(KeyboardInterrupt):
            make_line_network(again, Stopped(1))
        assert not (again.out / "card.json").exists()
        make_line_network(again, Quiet())

    strip = np.random.default_rng(1).integers(0, 255, (made.height, 320), np.uint8)
    one, other = (
        LineNetwork(load_line_card(folder), (folder / made.file).read_bytes()).texts(strip)
        for folder in (plan.out, again.out)
    )
    assert one == other


@pytest.mark.parametrize(
    ("command", "words"),
    [(["free-run"], "name a set of them by --data"), (["micr", "--data", "."], "leave --data out")],
)
def test_the_digits_of_lines_are_asked_for_where_there_are_any(command, words, formreader, capsys):
    assert formreader("model", "lines", *command, "--out", "made") == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_card_says_what_network_a_training_began_with(plan, made, tmp_path):
    further = replace(plan, out=tmp_path / "micr", start=plan.out)
    with patch("formreader.training.lines.make.TO_JUDGE", FEW):
        card = make_line_network(further, Quiet())

    assert card.started_from == made.sha256
    assert "--start models/lines/micr" in card.created_by


def test_evidence_tells_by_whom_lines_were_read_rightly():
    lines = drawn(30)
    truth = {
        strip.tobytes(): label for strip, label in zip(lines.strips, lines.labels, strict=True)
    }

    class Knows:
        def texts(self, strip):
            whole = np.zeros((HEIGHT, WIDEST), np.uint8)
            whole[:, : strip.shape[1]] = strip
            return ((str(truth[whole.tobytes()]), 0.99), ("9", 0.01))

    found = gather_evidence(Knows(), LineKind.FREE_RUN, [lines], 1)

    assert found.right[found.confidence > 0].all()
    assert found.right.sum() > 20
    assert {*found.kinds} == {"free run"}
    assert {*found.writers} <= {*lines.writers}


def test_a_network_is_tried_anew_without_learning(plan, made, tmp_path):
    course = replace(plan.recipe.course, epochs=0)
    anew = replace(plan, recipe=replace(plan.recipe, course=course), start=plan.out)
    anew = replace(anew, out=tmp_path / "micr")
    with patch("formreader.training.lines.make.TO_JUDGE", FEW):
        card = make_line_network(anew, Quiet())

    assert card == made
    for name in ("training.csv", made.file, "evidence.npz"):
        assert (anew.out / name).read_bytes() == (plan.out / name).read_bytes()


def test_only_a_trained_network_can_be_tried_anew(formreader, capsys):
    assert formreader("model", "lines", "micr", "--out", "made", "--epochs", "0") == 2
    assert "name a trained network by --start" in " ".join(capsys.readouterr().err.split())


def test_digits_are_looked_at_by_a_network_that_knows_none_of_those_held_out():
    free, codes = (RECIPES[kind] for kind in (LineKind.FREE_RUN, LineKind.CODE_LINE))
    mnist = (DataSource(name="mnist", licence="", digits=1),)

    def looks_again(recipe, seed, sources):
        return _to_look_again(LinePlan(recipe, (), Path("made"), seed), sources) is not None

    assert looks_again(free, 1, mnist)
    assert not looks_again(free, 2, mnist)
    assert looks_again(free, 2, (DataSource(name="others", licence="", digits=1),))
    assert not looks_again(codes, 1, ())
