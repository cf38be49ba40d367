"""`formreader model calibrate`: make a network as sure as it is right, and show how it errs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.columns import in_columns
from formreader.cli.extras import packages_of
from formreader.cli.model.bar import Bar
from formreader.digits.card import find_model, folder_of, load_card, load_network
from formreader.digits.recogniser import LiteRTRecogniser, load_recogniser
from formreader.errors import SetupError
from formreader.evidence import (
    EVIDENCE_NAME,
    NO_EVIDENCE,
    Evidence,
    gathered,
    load_evidence,
)
from formreader.policy import KeepPromise
from formreader.shipped import DEFAULT_MODEL, is_shipped, model_folders

if TYPE_CHECKING:
    from formreader.calibration import Calibration, Fit, Scale

FORMS = 3000  # drawn to measure promises on: 8 minutes
UNFINISHED = "cross-fit"  # folder of a cross-fit that was interrupted and may go on
PROMISES = (0.01, 0.005, 0.002, 0.001, 0.0005)
PROMISE_HEADER = (
    "at most wrong",
    "fields",
    "accepted from",
    "of them",
    "independent fields",
    "wanted",
)


def calibrate(  # noqa: PLR0913, PLR0917  each option is a parameter
    model: Annotated[
        str, typer.Argument(metavar="[MODEL]", help="Name or folder of a model.")
    ] = DEFAULT_MODEL,
    data: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            help="Digits that the network was not trained on, 500 or more, as `formreader model "
            "evaluate` takes them. Can be given several times.",
        ),
    ] = None,
    promises: Annotated[
        bool,
        typer.Option(
            "--promises",
            help="Also measure what may be accepted, on forms drawn by the writers of these "
            "digits, who must be known.",
        ),
    ] = False,
    cross_fit: Annotated[
        bool,
        typer.Option(
            "--cross-fit",
            help="Measure what may be accepted by the digits it was trained on, to be given by "
            "--data: others like it are trained, each without some of the writers. Takes hours.",
        ),
    ] = False,
    run: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="OUT",
            exists=True,
            file_okay=False,
            help="Measure what may be accepted on your own pages: the run folder.",
        ),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            help="With --from: the known answers, a CSV with file, field, value; also page and "
            "writer.",
        ),
    ] = None,
    add: Annotated[
        bool,
        typer.Option("--add", help="With --from: keep what was measured before beside it."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            file_okay=False,
            help="New folder for a copy of the network with what was measured. Without it the "
            "model itself is changed.",
        ),
    ] = None,
) -> None:
    """Make a digit network as sure as it is right, and measure what may be accepted.

    With --data its temperature is found anew, and the weight of 'no digit' where the digits hold
    50 images of it, as often as forms do. What was measured before, from what confidence on fields
    may be accepted, holds for its old temperature only: with a new one it is thrown away, and the
    network accepts nothing by itself, unless --promises measures it anew. Where the loss would
    fall by less than 1 %, the temperature stays as it is.

    With --from and --truth it is measured on pages of your own that somebody has checked.
    """
    if [bool(data), run is not None].count(True) != 1 or (run is None) != (truth is None):
        raise SetupError("give either --data, or --from with --truth")
    path = find_model(model, model_folders())
    _require_place(folder_of(path), out)
    if run is not None and truth is not None:
        _by_pages(path, run, truth, add=add, out=out)
    elif cross_fit:
        _by_cross_fit(path, data or [], out)
    else:
        _by_digits(path, data or [], promises=promises, out=out)


def _by_pages(path: Path, run: Path, truth: Path, *, add: bool, out: Path | None) -> None:
    from formreader.calibration import write_calibrated
    from formreader.verified import evidence_of_run

    model = load_recogniser(str(path), ())
    found = evidence_of_run(run, truth, model)
    kept = gathered([model.evidence, found]) if add else found
    card = model.card
    created_by = f"{card.created_by}; then measured on {truth.name}"
    write_calibrated(card.model_copy(update={"created_by": created_by}), kept, path, out)
    typer.echo("\n\n".join(_evidence_text(kept)))


def _by_cross_fit(path: Path, data: Sequence[Path], out: Path | None) -> None:
    from formreader.calibration import write_calibrated

    with packages_of("train", user="training"):
        from formreader.training.cross_fit import cross_fit, forget_networks, plan_of
    model = load_recogniser(str(path), ())
    card = model.card
    plan = plan_of(card, data, out or folder_of(path))
    with Bar() as bar:
        found = cross_fit(model, plan, bar)
    write_calibrated(card, found, path, out)
    forget_networks(plan)
    typer.echo("\n\n".join(_evidence_text(found)))


def _by_digits(path: Path, data: Sequence[Path], *, promises: bool, out: Path | None) -> None:
    from formreader.calibration import calibrated, find_scale, write_calibrated
    from formreader.digit_sets import load_digits
    from formreader.digit_sets.labelled import joined

    folder = folder_of(path)
    card = load_card(path)
    network = load_network(card, folder)
    before = load_evidence(folder / EVIDENCE_NAME)
    sets = [load_digits(each) for each in data]
    digits = joined(" + ".join(each.name for each in sets), sets)
    found = find_scale(card, network, digits)
    new = calibrated(card, found, digits.name)
    evidence = NO_EVIDENCE if found.gains else before
    if promises:
        from formreader.training.trial import try_on_forms

        with Bar() as bar:
            bar.stage("drawing forms", FORMS)
            evidence = try_on_forms(LiteRTRecogniser(new, network), digits, FORMS, card.seed, bar)
    if out is not None or new != card or evidence is not before:
        write_calibrated(new, evidence, path, out)
    typer.echo("\n\n".join(_scale_text(found, len(digits))))
    if promises:
        typer.echo("\n" + "\n\n".join(_evidence_text(evidence)))
    elif len(before) and not len(evidence):
        typer.echo(
            "\nWhat was measured before, of what may be accepted, spoke of the old temperature and "
            "is thrown away: with this network every field goes to review. Measure it anew by "
            "--promises."
        )


def _require_place(folder: Path, out: Path | None) -> None:
    if out is None and is_shipped(folder):
        raise SetupError(
            f"{folder.as_posix()} comes with formreader and is not changed; name a folder for a "
            "copy by --out"
        )
    if out is not None and out.exists() and {each.name for each in out.iterdir()} - {UNFINISHED}:
        raise SetupError(f"{out.as_posix()} is not empty; name a new folder by --out")


def _scale_text(found: "Calibration", count: int) -> Iterator[str]:
    yield in_columns(
        [
            ("", "temperature", "weight of no digit", "loss", "ECE"),
            ("before", *_row(found.now, found.before)),
            ("after" if found.gains else "tried", *_row(found.best, found.after)),
        ]
    )
    by = (
        f"writers: those of each fifth of {found.writers}"
        if found.writers
        else "image, as writers are not known: those of each fifth"
    )
    yield (
        f"Measured on {count} images by cross-validation over {by} are judged at a temperature "
        "found by the others."
    )
    if not found.tells:
        yield "The card keeps its temperature: these digits are too easy to tell how sure to be."
    elif not found.gains:
        yield "The card keeps its temperature: the other is hardly better, or worse."


def _evidence_text(evidence: Evidence) -> Iterator[str]:
    wrong, fields = int((~evidence.right).sum()), len(evidence)
    writers = len(set(evidence.writers.tolist()))
    yield (
        f"{fields:,} fields by {writers:,} writers on {len(evidence.pages):,} pages, "
        f"{wrong:,} of them read wrongly ({wrong / max(fields, 1):.2%})."
    )
    yield "What may be accepted; kinds with too few fields are taken together with all others:"
    kinds = sorted(set(evidence.kinds.tolist()))
    rows = (_promise_row(evidence, kind, each) for each in PROMISES for kind in kinds)
    yield in_columns([PROMISE_HEADER, *rows])


def _promise_row(evidence: Evidence, kind: str, max_error: float) -> tuple[str, ...]:
    found = KeepPromise(max_error, evidence).support(kind, max_error)
    least = found.least_confidence
    own = evidence.of([kind]).confidence
    share = 0.0 if least is None else float((own >= least).mean())
    start = "nothing" if least is None else f"{least:.6f}"
    known = f"{found.fields:,.0f}"
    return f"{max_error:.2%}", kind, start, f"{share:.1%}", known, f"{found.wanted:,}"


def _row(scale: "Scale", fit: "Fit") -> tuple[str, str, str, str]:
    return (
        f"{scale.temperature:.3f}",
        f"{scale.no_digit_weight:.3f}",
        f"{fit.loss:.4f}",
        f"{fit.ece:.4f}",
    )
