"""What some commands need beyond the base package."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from formreader.errors import SetupError

Extra = Literal["charts", "cluster", "parquet", "train", "web"]
"""A group of packages in pyproject.toml that is installed only when asked for."""


@contextmanager
def packages_of(extra: Extra, *, user: str, otherwise: str = "") -> Iterator[None]:
    """Import within it what an extra brings.

    Args:
        extra: what to install where a package is missing.
        user: what needs it, as the subject of a sentence.
        otherwise: what else helps.

    Raises:
        SetupError: if a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        remedy = f"install it with: pip install 'formreader[{extra}]'"
        raise SetupError(
            f"{user} needs {error.name}; {remedy}" + (f", or {otherwise}" if otherwise else "")
        ) from error
