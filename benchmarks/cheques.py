"""Real cheques and amounts, read by the program's own command and compared with their truth.

Of each field of each set: the share that is exact, the share accepted at the promise, how many of
these are wrong. The folder holds the sets: `idrbt-cheques`, `us-checks` and `orand-car-a`, each
with `images` and `score.csv`. Code lines have no truth there; give one as `file,field,value`.

    python benchmarks/cheques.py SETS_FOLDER --codes CODES.csv
"""

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from formreader.score import Tally, score

SETS = {
    "idrbt-cheques": "cheque-in",
    "us-checks": "cheque-us",
    "orand-car-a": Path(__file__).with_name("amount.toml").as_posix(),
}
"""By what template each is read."""
WITH_CODES = "idrbt-cheques"
ABLE = (0, 3)  # exit codes: all was read, or some pages were set aside


def main() -> None:
    """Read, compare and print."""
    asked = _arguments()
    table = Table("set", "field", "fields", "exact", "accepted", "wrong of these", "95% certain")
    for name, template in SETS.items():
        folder = asked.sets / name
        with TemporaryDirectory() as out:
            _read(folder / "images", template, asked.max_error, Path(out))
            truths = [folder / "score.csv"]
            truths += [asked.codes] if asked.codes and name == WITH_CODES else []
            for truth in truths:
                for field, tally in score(Path(out), truth).by_field.items():
                    table.add_row(name, field, *_shown(tally))
    Console().print(table)


def _read(images: Path, template: str, max_error: float, out: Path) -> None:
    command = ["read", str(images), "-t", template, "--max-error", str(max_error), "-o", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "formreader", *command, "--no-images"], check=False
    )
    if done.returncode not in ABLE:
        raise SystemExit(done.returncode)


def _shown(tally: Tally) -> tuple[str, str, str, str, str]:
    low, high = tally.wrong_interval
    return (
        str(tally.fields),
        f"{tally.exact / tally.fields:.1%}",
        f"{tally.accepted / tally.fields:.1%}",
        f"{tally.wrong} of {tally.accepted}",
        f"{low:.2%} to {high:.2%}",
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", type=Path, help="folder of the sets")
    parser.add_argument("--codes", type=Path, help="truth of the Indian code lines")
    parser.add_argument("--max-error", type=float, default=0.01)
    return parser.parse_args()


if __name__ == "__main__":
    main()
