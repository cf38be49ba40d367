"""Write drawn forms to a folder, with the truth about them in a table."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

from formreader.errors import InputError
from formreader.synth.camera import Camera
from formreader.synth.forms import DrawnForm
from formreader.synth.scanner import Scanner

COLUMNS = ("file", "page", "field", "value", "writer", "condition")


def write_samples(folder: Path, forms: Iterable[DrawnForm]) -> Iterator[Path]:
    """Write forms to FOLDER/pages and their values to FOLDER/truth.csv.

    Yields the path of each picture once it is written; the table is complete after the last.

    Raises:
        InputError: if there are pages in the folder already.
    """
    pages = folder / "pages"
    if pages.is_dir() and any(pages.iterdir()):
        raise InputError(f"{pages.as_posix()} holds pages already; name another folder")
    pages.mkdir(parents=True, exist_ok=True)
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for number, form in enumerate(forms, 1):
            condition = form.condition
            path = pages / f"{number:04}-{condition.name}{condition.capture.suffix}"
            _save(form, path)
            table.writerows(
                (path.name, 1, field.name, field.value, form.writer, condition.name)
                for field in form.fields
            )
            yield path


def _save(form: DrawnForm, path: Path) -> None:
    """Write a picture as the device would that took it."""
    picture = Image.fromarray(form.image)
    match form.condition.capture:
        case Camera() as camera:
            picture.save(path, quality=camera.jpeg)
        case Scanner(jpeg=int(quality)) as scanner:
            picture.save(path, quality=quality, dpi=scanner.written_dpi)
        case Scanner(bilevel=True) as scanner:
            picture.convert("1").save(path, dpi=scanner.written_dpi)
        case Scanner() as scanner:
            picture.save(path, dpi=scanner.written_dpi, compress_level=1)
