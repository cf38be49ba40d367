"""Evidence from a run whose true values are known: a user's own pages."""

from pathlib import Path

import pandas as pd

from formreader.answers import load_answers
from formreader.errors import InputError, SetupError
from formreader.evidence import Evidence
from formreader.inputs import RUN_FILE
from formreader.recipe import Model
from formreader.results import PageReading
from formreader.store import Store, stored_templates
from formreader.witness import Witness

CONDITION = "verified"  # all pages of a user are taken to be of one kind


def evidence_of_run(out: Path, truth: Path, model: Model) -> Evidence:
    """Return how sure a network was of the fields of a run, and whether they are right.

    Args:
        out: the run folder.
        truth: its known answers. Where they do not say who wrote a page, each counts as by another
            writer; a form is by one hand.
        model: by which the run was read.

    Raises:
        InputError: if the answers cannot be used, or are of no page of the run.
        SetupError: if there is no run, or another network read it.
    """
    if not (out / RUN_FILE).is_file():
        raise SetupError(f"{out.as_posix()} is no run folder; read the pages first")
    answers = _Answers(truth)
    witness = Witness(model.card.hand)
    with Store(out) as store:
        _require_read_by(model, store)
        templates = stored_templates(store)
        for page in store.pages():
            if page.layout is None or not isinstance(page.outcome, PageReading):
                continue
            own = answers.of(page.file, page.page)
            if own is not None:
                values = dict(zip(own["field"], own["truth"], strict=True))
                writer = own["writer"].iloc[0] or f"{page.file} {page.page}"
                witness.add(page.outcome, templates[page.layout], values, writer, CONDITION)
    if not len(witness.evidence):
        raise InputError(
            f"{truth.as_posix()} has no answers for the pages of {out.as_posix()}; its columns "
            "file and field must be as in fields.csv"
        )
    return witness.evidence


def _require_read_by(model: Model, store: Store) -> None:
    """Check that a network said what a run holds.

    Raises:
        SetupError: if another one did.
    """
    read_by, card = store.last_versions().get("model", {}), model.card
    if (read_by.get("sha256"), read_by.get("temperature")) != (card.sha256, card.temperature):
        raise SetupError(
            f"{store.folder.as_posix()} was read by the network {read_by.get('name')!r}, and not "
            f"by this {card.name!r}; read the pages again by --model, or calibrate that one"
        )


class _Answers:
    """Known answers, page by page."""

    def __init__(self, truth: Path) -> None:
        self._truth = truth
        parts = load_answers(truth).reset_index(drop=True).groupby(["file", "page"], sort=False)
        self._by_page = {(str(file), str(page)): own for (file, page), own in parts}
        self._taken: set[str] = set()

    def of(self, file: str, page: int) -> pd.DataFrame | None:
        """Return the answers of a page; those that name no page are of the only one.

        Raises:
            InputError: if they would be of two pages.
        """
        if (file, str(page)) in self._by_page:
            return self._by_page[file, str(page)]
        if (file, "") in self._by_page and file in self._taken:
            raise InputError(
                f"several pages of {file} were read; give {self._truth.as_posix()} a column 'page' "
                "to tell them apart"
            )
        self._taken.add(file)
        return self._by_page.get((file, ""))
