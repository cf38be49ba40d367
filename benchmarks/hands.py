"""What the digits of one page tell of each other: errors with and without one hand.

Deals the digits of each writer of a set, whom the network was not trained on, onto pages of 60,
and counts errors among all digits and among the surest.

    python benchmarks/hands.py MNIST_FOLDER
"""

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from formreader.digit_sets import load_digits
from formreader.digits.recogniser import load_recogniser
from formreader.evaluation.measures import loss
from formreader.hand import weighed_by_hand
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.training.one_hand import deal_pages

FEWEST = 10  # digits on the last page of a writer
SURE = (1.0, 0.99, 0.98, 0.95)


def main() -> None:
    """Read every page twice, and print both."""
    asked = _arguments()
    model = load_recogniser(asked.model, model_folders())
    digits, rng = load_digits(asked.data), np.random.default_rng(asked.seed)
    look, hand = model.look(digits.images), model.card.hand
    if hand is None:
        raise SystemExit(f"{model.card.name} does not tell how digits are written")
    usual = np.array(hand.usual)
    labels, alone, together = [], [], []
    for page, shown in deal_pages(look, digits, FEWEST, rng):
        labels.append(shown)
        alone.append(page.probabilities)
        together.append(weighed_by_hand(page.probabilities, page.styles, usual, hand.strength))
    truth = np.concatenate(labels)
    table = Table("read", "digits", "loss", *(f"wrong of the surest {share:.0%}" for share in SURE))
    for name, parts in (("each by itself", alone), ("by one hand", together)):
        said = np.concatenate(parts)
        right = (said.argmax(axis=1) == truth)[np.argsort(-said.max(axis=1), kind="stable")]
        wrong = [str((~right[: round(share * len(right))]).sum()) for share in SURE]
        table.add_row(name, str(len(truth)), f"{loss(said, truth):.4f}", *wrong)
    Console().print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="digits, as for `model evaluate --data`")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
