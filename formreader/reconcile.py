"""Weigh what the fields of a form may hold by the rules that must hold between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeAlias

from formreader.belief import Belief
from formreader.interpret import UNKNOWN
from formreader.rules import COMPARISONS, Operation, Rule, coefficients

BROKEN = 0.01  # how much likelier values that keep a rule are than any that break it: people add
# wrongly on some forms in a hundred, and are then off by one digit more often than by many
AGAIN = 0.3  # likewise for each further rule: one number written wrongly breaks all that it is in
FAINT = 1e-4  # values less likely than this against the likeliest are taken together: no rule
# that they keep makes up for it
REST = -1  # the place of all values together that no candidate is
MOST_OPTIONS = 50  # of one field
MOST_STEPS = 2500  # from field to field, the likeliest: 10 ms

Numbers: TypeAlias = tuple[Decimal, ...]
Known: TypeAlias = tuple[Numbers | None, ...]
"""What each rule of a group knows of the fields so far; None where it cannot be judged."""


class State(NamedTuple):
    """All that matters of the fields so far for those that follow."""

    known: Known
    is_broken: bool
    """Whether a rule that is done was not kept."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The fields of a form, each weighed by all others."""

    beliefs: Mapping[str, Belief]
    """By the name of the field; the values that together are likeliest stand first."""
    broken: Mapping[str, str]
    """Why a person must look at fields whose rule those values do not keep, by name."""


def reconcile(beliefs: Mapping[str, Belief], rules: Sequence[Rule]) -> Reconciled:
    """Weigh every combination of values by the rules that it keeps.

    A combination weighs `BROKEN` of what it would for a rule that it does not keep, and `AGAIN` of
    that for each further one, so that a sum settles a doubtful digit, but changes no sure one. A
    rule with an unknown digit counts as not kept, as most digits would break it, but is not
    reported as broken.

    Args:
        beliefs: of all fields that the rules speak of, by name.
        rules: of the template.
    """
    weighed: dict[str, Belief] = dict(beliefs)
    broken: dict[str, str] = {}
    for group in grouped(rules):
        trellis = _Trellis(group, beliefs)
        weighed |= trellis.beliefs()
        for rule, contradiction in trellis.broken():
            reason = f"rule: {rule.text} does not hold ({contradiction})"
            broken |= dict.fromkeys(rule.fields, reason)
    return Reconciled(weighed, broken)


def grouped(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Put rules together that share fields, however many others lie between them."""
    groups: list[list[Rule]] = []
    for rule in rules:
        touched = [group for group in groups if any({*rule.fields} & {*o.fields} for o in group)]
        groups = [group for group in groups if group not in touched]
        groups.append([*(other for group in touched for other in group), rule])
    return groups


class _Judge(Protocol):
    """Follows one rule over the fields of its group, in their order."""

    def after(self, known: Numbers, field: str, number: Decimal) -> Numbers:
        """Return what is known once one field more is; nothing is before the first."""
        ...

    def keeps(self, known: Numbers) -> bool:
        """Tell whether the rule is kept, when all its fields are known."""
        ...


class _Sum:
    """A rule that adds and subtracts: all that counts of the fields so far is one number."""

    def __init__(self, rule: Rule, parts: Mapping[str, Decimal]) -> None:
        self._compare, self._parts = COMPARISONS[rule.sign], parts

    def after(self, known: Numbers, field: str, number: Decimal) -> Numbers:
        so_far = known[0] if known else self._parts.get("", Decimal(0))
        return (so_far + self._parts[field] * number,)

    def keeps(self, known: Numbers) -> bool:
        return self._compare(known[0], Decimal(0))


class _Product:
    """A rule that multiplies fields with each other: every number is remembered."""

    def __init__(self, rule: Rule, order: Sequence[str]) -> None:
        self._rule, self._order = rule, [name for name in order if name in rule.fields]

    def after(self, known: Numbers, field: str, number: Decimal) -> Numbers:  # noqa: ARG002
        return (*known, number)

    def keeps(self, known: Numbers) -> bool:
        return self._rule.holds(dict(zip(self._order, known, strict=True)))


class _Option(NamedTuple):
    """A value that a field may hold, as rules see it."""

    place: int
    """Among the field's candidates, or REST."""
    probability: float
    number: Decimal | None
    """None where it is not known."""


class _Step(NamedTuple):
    """One way on from what rules know of the fields so far."""

    start: State
    option: _Option
    end: State
    weight: float


class _Duty(NamedTuple):
    """What one rule of a group has to do with one field."""

    name: str
    """Of the field."""
    place: int
    """Of the rule in the group."""
    judge: _Judge
    is_last: bool
    """Whether the rule speaks of no later field."""


class _Trellis:
    """All combinations of the values of a group of fields, those with equal sums as one.

    Weights are summed forward and backward over the fields, as in a hidden Markov model.
    """

    def __init__(self, rules: Sequence[Rule], beliefs: Mapping[str, Belief]) -> None:
        self._rules = rules
        names = tuple(dict.fromkeys(name for rule in rules for name in rule.fields))
        self._beliefs = {name: beliefs[name] for name in names}
        self._steps: list[list[_Step]] = []
        """From each field to the next, in the order of the fields."""
        self._weights: list[dict[State, float]] = [{_start(rules): 1.0}]
        """Of every state before each field, and after the last."""
        for name, duties in zip(names, _duties(rules, names), strict=True):
            self._advance(_options(self._beliefs[name]), duties)
        self._likeliest = dict(zip(names, self._best_places(), strict=True))

    def beliefs(self) -> dict[str, Belief]:
        """Return what each field may hold, given what all others may."""
        shares = self._shares()
        return {
            name: replace(
                _reweighed(belief, share, self._likeliest[name]),
                settled_by=belief.settled_by or self._settled_by(name),
            )
            for (name, belief), share in zip(self._beliefs.items(), shares, strict=True)
        }

    def broken(self) -> Iterator[tuple[Rule, str]]:
        """Yield the rules that the likeliest values do not keep, and what holds instead."""
        numbers = self._numbers()
        for rule in self._rules:
            if known := _breaking(rule, numbers):
                yield rule, rule.contradiction(known)

    def _settled_by(self, name: str) -> str:
        """Return which rule speaks against what a field by itself holds, if another value won."""
        if self._likeliest[name] == 0:
            return ""
        alone = self._beliefs[name].likeliest.value
        numbers = self._numbers() | {name: as_number(alone)}
        broken = (rule for rule in self._rules if name in rule.fields and _breaking(rule, numbers))
        return next((f"rule: {rule.text} does not hold with {alone or 0}" for rule in broken), "")

    def _numbers(self) -> dict[str, Decimal | None]:
        """Return the likeliest values as rules see them."""
        return {
            name: as_number(belief.candidates[self._likeliest[name]].value)
            for name, belief in self._beliefs.items()
        }

    def _advance(self, options: Sequence[_Option], duties: Sequence[_Duty]) -> None:
        """Go one field on from every state, to those that are likely enough."""
        before = self._weights[-1]
        likely = sorted(before, key=lambda state: -before[state])[: MOST_STEPS // len(options)]
        steps = [_step(state, option, duties) for state in likely for option in options]
        after: dict[State, float] = {}
        for step in steps:
            after[step.end] = after.get(step.end, 0.0) + before[step.start] * step.weight
        self._steps.append(steps)
        self._weights.append(after)

    def _shares(self) -> list[dict[int, float]]:
        """Return the weight of each option of each field, over all combinations."""
        shares: list[dict[int, float]] = []
        behind = dict.fromkeys(self._weights[-1], 1.0)
        for before, steps in zip(self._weights[-2::-1], self._steps[::-1], strict=True):
            share: dict[int, float] = {}
            ahead = dict.fromkeys(before, 0.0)
            for start, option, end, weight in steps:
                onward = weight * behind[end]
                ahead[start] += onward
                share[option.place] = share.get(option.place, 0.0) + before[start] * onward
            shares.append(share)
            behind = ahead
        return shares[::-1]

    def _best_places(self) -> tuple[int, ...]:
        """Return the place of each field's value in the likeliest combination."""
        best: dict[State, tuple[float, tuple[int, ...]]] = {_start(self._rules): (1.0, ())}
        for steps in self._steps:
            further: dict[State, tuple[float, tuple[int, ...]]] = {}
            for start, option, end, weight in steps:
                if option.place == REST or start not in best:
                    continue
                so_far, places = best[start]
                way = so_far * weight, (*places, option.place)
                further[end] = min(further.get(end, way), way, key=lambda way: (-way[0], way[1]))
            best = further
        return min(best.values(), key=lambda way: (-way[0], way[1]))[1]


def as_number(value: str) -> Decimal | None:
    """Return what rules compute with: 0 for nothing, None while a digit is unknown."""
    return None if UNKNOWN in value else Decimal(value or 0)


def _start(rules: Sequence[Rule]) -> State:
    return State(((),) * len(rules), is_broken=False)


def _duties(rules: Sequence[Rule], names: Sequence[str]) -> list[list[_Duty]]:
    """Return for each field what every rule that speaks of it does there."""
    judges = [_judge(rule, names) for rule in rules]
    last = [max(map(names.index, rule.fields)) for rule in rules]
    return [
        [
            _Duty(name, place, judges[place], is_last=last[place] == index)
            for place, rule in enumerate(rules)
            if name in rule.fields
        ]
        for index, name in enumerate(names)
    ]


def _breaking(rule: Rule, numbers: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    """Return the numbers that break a rule; none where they keep it, or it cannot be judged."""
    known = {name: number for name in rule.fields if (number := numbers[name]) is not None}
    return {} if len(known) < len(rule.fields) or rule.holds(known) else known


def _judge(rule: Rule, names: Sequence[str]) -> _Judge:
    parts = coefficients(Operation("-", rule.left, rule.right))
    return _Product(rule, names) if parts is None else _Sum(rule, parts)


def _options(belief: Belief) -> list[_Option]:
    """Return what a field may hold, its faintest values and all the others as one."""
    least = FAINT * belief.likeliest.probability
    options = [
        _Option(place, candidate.probability, as_number(candidate.value))
        for place, candidate in enumerate(belief.candidates[:MOST_OPTIONS])
        if candidate.probability >= least
    ]
    rest = max(0.0, 1 - sum(option.probability for option in options))
    return [*options, _Option(REST, rest, None)]


def _step(state: State, option: _Option, duties: Sequence[_Duty]) -> _Step:
    """Return the way on by one value of a field."""
    weight, after, is_broken = option.probability, list(state.known), state.is_broken
    for name, place, judge, is_last in duties:
        known = after[place]
        if known is not None:
            known = None if option.number is None else judge.after(known, name, option.number)
        if is_last:
            if known is None or not judge.keeps(known):
                weight *= AGAIN if is_broken else BROKEN
                is_broken = True
            known = ()  # all that end here alike go on as one
        after[place] = known
    return _Step(state, option, State(tuple(after), is_broken), weight)


def _reweighed(belief: Belief, shares: Mapping[int, float], likeliest: int) -> Belief:
    """Return a belief with other weights, one of its values first."""
    total = sum(shares.values())
    weighed = [
        replace(candidate, probability=shares.get(place, 0.0) / total)
        for place, candidate in enumerate(belief.candidates)
    ]
    first = weighed.pop(likeliest)
    others = sorted(weighed, key=lambda candidate: -candidate.probability)
    return replace(belief, candidates=(first, *others), rest=shares.get(REST, 0.0) / total)
