"""All that is measured of speed and memory, one table after the other; some 25 minutes.

    python benchmarks
    python benchmarks stages input_kinds

Each part is a script that can be run by itself, with settings of its own: `--help` names them.
"""

import argparse
import subprocess
import sys
from pathlib import Path

PARTS = {
    "start_up": ("how long it takes to start", ()),
    "stages": ("what each stage of a page costs", ()),
    "read_speed": ("a whole read by -j, against imread", ("--pages", "100")),
    "input_kinds": ("a whole read by kind of file, against imread", ("--pages", "30")),
    "alternatives": ("what people would use instead", ("--pages", "8")),
    "engines": ("the local engine and dask", ("--pages", "200", "--rounds", "2")),
    "large_file": ("memory for a PDF of 500 pages", ()),
    "many_files": ("memory and work for many small files", ("--files", "6000")),
}
"""What each script measures, and its settings here."""


def main() -> int:
    """Run the parts asked for; return 1 if one of them did not end well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; or all")
    asked = parser.parse_args().parts or list(PARTS)
    unknown = sorted({*asked} - {*PARTS})
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    codes = []
    for name in asked:
        title, settings = PARTS[name]
        print(f"\n{name}.py: {title}", flush=True)
        script = Path(__file__).with_name(f"{name}.py")
        codes.append(subprocess.run([sys.executable, script, *settings], check=False).returncode)
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
