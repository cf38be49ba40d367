"""Fields whose value no two forms of a run may have, as the number of a claim."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from formreader.allotment import allot
from formreader.belief import Belief
from formreader.decode import decode
from formreader.digits.card import Hand
from formreader.hand import by_one_hand
from formreader.results import PageReading
from formreader.template import Template

Place: TypeAlias = tuple[str, int]
"""The file of a form, and the page in it."""

Form: TypeAlias = tuple[Place, PageReading, Template]
"""A form of the run as it was read."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """What the other forms of a run say of one form's unique fields."""

    beliefs: dict[str, Belief] = field(default_factory=dict)
    """What they may hold, by name."""
    repeated: dict[str, str] = field(default_factory=dict)
    """Why a person must look at those whose value another form has too, by name."""


def deal(forms: Iterable[Form], hand: Hand | None) -> Mapping[Place, Dealt]:
    """Return what the forms of a run say of each other's unique fields, for those that have any.

    Args:
        forms: of the run.
        hand: how digits of one writer are read by each other; None: each by itself.
    """
    dealt: dict[Place, Dealt] = defaultdict(Dealt)
    for name, alone in _unique_fields(forms, hand):
        together = dict(zip(alone, allot([*alone.values()]), strict=True))
        for place, belief in together.items():
            dealt[place].beliefs[name] = belief
        for place, reason in _repeated(together):
            dealt[place].repeated[name] = reason
    return dealt


def _unique_fields(
    forms: Iterable[Form], hand: Hand | None
) -> Iterator[tuple[str, dict[Place, Belief]]]:
    """Yield the name of each unique field, and what it may hold on every form by itself."""
    found: dict[tuple[str, str], dict[Place, Belief]] = defaultdict(dict)
    for place, alone, template in forms:
        reading = by_one_hand(alone, hand.usual, hand.strength) if hand else alone
        for each in reading.fields:
            if template.field(each.name).unique:
                roster = template.rosters.get(each.name)
                belief = decode(each, template.field(each.name), roster)
                found[template.name, each.name][place] = belief
    for (_, name), beliefs in found.items():
        yield name, beliefs


def _repeated(beliefs: Mapping[Place, Belief]) -> Iterator[tuple[Place, str]]:
    """Yield the forms whose likeliest value another one has, and the reason that names it."""
    places: dict[str, list[Place]] = defaultdict(list)
    for place, belief in beliefs.items():
        if belief.likeliest.value and belief.likeliest.possible:
            places[belief.likeliest.value].append(place)
    for value, same in places.items():
        for place in same if len(same) > 1 else ():
            file, page = next(other for other in same if other != place)
            yield place, f"unique: {value} is on page {page} of {file} too"
