"""What a network gets right, in columns."""

from formreader.digits.card import ModelCard

SCORE_HEADER = ("digits", "of", "right")


def score_rows(card: ModelCard) -> list[tuple[str, str, str]]:
    """Return a row for each set of digits that a card has a score of."""
    return [
        (digits, str(score.digits), f"{score.accuracy:.2%}")
        for digits, score in card.scores.items()
    ]
