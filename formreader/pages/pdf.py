"""PDF: the scan of a page where the page is one, else the page as PDFium draws it."""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfiumError, PdfPage

from formreader.errors import UnreadableError
from formreader.pages import poppler
from formreader.pages.guards import refusing_damage, require_size
from formreader.pages.placement import POINTS_PER_INCH
from formreader.pages.scan import Scan, make_scan
from formreader.pages.stored import Traits, stored_scan

HEAD = b"%PDF-"  # anywhere in the first 1024 bytes, as Acrobat has it
END = b"%%EOF"  # anywhere in the last 1024, before padding
END_WITHIN = 1024
PIECE_BYTES = 1 << 20
PADDING = b"\0\t\n\r "
# The dictionaries of pictures are never compressed, so what PDFium keeps to itself can be found.
TELLTALE = re.compile(rb"/(?:(?P<mask>S?Mask)\b(?!\s*/None)|(?P<inversion>Decode)\s*\[)")
ENCRYPTED = {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}
PAGES_AT_ONCE = 20  # PDFium keeps what it has read: 500 MB after 300 pages, 130 MB reopened so
DRAWN_DPI = 300
MAX_DRAWN_PIXELS = 20_000_000  # A3 at 300 dpi has 17 million

# PDFium allows one thread at a time, whatever the documents. Re-entrant, as collecting garbage
# may close one document in the middle of work on another.
_pdfium = RLock()


def accepts(head: bytes) -> bool:
    """Tell by its first 1024 bytes whether a file is a PDF."""
    return HEAD in head


def count(path: Path) -> int:
    """Return how many pages a file has.

    Raises:
        UnreadableError: if PDFium cannot open it, or it is cut off.
        OSError: if the file cannot be opened.
    """
    _survey(path)
    with refusing_damage("PDF"), _open(path) as document, _pdfium:
        return len(document)


def scans(path: Path, first: int = 1) -> Iterator[Scan | UnreadableError]:
    """Yield the pages from the first asked for, an error in place of each that is damaged.

    Raises:
        UnreadableError: if nothing at all can be read.
        OSError: if the file cannot be opened.
    """
    traits = _survey(path)
    try:
        with _open(path) as document, _pdfium:
            pages = len(document)
    except PdfiumError as error:
        if error.err_code in ENCRYPTED:
            raise UnreadableError("the PDF is encrypted; save it without a password") from error
        yield from poppler.scans(path, first, DRAWN_DPI)
        return
    for start in range(first - 1, pages, PAGES_AT_ONCE):
        with _open(path) as document:
            for index in range(start, min(start + PAGES_AT_ONCE, pages)):
                yield _read(document, index, traits)


def _survey(path: Path) -> Traits:
    """Look through the bytes of a PDF, which PDFium would repair in silence if cut off.

    Takes 1 ms for each MB; piece by piece, as a file mapped into memory counts as memory used.
    """
    piece, found = b"", set[str | None]()
    with path.open("rb") as stream:
        while more := stream.read(PIECE_BYTES):
            piece = piece[-END_WITHIN:] + more
            found |= {match.lastgroup for match in TELLTALE.finditer(piece)}
    if END not in piece.rstrip(PADDING)[-END_WITHIN:]:
        raise UnreadableError("the PDF is cut off; its end is missing")
    return Traits(masked="mask" in found, inverted="inversion" in found)


@contextmanager
def _open(path: Path) -> Iterator[PdfDocument]:
    with _pdfium:
        document = PdfDocument(path.absolute())
        document.init_forms()  # before any page is loaded, else fields that were filled in are lost
    try:
        yield document
    finally:
        with _pdfium:
            document.close()


def _read(document: PdfDocument, index: int, traits: Traits) -> Scan | UnreadableError:
    try:
        with _pdfium, refusing_damage("page of the PDF"):
            page = document[index]
            try:
                for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
                    require_size(*picture.get_px_size())
                return stored_scan(page, traits) or _draw(page)
            finally:
                page.close()
    except UnreadableError as error:
        return error


def _draw(page: PdfPage) -> Scan:
    """Draw a page in grey, at less than the usual resolution if it is a poster."""
    width, height = page.get_size()
    most = math.sqrt(MAX_DRAWN_PIXELS / (width * height))
    scale = min(DRAWN_DPI / POINTS_PER_INCH, most)
    # pypdfium2 rounds up: 595.2 points, A4 in single precision, would be 2481 pixels.
    exact = (max(1, round(width * scale)) - 0.01) / width
    # 32 ms against 124 for drawing in colour with `grayscale`.
    bitmap = page.render(scale=exact, force_bitmap_format=pdfium.FPDFBitmap_Gray)
    dpi = scale * POINTS_PER_INCH
    return make_scan(bitmap.to_numpy().copy(), dpi, dpi)
