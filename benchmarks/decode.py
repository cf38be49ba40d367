"""What reading a page costs by format, against OpenCV's imread of the same file in the same run.

The page is a drawn form of A4 at 300 dpi with the grain of a scanner. What imread cannot open is
set against the format that is stored in it.

    python benchmarks/decode.py
    python benchmarks/decode.py --rounds 21 --keep pages
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pypdfium2.raw as pdfium
from machine import described
from PIL import Image
from pypdfium2 import PdfDocument

from formreader.images import GrayImage
from formreader.pages import Page, read_pages

WIDTH, HEIGHT, DPI = 2480, 3508, (300, 300)


@dataclass(frozen=True, slots=True)
class Case:
    """A page in one format."""

    title: str
    file: str
    save: Callable[[Image.Image, Path], None]
    mode: str = "L"
    against: str | None = None
    """The file that imread reads instead."""


def saving(**settings: object) -> Callable[[Image.Image, Path], None]:
    """Return a function that saves a picture with these settings of Pillow."""
    return lambda page, path: page.save(path, **settings)


def save_drawn_pdf(page: Image.Image, path: Path) -> None:
    """Save a PDF whose page is a scan with a line drawn over it."""
    page.save(path, resolution=300)
    with PdfDocument(path.read_bytes()) as document:
        sheet = document[0]
        line = pdfium.FPDFPageObj_CreateNewRect(50, 50, 200, 1)
        pdfium.FPDFPath_SetDrawMode(line, pdfium.FPDF_FILLMODE_WINDING, 0)
        pdfium.FPDFPage_InsertObject(sheet, line)
        sheet.gen_content()
        document.save(path)


EXIF = Image.Exif()
EXIF[0x0112] = 6  # orientation: to be turned to the right

CASES = (
    Case("JPEG, grey", "grey.jpg", saving(quality=85, dpi=DPI)),
    Case("JPEG, colour", "colour.jpg", saving(quality=85, dpi=DPI), "RGB"),
    Case("JPEG, lying on its side", "side.jpg", saving(quality=85, dpi=DPI, exif=EXIF), "RGB"),
    Case("JPEG, progressive", "progressive.jpg", saving(quality=85, progressive=True), "RGB"),
    Case("PNG, grey", "grey.png", saving(dpi=DPI)),
    Case("PNG, colour", "colour.png", saving(dpi=DPI), "RGB"),
    Case("PNG, transparent", "alpha.png", saving(dpi=DPI), "RGBA"),
    Case("PNG, black and white", "bits.png", saving(dpi=DPI), "1"),
    Case("BMP, colour", "colour.bmp", saving(), "RGB"),
    Case("WebP, colour", "colour.webp", saving(quality=85), "RGB"),
    Case("TIFF, G4", "g4.tif", saving(compression="group4", dpi=DPI), "1"),
    Case("TIFF, G4, coarse fax", "fax.tif", saving(compression="group4", dpi=(204, 98)), "1"),
    Case("TIFF, LZW", "lzw.tif", saving(compression="tiff_lzw", dpi=DPI)),
    Case("TIFF, plain", "plain.tif", saving(dpi=DPI)),
    Case("TIFF, JPEG", "jpeg.tif", saving(compression="jpeg", dpi=DPI), "RGB"),
    Case("PDF, scan as JPEG", "jpeg.pdf", saving(resolution=300), "RGB", "colour.jpg"),
    Case("PDF, scan as G4", "g4.pdf", saving(resolution=300), "1", "g4.tif"),
    Case("PDF, scan with a line over it", "drawn.pdf", save_drawn_pdf, "L", "grey.jpg"),
)


def draw_form() -> GrayImage:
    """Draw rows of boxes and lines of print, with the grain of paper."""
    paper = np.full((HEIGHT, WIDTH), 245, np.uint8)
    for row in range(10):
        cv2.putText(paper, f"Field {row}", (200, 260 + 300 * row), 0, 1.5, 30, 3)
        for column in range(6):
            x, y = 600 + 120 * column, 200 + 300 * row
            cv2.rectangle(paper, (x, y), (x + 60, y + 80), 0, 3)
            cv2.putText(paper, str(column), (x + 12, y + 62), 0, 1.6, 60, 5)
    grain = np.random.default_rng(0).normal(0, 4, paper.shape)
    return np.clip(paper + grain, 0, 255).astype(np.uint8)


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a function takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def measure(folder: Path, case: Case, rounds: int) -> tuple[float, float]:
    """Return milliseconds of imread and of formreader, medians over rounds in turn."""
    read = folder / case.file
    opened = str(folder / (case.against or case.file))
    (page,) = read_pages(read, case.file)
    if not isinstance(page, Page):
        raise SystemExit(f"{case.title}: {page.error}")
    pairs = [
        (
            milliseconds(lambda: cv2.imread(opened, cv2.IMREAD_GRAYSCALE)),
            milliseconds(lambda: list(read_pages(read, case.file))),
        )
        for _ in range(rounds)
    ]
    alone, ours = zip(*pairs, strict=True)
    return median(alone), median(ours)


def main() -> None:
    """Draw the page, save it in every format, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--keep", type=Path, help="a folder to leave the pages in")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    form = Image.fromarray(draw_form())
    print(described())
    print(f"{'300-dpi A4 page':<32}{'imread':>10}{'formreader':>12}{'ratio':>8}")
    with TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for case in CASES:
            case.save(form.convert(case.mode, dither=Image.Dither.NONE), folder / case.file)
        for case in CASES:
            alone, ours = measure(folder, case, arguments.rounds)
            print(f"{case.title:<32}{alone:>7.1f} ms{ours:>9.1f} ms{ours / alone:>8.2f}")


if __name__ == "__main__":
    main()
