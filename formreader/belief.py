"""What a field may hold, and how likely: before anything is decided."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value that a field may hold."""

    value: str
    """Canonical, as fields.csv has it; "?" where a digit is unknown."""
    probability: float
    """That the field holds it, given all that was read and all that is known of the form."""
    reason: str = ""
    """Why a person must look at it though it were sure: a short code, a colon and words; or ""."""
    possible: bool = True
    """Whether it is complete and breaks no constraint of its field."""


@dataclass(frozen=True, slots=True)
class Belief:
    """The values that a field may hold; their probabilities and `rest` make 1 together."""

    name: str
    read: str
    """The likeliest character of each box, or text of a field without boxes, constraints aside:
    what the machine saw."""
    candidates: tuple[Candidate, ...]
    """Never none; first the one to believe in, then the likeliest first."""
    rest: float = 0.0
    """Probability that it holds none of them."""
    settled_by: str = ""
    """Which constraint made the first candidate likelier than what was read: a short code, a colon
    and words; "" if none did."""

    def __post_init__(self) -> None:
        if not self.candidates:
            raise ValueError(f"expected a value that field {self.name} may hold, got none")

    @property
    def likeliest(self) -> Candidate:
        """The value to believe in."""
        return self.candidates[0]
