"""What the engines cost on one machine: the local one against dask, with as many workers.

Draws forms of sixty boxes, filled, at 300 dpi, as JPEG with the grain of a scanner, and reads all
of them by turns with each engine, files to tables. The cluster is there all the time, as one of
many machines would be. Then lots of a task that does nothing tell what a lot costs client,
scheduler and workers together. The best round of each counts, since other work on the machine can
only slow one down; what processors spent on all processes together it hardly changes.

    python benchmarks/engines.py
    python benchmarks/engines.py --pages 1000 --rounds 5
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import psutil
from machine import described
from read_speed import FORM, SECONDS, draw_pages, ms_per_page, read_all
from rich.console import Console
from rich.table import Table

from formreader import cluster
from formreader.cluster import Dask, start_cluster
from formreader.digits.recogniser import load_recogniser
from formreader.engines import Engine
from formreader.recipe import make_recipe
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.template_file import load_template
from formreader.workers import Workers, usual_limits

TABLES = ("fields.csv", "records.csv", "problems.csv")
LOTS = 1000


class Nothing:
    """Work that is none."""

    def __call__(self, task: int) -> Iterator[int]:
        """Yield one result."""
        yield task

    def lacks(self, _: int) -> str:
        """Need nothing."""
        return ""

    def lacked(self, _: int) -> str:
        """Need nothing."""
        return ""

    def rest(self, task: int, _: int) -> int:
        """Leave nothing."""
        return task

    def give_up(self, task: int, why: str) -> tuple[tuple[int, ...], None]:
        """Never be asked."""
        raise ValueError(f"{task}: {why}")


def main() -> None:
    """Draw, time and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("-j", "--jobs", type=int, default=2, help="workers")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    recipe = make_recipe([load_template(FORM)], load_recogniser(DEFAULT_MODEL, model_folders()))
    limits = usual_limits(SECONDS)
    console = Console(width=120)
    console.print(described())
    with (
        TemporaryDirectory() as folder,
        TemporaryDirectory() as runs,
        start_cluster(asked.jobs) as workers,
    ):
        draw_pages(Path(folder), asked.pages, colour=False)
        dask = Dask(asked.jobs, limits, workers.scheduler_address)
        engines = {"local": Workers(asked.jobs, limits), "dask": dask}
        works = {
            name: partial(read_into, Path(folder), recipe, engine, Path(runs, name))
            for name, engine in engines.items()
        }
        times = by_turns(works, asked.pages, asked.rounds)
        console.print(speeds(times, asked.jobs))
        console.print(f"tables of both the same: {same([Path(runs, name) for name in engines])}")
        page_ms = best(times["local"], "processor")
        console.print(
            costs(min(ms_of_lots(dask) for _ in range(asked.rounds)), page_ms, asked.jobs)
        )


def read_into(pages: Path, recipe: object, engine: Engine, out: Path) -> None:
    """Carry out a complete run, into a folder of its own each time; link the last as `out`."""
    number = len(list(out.parent.glob(f"{out.name}-*")))
    run = out.parent / f"{out.name}-{number}"
    read_all(pages, recipe, engine, run)
    out.unlink(missing_ok=True)
    out.symlink_to(run)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a page cost in a round, ms."""

    wall: float
    processor: float
    """Of all processes together."""


def by_turns(
    works: dict[str, Callable[[], None]], pages: int, rounds: int
) -> dict[str, list[Cost]]:
    """Time works, one after the other, round after round."""
    times: dict[str, list[Cost]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            before = spent()
            wall = ms_per_page(work, pages)
            times[name].append(Cost(wall, (spent() - before) * 1000 / pages))
    return times


def spent() -> float:
    """Return the seconds of the processor that this process and all it started have used."""
    time.sleep(1)  # until those that have ended are counted by who started them
    own = psutil.Process()
    return sum(sum(each.cpu_times()[:4]) for each in [own, *own.children(recursive=True)])


def speeds(times: dict[str, list[Cost]], jobs: int) -> Table:
    """Put times into a table."""
    table = Table(
        f"{jobs} workers", "pages/s", "worst round", "of local", "processor, ms a page", "of local"
    )
    wall, processor = (best(times["local"], name) for name in ("wall", "processor"))
    for name, found in times.items():
        table.add_row(
            name,
            f"{1000 / best(found, 'wall'):.1f}",
            f"{1000 / max(each.wall for each in found):.1f}",
            f"{wall / best(found, 'wall'):.1%}",
            f"{best(found, 'processor'):.1f}",
            f"{processor / best(found, 'processor'):.1%}",
        )
    return table


def best(found: list[Cost], name: str) -> float:
    """Return the least of some costs."""
    return min(getattr(each, name) for each in found)


def same(runs: list[Path]) -> bool:
    """Tell whether runs have the same tables, byte for byte."""
    return all(len({(run / name).read_bytes() for run in runs}) == 1 for name in TABLES)


def ms_of_lots(dask: Dask) -> float:
    """Return what lots of a task that does nothing cost all processors, in ms for each."""
    most, cluster.MOST = cluster.MOST, 1
    seconds = []
    for count in (10, 10 + LOTS):  # what is started takes as long for both
        before = spent()
        list(dask(Nothing(), range(count)))
        seconds.append(spent() - before)
    cluster.MOST = most
    return (seconds[1] - seconds[0]) * 1000 / LOTS


def costs(lot_ms: float, page_ms: float, jobs: int) -> str:
    """Say what a lot costs, and what share of the work that is."""
    seconds = cluster.LOT + jobs * cluster.LOT_PER_THREAD
    pages = seconds * 1000 / page_ms
    return (
        f"a lot that does nothing costs {lot_ms:.2f} ms of all processors; one of {seconds:.2f} s "
        f"holds {pages:.0f} pages: {lot_ms / pages:.2f} ms a page, {lot_ms / seconds / 1000:.1%}"
    )


if __name__ == "__main__":
    main()
