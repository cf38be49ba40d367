"""Files that arrive in a folder: which of them are there whole, and new."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from formreader.addresses import Source
from formreader.inputs import InputFile

AGAIN, LAST_AGAIN = 30.0, 3600.0  # seconds before another try; each time twice as many, at most


class State(NamedTuple):
    """What changes when a file is written."""

    size: int | None
    """Bytes; None where a store does not say."""
    changed: int | str | None
    """When, as the file system has it, nanoseconds; of an object, its version."""


@dataclass(slots=True)
class Arrivals:
    """Keeps an eye on files until they have stopped growing.

    They are looked at again and again: no system tells of what others write to a network share.
    """

    settle: float
    """Seconds for which a file must stay as it is."""
    _since: dict[Source, tuple[State, float]] = field(default_factory=dict)
    """How each file that waits was seen first, and when."""
    _taken: dict[Source, State] = field(default_factory=dict)
    _tries: Counter[tuple[Source, State]] = field(default_factory=Counter)
    """How often each file was put back as it was."""

    def take(self, files: Iterable[InputFile], now: float) -> list[InputFile]:
        """Return the files that are whole and new, or changed, since they were last taken.

        Args:
            files: that are there.
            now: seconds by a clock that never goes back.
        """
        whole = []
        for given in files:
            state = _state_of(given)
            if state is None or self._taken.get(given.path) == state:
                continue
            seen, since = self._since.get(given.path, (None, now))
            if seen != state:
                self._since[given.path] = (state, now)
            elif now - since >= self.settle:
                del self._since[given.path]
                self._taken[given.path] = state
                whole.append(given)
        return whole

    def forget(self, files: Iterable[InputFile]) -> None:
        """Let files that could not be read after all be taken once more."""
        for given in files:
            self._taken.pop(given.path, None)

    def put_back(self, files: Iterable[InputFile], now: float) -> None:
        """Let files that were taken and could not be read be taken later, each time after longer.

        Args:
            files: of which each waits anew until it has settled.
            now: seconds by a clock that never goes back.
        """
        for given in files:
            state = self._taken.pop(given.path)
            wait = min(AGAIN * 2 ** self._tries[given.path, state], LAST_AGAIN)
            self._tries[given.path, state] += 1
            self._since[given.path] = (state, now + wait)


def _state_of(given: InputFile) -> State | None:
    """Return what a file is like now, an object as it was listed; None where it has gone."""
    if not isinstance(given.path, Path):
        return State(given.listed.size, given.listed.version) if given.listed else None
    try:
        found = given.path.stat()
    except OSError:
        return None
    return State(found.st_size, found.st_mtime_ns)
