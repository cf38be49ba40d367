"""`formreader model list`: the networks there are."""

import typer

from formreader.cli.columns import in_columns
from formreader.cli.model.scores import SCORE_HEADER, score_rows
from formreader.digits.card import load_card, model_files
from formreader.shipped import model_folders


def list_models() -> None:
    """List the models that can be named, with their scores."""
    rows = [("model", "network", *SCORE_HEADER)]
    for name, folder in sorted(model_files(model_folders()).items()):
        card = load_card(folder)
        scores = score_rows(card) or [("", "", "")]
        firsts = [(name, card.title), *[("", "")] * (len(scores) - 1)]
        rows += [(*first, *score) for first, score in zip(firsts, scores, strict=True)]
    typer.echo(in_columns(rows))
