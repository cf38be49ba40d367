"""PDFs that PDFium cannot open, drawn by Poppler where that is installed."""

from collections.abc import Iterator
from pathlib import Path

from pdf2image import convert_from_path, pdfinfo_from_path
from pdf2image.exceptions import PDFInfoNotInstalledError

from formreader.errors import UnreadableError
from formreader.pages.gray import to_gray
from formreader.pages.guards import refusing_damage
from formreader.pages.scan import Scan, make_scan

TIMEOUT_S = 50  # for one page, which takes 0.4 s where nothing is wrong


def scans(path: Path, first: int, dpi: int) -> Iterator[Scan | UnreadableError]:
    """Draw the pages from the first asked for, an error in place of each that is damaged.

    Raises:
        UnreadableError: if nothing at all can be read, or Poppler is not installed.
    """
    with refusing_damage("PDF"):
        try:
            count = int(pdfinfo_from_path(str(path), timeout=TIMEOUT_S)["Pages"])
        except PDFInfoNotInstalledError as error:
            raise UnreadableError(
                "the PDF is damaged; where Poppler is installed it is tried as well"
            ) from error
    for number in range(first, count + 1):
        yield _draw(path, number, dpi)


def _draw(path: Path, number: int, dpi: int) -> Scan | UnreadableError:
    try:
        with refusing_damage("page of the PDF"):
            pictures = convert_from_path(
                path, dpi, first_page=number, last_page=number, timeout=TIMEOUT_S
            )
            return make_scan(to_gray(pictures[0]), float(dpi), float(dpi))
    except UnreadableError as error:
        return error
