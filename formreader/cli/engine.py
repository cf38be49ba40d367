"""The engines that a command can name."""

import os
from enum import StrEnum

from formreader.cli.extras import packages_of
from formreader.engines import Engine
from formreader.errors import SetupError
from formreader.workers import Workers, usual_limits

PAGE_SECONDS = 60.0  # an A4 page takes 0.05


class EngineName(StrEnum):
    """Who carries out the work."""

    LOCAL = "local"
    DASK = "dask"


def make_engine(
    name: EngineName, jobs: int | None, seconds: float, scheduler: str | None = None
) -> Engine:
    """Return an engine.

    Args:
        name: of it.
        jobs: pages read at once; None: as many as this machine has cores.
        seconds: that a page may take.
        scheduler: the address of a cluster; None: the work is done on this machine.

    Raises:
        SetupError: if what it needs is not installed, or the options do not go together.
    """
    if scheduler is not None and (name is not EngineName.DASK or jobs is not None):
        raise SetupError(
            "--scheduler goes with --engine dask, and without -j: a cluster has the workers it has"
        )
    count, limits = jobs or os.cpu_count() or 1, usual_limits(seconds)
    if name is EngineName.LOCAL:
        return Workers(count, limits)
    with packages_of("cluster", user="--engine dask"):
        from formreader.cluster import Dask
    return Dask(count, limits, scheduler)
