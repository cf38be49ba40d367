"""Make a line network from beginning to end: draw, train, export, calibrate, write its card."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import keras

from formreader.digit_sets.labelled import LabelledDigits
from formreader.digits.card import CARD_NAME, DataSource, load_network
from formreader.digits.recogniser import LiteRTRecogniser, load_recogniser
from formreader.evidence import EVIDENCE_NAME, save_evidence
from formreader.files import make_folder, replace_bytes
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.strips import STRIPS
from formreader.strips.card import (
    DigitNetwork,
    LineCard,
    LineKind,
    LineScore,
    load_line_card,
    write_line_card,
)
from formreader.strips.network import LineNetwork
from formreader.training.checkpoint import UNFINISHED_NAME, CheckpointFile
from formreader.training.lines.evidence import gather_evidence
from formreader.training.lines.fit import Course, batches, fit_lines
from formreader.training.lines.lite import to_lite
from formreader.training.lines.material import (
    CHUNK,
    Drawing,
    Lines,
    OddLines,
    PrintedCodes,
    WrittenLines,
    draw_lines,
    gathered,
)
from formreader.training.lines.network import TRAINED_IN, build_network
from formreader.training.lines.plan import LinePlan
from formreader.training.lines.start import begin_with, refuse_others
from formreader.training.lines.temperature import best_temperature
from formreader.training.material import source_of
from formreader.training.progress import LOG_NAME, Epoch, Progress, write_log
from formreader.training.sets import load_training_set, split_by_writer

NETWORK_NAME = "lines.tflite"
HELD_OUT = 0.1  # of the writers of each set
ODD = 0.06  # lines that are no numbers, by the number of those that are
TO_JUDGE = 4_000  # lines by them
STARTED = 0.5  # of the usual rate, where there is something to be unlearned


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Lines by writers that a network never saw, and what draws others by them."""

    held_out: Lines
    others: Drawing
    sources: tuple[DataSource, ...]
    """What the network was shown instead."""


@dataclass(frozen=True, slots=True, eq=False)
class LineMaterial:
    """Lines to train on, and others to try the network on."""

    shown: Lines
    trial: Trial


def make_line_network(plan: LinePlan, progress: Progress) -> LineCard:
    """Make a line network and write it, its card, evidence and log to the plan's folder.

    Interrupted and called again, it draws the same lines and goes on after the last epoch.

    Raises:
        InputError: if a set of digits cannot be read, or the network to start from does not fit.
        ModelError: if that network is missing or damaged.
        SetupError: if the folder holds the beginning of another training, or cannot be made.
    """
    make_folder(plan.out)
    if plan.start is not None and plan.recipe.course.epochs == 0:
        return _tried_anew(plan, plan.start, progress)
    return train_line_network(plan, draw_material(plan, progress), progress)


def draw_material(plan: LinePlan, progress: Progress) -> LineMaterial:
    """Draw what a plan's network is trained on.

    Raises:
        InputError: if a set of digits cannot be read, or the network to start from does not fit.
        ModelError: if that network is missing or damaged.
    """
    known, unknown, sources = _divided(plan)
    shown = [_drawn(known, plan.recipe.course.lines, plan.seed, progress)]
    if isinstance(known, WrittenLines):
        shown.append(_drawn(OddLines(known), round(ODD * len(shown[0])), plan.seed, progress))
    held_out = _drawn(unknown, TO_JUDGE, plan.seed + 1, progress)
    return LineMaterial(gathered(shown), Trial(held_out, unknown, sources))


def _divided(plan: LinePlan) -> tuple[Drawing, Drawing, tuple[DataSource, ...]]:
    """Return what draws lines by the writers to be shown, by those held out, and the former's sets.

    Raises:
        InputError: if a set of digits cannot be read, or the network to start from does not fit.
        ModelError: if that network is missing or damaged.
    """
    sets = [load_training_set(path) for path in plan.data]
    parts = [split_by_writer(digits, HELD_OUT, plan.seed) for digits in sets]
    sources = tuple(source_of(part) for part, _ in parts)
    if plan.start is not None:
        refuse_others(load_line_card(plan.start), plan.recipe, plan.seed, sources)
    known, unknown = (_drawing(plan, [part[side] for part in parts]) for side in (0, 1))
    return known, unknown, sources


def train_line_network(plan: LinePlan, material: LineMaterial, progress: Progress) -> LineCard:
    """Train a plan's network on what was drawn; write all that belongs to it.

    Raises:
        SetupError: if the folder holds the beginning of another training, or cannot be written.
        InputError: if the network to start from is of another shape.
        ModelError: if that network is missing or damaged.
    """
    keras.utils.clear_session()  # else layers are counted on, and the file has other names in it
    keras.utils.set_random_seed(plan.seed)
    recipe = plan.recipe
    course, trained, before = _beginning(plan, material)
    unfinished = CheckpointFile(plan.out / UNFINISHED_NAME, plan.command)
    lines = (material.shown, material.trial.held_out)
    log = fit_lines(trained, course, lines, unfinished, progress)
    network = build_network(recipe.shape, recipe.course.characters)
    network.set_weights(trained.get_weights())
    content = to_lite(network)
    card = _card(plan, network, content, material.trial, log)
    if before is not None:
        card = card.model_copy(update={"started_from": before.sha256})
    card = _tried(plan, card, content, material.trial, progress)
    write_log(plan.out, log)
    unfinished.remove()
    return card


def _tried_anew(plan: LinePlan, start: Path, progress: Progress) -> LineCard:
    """Try a network once more, as what looks at its digits again has changed; it learns nothing."""
    _, unknown, sources = _divided(plan)
    card = load_line_card(start)
    content = load_network(card, start)
    trial = Trial(_drawn(unknown, TO_JUDGE, plan.seed + 1, progress), unknown, sources)
    if plan.out.resolve() != start.resolve():
        replace_bytes(plan.out / LOG_NAME, (start / LOG_NAME).read_bytes())
    return _tried(plan, card.model_copy(update={"name": plan.out.name}), content, trial, progress)


def _tried(
    plan: LinePlan, card: LineCard, content: bytes, trial: Trial, progress: Progress
) -> LineCard:
    """Find how a network errs; write it, its card and evidence."""
    digits = _to_look_again(plan, trial.sources)
    used = digits and DigitNetwork(name=digits.card.name, sha256=digits.card.sha256)
    card = card.model_copy(update={"looks_again": used})
    reader = LineNetwork(card, content, digits=digits)
    card = card.model_copy(update={"scores": {"drawn, held out": _score(reader, trial.held_out)}})
    to_prove = _to_prove(plan, trial.others, progress)
    evidence = gather_evidence(reader, plan.recipe.kind, to_prove, plan.seed)
    # Stopped in between, no network is left beside the evidence of another.
    (plan.out / CARD_NAME).unlink(missing_ok=True)
    replace_bytes(plan.out / NETWORK_NAME, content)
    save_evidence(evidence, plan.out / EVIDENCE_NAME)
    write_line_card(card, plan.out)
    return card


def _to_look_again(plan: LinePlan, sources: Sequence[DataSource]) -> LiteRTRecogniser | None:
    """Return the digit network for the digits of free runs; None if it knows writers held out."""
    if plan.recipe.kind is not LineKind.FREE_RUN:
        return None
    digits = load_recogniser(DEFAULT_MODEL, model_folders())
    known = {source.name for source in digits.card.trained_on}
    is_unknown = digits.card.seed == plan.seed or known.isdisjoint(each.name for each in sources)
    return digits if is_unknown else None


def _beginning(
    plan: LinePlan, material: LineMaterial
) -> tuple[Course, keras.Model, LineCard | None]:
    """Return how to train, the network as training begins, and the card of that it starts from."""
    recipe, course = plan.recipe, plan.recipe.course
    trained = build_network(recipe.shape, course.characters, TRAINED_IN)
    if plan.start is None:
        return course, trained, None
    card = load_line_card(plan.start)
    network = build_network(recipe.shape, course.characters)
    width, chosen = next(batches(material.shown, course.widths))
    begin_with(network, card, plan.start, material.shown.strips[chosen, :, :width])
    trained.set_weights(network.get_weights())
    return replace(course, rate=course.rate * STARTED), trained, card


def _score(reader: LineNetwork, lines: Lines) -> LineScore:
    """Count the lines that a network misreads."""
    own = (strip[:, :width] for strip, width in zip(lines.strips, lines.widths, strict=True))
    read = [reader.texts(strip)[0][0] for strip in own]
    return LineScore(lines=len(lines), wrong=sum(map(str.__ne__, read, lines.labels.tolist())))


def _to_prove(plan: LinePlan, others: Drawing, progress: Progress) -> Iterator[Lines]:
    """Draw lines by writers that a network never saw, and what is no number."""
    count = plan.recipe.to_prove
    odd = round(ODD * count) if isinstance(others, WrittenLines) else 0
    progress.stage("trying the network on lines", -(-count // CHUNK) + -(-odd // CHUNK))
    yield from _counted(draw_lines(others, count, plan.seed + 2), progress)
    if isinstance(others, WrittenLines):
        yield from _counted(draw_lines(OddLines(others), odd, plan.seed + 3), progress)


def _drawing(plan: LinePlan, sets: Sequence[LabelledDigits]) -> Drawing:
    return PrintedCodes() if plan.recipe.kind is LineKind.CODE_LINE else WrittenLines(sets)


def _drawn(drawing: Drawing, count: int, seed: int, progress: Progress) -> Lines:
    progress.stage("drawing lines", -(-count // CHUNK))
    return gathered(_counted(draw_lines(drawing, count, seed), progress))


def _counted(parts: Iterable[Lines], progress: Progress) -> Iterable[Lines]:
    for part in parts:
        yield part
        progress.step()


def _card(
    plan: LinePlan,
    network: keras.Model,
    content: bytes,
    trial: Trial,
    log: Sequence[Epoch],
) -> LineCard:
    """Describe a network that was trained, and find how sure it may be."""
    recipe = plan.recipe
    return LineCard(
        name=plan.out.name,
        title=recipe.title,
        file=NETWORK_NAME,
        sha256=hashlib.sha256(content).hexdigest(),
        trained_on=trial.sources,
        parameters=network.count_params(),
        training_s=round(sum(epoch.seconds for epoch in log), 1),
        seed=plan.seed,
        created_by=plan.command,
        kind=recipe.kind,
        characters=recipe.course.characters,
        height=recipe.shape.height,
        strips=STRIPS,
        scores={},
        slants=recipe.slants,
        temperature=best_temperature(network, recipe.course, trial.held_out),
    )
