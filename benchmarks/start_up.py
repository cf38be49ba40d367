"""How long it takes from the start of a process to its end, by the clock; the best of several.

python benchmarks/start_up.py
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import described

TEMPLATE = "expense-claim"
ROUNDS = 5


def best_s(*arguments: str, folder: Path) -> float:
    """Run `formreader` several times; return the shortest time, seconds."""
    times = []
    for number in range(ROUNDS):
        command = [sys.executable, "-m", "formreader", *arguments]
        started = time.perf_counter()
        subprocess.run(
            [each.format(number=number) for each in command],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    """Print a line for each command."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw = [sys.executable, "-m", "formreader", "synth", TEMPLATE, "-n", "1", "-o", "forms"]
        subprocess.run(draw, cwd=folder, check=True, capture_output=True)
        read = ("read", "forms/pages", "-t", TEMPLATE, "-o", "out{number}")
        print(described())
        print(f"formreader --help               {best_s('--help', folder=folder):.2f} s")
        print(f"formreader read, with one page  {best_s(*read, folder=folder):.2f} s")


if __name__ == "__main__":
    main()
