"""What may be written in a row of boxes: texts of one character for each, the likeliest first."""

import heapq
from collections.abc import Iterator, Sequence

from formreader.results import Likelihood


def spellings(boxes: Sequence[Sequence[Likelihood]]) -> Iterator[Likelihood]:
    """Yield every text of one character per box once, the likeliest first.

    What is equally likely comes in the order of its text, so that every machine finds the same.
    The first of n boxes costs about n steps, each further text at most n more.

    Args:
        boxes: the characters each may hold, with probabilities above 0.
    """
    if not all(boxes):
        return
    ranked = [sorted(characters, key=_likeliest_first) for characters in boxes]
    start = (0,) * len(ranked)
    waiting = [(*_rank(ranked, start), 0, start)]
    while waiting:
        minus, text, last, places = heapq.heappop(waiting)
        yield text, -minus
        for box in range(last, len(ranked)):  # those before it have their own successors
            if places[box] + 1 < len(ranked[box]):
                next_places = (*places[:box], places[box] + 1, *places[box + 1 :])
                heapq.heappush(waiting, (*_rank(ranked, next_places), box, next_places))


def _rank(ranked: Sequence[Sequence[Likelihood]], places: Sequence[int]) -> tuple[float, str]:
    """Return minus the probability of a text, and the text: the lesser comes first."""
    product, text = 1.0, ""
    for characters, place in zip(ranked, places, strict=True):
        character, probability = characters[place]
        product *= probability
        text += character
    return -product, text


def _likeliest_first(found: Likelihood) -> tuple[float, str]:
    text, probability = found
    return -probability, text
