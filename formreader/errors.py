"""What can go wrong on purpose: set-ups that stop a run, pages that are set aside."""

from collections.abc import Sequence
from pathlib import Path


class FormreaderError(Exception):
    """Every error this program raises deliberately; its text is for the user."""

    exit_code = 1


class SetupError(FormreaderError):
    """Wrong usage, template, model or input: nothing was started."""

    exit_code = 2


class BrokenOffError(FormreaderError):
    """A run was broken off in its midst; the same command goes on."""


class TemplateError(SetupError):
    """A template cannot be used; all of its problems are listed at once."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"{path.as_posix()} is not a valid template:{lines}")
        self.path = path
        self.problems = tuple(problems)


class ModelError(SetupError):
    """A digit network or its card is missing, damaged or of another kind."""


class InputError(SetupError):
    """The files to read, or a table to compare with, cannot be used."""


class PageError(FormreaderError):
    """A page cannot be read; it becomes a row of problems.csv and the run goes on.

    The text is the reason as the row shows it: a short code, a colon, words.
    """

    code = "page"

    def __init__(self, words: str) -> None:
        super().__init__(f"{self.code}: {words}")


class UnreadableError(PageError):
    """The file is no picture, is damaged, encrypted, empty or too large."""

    code = "unreadable"


class NotFetchedError(PageError):
    """The file could not be fetched from where it is kept; the next run tries again."""

    code = "not fetched"


class BlankPageError(PageError):
    """The page holds nothing: it is all white or all black."""

    code = "blank page"


class AlignmentError(PageError):
    """The page is not the form of any template, or lies too far askew to be read."""

    code = "not this form"


def not_written(place: Path | str, why: object) -> str:
    """Return what is said where a disk does not take what a run writes."""
    return (
        f"{place} cannot be written: {why}; "
        "when that is mended, run the same command again to go on"
    )
