"""Where along a line each character of a text is, by what a network says of every step."""

import numpy as np
import numpy.typing as npt

from formreader.beams import Steps

LEAST = 1e-9  # probability of a character at a step; that of some is rounded to none
NO_WAY = -1e18  # logarithm of the probability of what cannot be


def align(steps: Steps, text: str, characters: str) -> tuple[int, ...]:
    """Return the step at which each character of a text is surest.

    It is one of those that show the character on the likeliest of all ways that spell the text
    (Viterbi's algorithm on the states of Graves et al. 2006, section 4.1).

    Args:
        steps: of the line.
        text: that it is taken for.
        characters: that the columns but the last stand for.

    Raises:
        ValueError: if a character has no column, or there are fewer steps than the text needs.
    """
    states = _states(text, characters)
    way = _likeliest_way(np.log(np.maximum(steps, LEAST))[:, states], states)
    places = []
    for state, column in enumerate(states):
        if state % 2:
            own = np.flatnonzero(way == state)
            if not len(own):
                raise ValueError(f"expected steps enough for {text!r}, got {len(steps)}")
            places.append(int(own[steps[own, column].argmax()]))
    return tuple(places)


def _states(text: str, characters: str) -> npt.NDArray[np.intp]:
    """Return the columns that a text goes through: its characters, and nothing around each."""
    states = np.full(2 * len(text) + 1, len(characters))
    states[1::2] = [characters.index(character) for character in text]
    return states


def _likeliest_way(
    weights: npt.NDArray[np.float32], states: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Return the state of each step on the way of the greatest weight through all of a text.

    Args:
        weights: logarithm of each state's probability at each step, (steps, states).
        states: the column of each; even ones show nothing, and may be left out between two
            characters that differ.
    """
    count, last = len(weights), len(states) - 1
    may_skip = np.zeros(len(states), np.bool_)
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    came_by = np.zeros((count, len(states)), np.int8)  # so many states before
    reached = np.full((3, len(states)), NO_WAY)
    weight = np.full(len(states), NO_WAY)
    weight[:2] = weights[0, :2]
    for step in range(1, count):
        reached[0] = weight
        reached[1, 1:] = weight[:-1]
        reached[2, 2:] = np.where(may_skip[2:], weight[:-2], NO_WAY)
        came_by[step] = reached.argmax(axis=0)
        weight = reached.max(axis=0) + weights[step]
    way = np.empty(count, np.intp)
    state = last if last == 0 or weight[last] >= weight[last - 1] else last - 1
    for step in range(count - 1, -1, -1):
        way[step] = state
        state -= int(came_by[step, state])
    return way
