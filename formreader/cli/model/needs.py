"""What some commands need beyond the base package."""

from collections.abc import Iterator
from contextlib import contextmanager

from formreader.errors import SetupError


@contextmanager
def training_packages() -> Iterator[None]:
    """Import within it what the extra `train` brings.

    Raises:
        SetupError: if it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise SetupError(
            f"training needs {error.name}; install it with: pip install 'formreader[train]'"
        ) from error
