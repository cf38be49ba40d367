"""From what a field may hold to what is written into the table, and whether by itself."""

from formreader.belief import Belief, Candidate
from formreader.results import Decision, Status
from formreader.template import Field

UNSURE = "unsure"  # the one reason that a smaller promise would make go away
LEAST_GUESS = 0.02  # below it a value that can be right is no better a guess than one that cannot
SLIGHTEST = 1e-4  # a value less likely than this is no alternative worth a person's time
ALTERNATIVES = 3


def settle(belief: Belief, field: Field, broken: str, least_confidence: float | None) -> Decision:
    """Return what becomes of a field.

    Where the value to believe in cannot be right, as 7X4 or the 31st of April, the likeliest that
    can be is the guess for the person who looks.

    Args:
        belief: what it may hold, given the rest of the form.
        field: of the template.
        broken: the reason that names a rule it does not keep, or "".
        least_confidence: that is enough; None if none is.
    """
    chosen = belief.likeliest
    guess = _guess(belief)
    reason = chosen.reason or broken or _doubt(belief, field, least_confidence)
    return Decision(
        name=belief.name,
        value=guess.value,
        status=_status(chosen, reason),
        confidence=guess.probability if guess.possible else 0.0,
        read=belief.read,
        reason=reason or belief.settled_by,
        alternatives=_alternatives(belief, guess),
    )


def _guess(belief: Belief) -> Candidate:
    """Return the likeliest value, or the likeliest that can be right."""
    able = [each for each in belief.candidates if each.possible]
    if not belief.likeliest.possible and able and able[0].probability >= LEAST_GUESS:
        return able[0]
    return belief.likeliest


def _doubt(belief: Belief, field: Field, least_confidence: float | None) -> str:
    """Return why a person must look at a value that can be right, or ""."""
    if least_confidence is None or belief.likeliest.probability < least_confidence:
        return "; ".join(filter(None, [f"{UNSURE}: {_what_else(belief)}", belief.settled_by]))
    if field.review == "always":
        return "always: the template wants a person to see it"
    return ""


def _what_else(belief: Belief) -> str:
    others = _alternatives(belief, belief.likeliest)
    if not others:
        return "it is hard to read"
    value, _ = others[0]
    return f"it may be {value}" if value else "it may be blank"


def _alternatives(belief: Belief, guess: Candidate) -> tuple[tuple[str, float], ...]:
    others = (
        (each.value, each.probability)
        for each in belief.candidates
        if each is not guess and each.possible and each.probability > SLIGHTEST
    )
    return tuple(others)[:ALTERNATIVES]


def _status(chosen: Candidate, reason: str) -> Status:
    if reason:
        return Status.REVIEW
    return Status.ACCEPTED if chosen.value else Status.BLANK
