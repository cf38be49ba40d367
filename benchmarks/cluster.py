"""How reading would scale to a cluster: simulated from what each part was measured to cost.

Measured here, as time of the processor, which other work on the machine hardly changes: reading a
page; what the scheduler and the client spend on a lot; what the client spends on a page (its hash,
opening what workers send, the store), and in the end on deciding it; bytes of files and results.
Then lots go through one client, one scheduler and any number of workers, as many under way as the
engine allows, until all flows evenly.

    python benchmarks/cluster.py
    python benchmarks/cluster.py --pages 1000
"""

import argparse
import heapq
import os
import pickle
import random
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import psutil
from engines import Nothing
from machine import described
from read_speed import FORM, SECONDS, draw_pages
from rich.console import Console
from rich.table import Table

from formreader import cluster
from formreader.batch import Settings, run_batch
from formreader.cluster import AHEAD, LOT, LOT_PER_THREAD, MOST, Dask
from formreader.digits.recogniser import load_recogniser
from formreader.file_reader import FileReader, FileTask
from formreader.inputs import find_inputs
from formreader.intake import Tally
from formreader.recipe import Recipe, make_recipe
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.template_file import load_template
from formreader.workers import usual_limits

DRAWN = 40
LOTS = 1000
WORKERS = (1, 2, 10, 50, 100, 200, 500, 1000)
PAGES = 100_000_000
NETWORK = 1.25e9  # bytes a second that a machine takes in: 10 Gbit/s
ROUNDS = 30  # lots that each worker does in the simulation


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured; all times in seconds."""

    pages: tuple[float, ...]
    """Of a worker, for each of some pages."""
    scheduler_lot: float
    client_lot: float
    client_page: float
    deciding_page: float
    file_bytes: float
    """Of a page's file, which client and worker read."""
    result_bytes: float
    """Of a page, from worker to scheduler to client."""
    store_bytes: float
    """Of a page, in run.sqlite."""


class Replay:
    """An engine that has everything already: what is left is the client's own work."""

    def __init__(self, found: list[bytes]) -> None:
        """Take the pickled results of some tasks, each of one page."""
        self._found = found

    def __call__(self, _: object, tasks: Iterable[FileTask]) -> Generator[object, None, None]:
        """Yield results for every task as if they had just come."""
        for number, task in enumerate(tasks):
            for result in pickle.loads(self._found[number % len(self._found)]):
                object.__setattr__(result, "task", task)
                yield result


def main() -> None:
    """Measure, simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=600, help="that the client takes in")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    recipe = make_recipe([load_template(FORM)], load_recogniser(DEFAULT_MODEL, model_folders()))
    console = Console(width=120)
    console.print(described())
    costs = measured(recipe, asked.pages)
    console.print(told(costs))
    console.print(scaling(costs))


def measured(recipe: Recipe, pages: int) -> Costs:
    """Measure what each part costs."""
    with TemporaryDirectory() as folder:
        drawn = Path(folder, "drawn")
        drawn.mkdir()
        paths = draw_pages(drawn, DRAWN, colour=False)
        times, found = read_one_by_one(recipe, paths)
        intake, deciding, store = take_in(recipe, paths, found, pages, Path(folder))
        scheduler, client = hand_out()
        return Costs(
            pages=tuple(times),
            scheduler_lot=scheduler,
            client_lot=client,
            client_page=intake,
            deciding_page=deciding,
            file_bytes=sum(path.stat().st_size for path in paths) / len(paths),
            result_bytes=sum(map(len, found)) / len(found),
            store_bytes=store,
        )


def read_one_by_one(recipe: Recipe, paths: list[Path]) -> tuple[list[float], list[bytes]]:
    """Return how long each page takes, and what comes of it, pickled."""
    reader = FileReader(recipe)
    times, found = [], []
    list(reader(FileTask(paths[0], paths[0].name, "")))  # the first prepares the network
    for path in paths:
        start = time.process_time()
        results = list(reader(FileTask(path, path.name, "")))
        times.append(time.process_time() - start)
        found.append(pickle.dumps(results))
    return times, found


def take_in(
    recipe: Recipe, paths: list[Path], found: list[bytes], pages: int, folder: Path
) -> tuple[float, float, float]:
    """Return what a page costs the client while reading, and for deciding, and bytes it stores."""
    many = folder / "many"
    many.mkdir()
    for number in range(pages):
        scan = paths[number % len(paths)].read_bytes()
        (many / f"{number:06}.jpg").write_bytes(scan + number.to_bytes(4, "big"))
    inputs = find_inputs([str(many)], None)
    last = start = time.process_time()

    def watch(_: Tally) -> None:
        nonlocal last
        last = time.process_time()

    settings = Settings(folder / "run", max_error=0.001, engine=Replay(found), images=False)
    run_batch(inputs, recipe, settings, watch, lambda: datetime.now(UTC))
    end = time.process_time()
    stored = (folder / "run" / "run.sqlite").stat().st_size
    return (last - start) / pages, (end - last) / pages, stored / pages


def hand_out() -> tuple[float, float]:
    """Return what a lot costs the scheduler, and the client."""
    most, cluster.MOST = cluster.MOST, 1
    with started_cluster() as (address, scheduler):
        results = Dask(1, usual_limits(SECONDS), address)(Nothing(), range(LOTS + 100))
        for _ in range(100):
            next(results)
        client, theirs = time.process_time(), spent(scheduler)
        count = sum(1 for _ in results)
        costs = (spent(scheduler) - theirs) / count, (time.process_time() - client) / count
    cluster.MOST = most
    return costs


@contextmanager
def started_cluster() -> Iterator[tuple[str, psutil.Process]]:
    """Start a scheduler with two workers, each a process; give its address and process."""
    port = 8795
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    commands = [
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        *[[*dask, "worker", address, "--nthreads", "1", "--no-dashboard"]] * 2,
    ]
    places = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # where `Nothing` is
    quiet = subprocess.DEVNULL
    processes = [
        subprocess.Popen(command, env=places, stdout=quiet, stderr=quiet) for command in commands
    ]
    try:
        yield address, psutil.Process(processes[0].pid)
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def spent(process: psutil.Process) -> float:
    """Return the seconds of the processor that a process has used."""
    times = process.cpu_times()
    return times.user + times.system


def told(costs: Costs) -> Table:
    """Put what was measured into a table."""
    page = sum(costs.pages) / len(costs.pages)
    table = Table("measured", "")
    rows = {
        "a worker reads a page": f"{page * 1000:.1f} ms",
        "the scheduler spends on a lot": f"{costs.scheduler_lot * 1000:.2f} ms",
        "the client spends on a lot": f"{costs.client_lot * 1000:.2f} ms",
        "the client spends on a page": f"{costs.client_page * 1000:.2f} ms",
        "deciding and the tables, a page": f"{costs.deciding_page * 1000:.2f} ms",
        "file of a page": f"{costs.file_bytes / 1e6:.2f} MB",
        "results of a page": f"{costs.result_bytes / 1e3:.1f} kB",
        "run.sqlite, a page": f"{costs.store_bytes / 1e3:.1f} kB",
        f"deciding {PAGES:,} pages": f"{PAGES * costs.deciding_page / 3600:.0f} h",
        f"run.sqlite of {PAGES:,} pages": f"{PAGES * costs.store_bytes / 1e9:,.0f} GB",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def scaling(costs: Costs) -> Table:
    """Simulate clusters of many sizes, and put what they do into a table."""
    title = f"simulated; files come and go at {NETWORK * 8 / 1e9:.0f} Gbit/s a machine"
    columns = ("workers", "pages a lot", "pages/s", "of ideal", "client busy", "scheduler busy")
    table = Table(*columns, f"days for {PAGES:,} pages", "held back by", title=title)
    page = sum(costs.pages) / len(costs.pages)
    for workers in WORKERS:
        speed, size, client, scheduler = simulate(costs, workers)
        limits = {
            "the client": client,
            "the scheduler": scheduler,
            "reading": speed * page / workers,
        }
        table.add_row(
            f"{workers:,}",
            f"{size}",
            f"{speed:,.0f}",
            f"{speed * page / workers:.0%}",
            f"{client:.0%}",
            f"{scheduler:.0%}",
            f"{PAGES / speed / 86400:,.1f}",
            max(limits, key=lambda name: limits[name]),
        )
    return table


def simulate(costs: Costs, workers: int) -> tuple[float, int, float, float]:
    """Let lots flow through client, scheduler and workers.

    Returns pages a second, pages in a lot, and how busy the client and the scheduler are.
    """
    rng = random.Random(1)
    size = lot_size(costs, workers)
    taking = costs.client_lot / 2 + size * (costs.file_bytes / NETWORK + costs.client_page / 2)
    keeping = costs.client_lot / 2 + size * (costs.result_bytes / NETWORK + costs.client_page / 2)
    passing = costs.scheduler_lot + size * costs.result_bytes / NETWORK
    loading = size * costs.file_bytes / NETWORK
    free = [0.0] * workers
    coming: list[float] = []  # when lots are back at the client
    client = scheduler = 0.0
    for _ in range(ROUNDS * workers):
        while coming and (coming[0] <= client or len(coming) >= AHEAD * workers):
            client = max(client, heapq.heappop(coming)) + keeping
        client += taking
        scheduler = max(scheduler, client) + passing
        begin = max(scheduler, heapq.heappop(free))
        end = begin + loading + sum(rng.choices(costs.pages, k=size))
        heapq.heappush(free, end)
        heapq.heappush(coming, end)
    while coming:
        client = max(client, heapq.heappop(coming)) + keeping
    lots = ROUNDS * workers
    busy = lots * (taking + keeping) / client, lots * passing / client
    return lots * size / client, size, *busy


def lot_size(costs: Costs, workers: int) -> int:
    """Return how many pages the engine would put into a lot."""
    page = sum(costs.pages) / len(costs.pages)
    return max(1, min(MOST, round((LOT + LOT_PER_THREAD * workers) / page)))


if __name__ == "__main__":
    main()
