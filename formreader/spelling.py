"""What may be written in a row of boxes: texts of one character for each, the likeliest first."""

import heapq
from collections.abc import Iterator, Sequence
from math import prod

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
    first = [characters[0] for characters in ranked]
    start = [probability for _, probability in first]
    # The lesser comes first: of equal ones, that whose text does.
    waiting = [(-prod(start), "".join(text for text, _ in first), 0, (0,) * len(first), start)]
    while waiting:
        minus, text, last, places, probabilities = heapq.heappop(waiting)
        yield text, -minus
        for box in range(last, len(ranked)):  # those before it have their own successors
            place = places[box] + 1
            if place < len(ranked[box]):
                character, probability = ranked[box][place]
                changed = [*probabilities[:box], probability, *probabilities[box + 1 :]]
                heapq.heappush(
                    waiting,
                    (
                        -prod(changed),
                        text[:box] + character + text[box + 1 :],
                        box,
                        (*places[:box], place, *places[box + 1 :]),
                        changed,
                    ),
                )


def _likeliest_first(found: Likelihood) -> tuple[float, str]:
    text, probability = found
    return -probability, text
