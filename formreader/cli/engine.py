"""The engines that a command can name."""

import os
from enum import StrEnum

from formreader.engines import Engine
from formreader.workers import Workers, usual_limits

PAGE_SECONDS = 60.0  # an A4 page takes 0.05


class EngineName(StrEnum):
    """Who carries out the work."""

    LOCAL = "local"


def make_engine(name: EngineName, jobs: int | None, seconds: float) -> Engine:
    """Return an engine.

    Args:
        name: of it.
        jobs: pages read at once; None: as many as this machine has cores.
        seconds: that a page may take.
    """
    count = jobs or os.cpu_count() or 1
    return {EngineName.LOCAL: Workers(count, usual_limits(seconds))}[name]
