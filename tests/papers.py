"""Drawn sheets of paper, and PDFs written by hand to hold them in every way a scanner might."""

import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from formreader.images import GrayImage
from formreader.pages import FailedPage, Page, read_pages


def sheet(width: int = 300, height: int = 400) -> GrayImage:
    """Return a page on which no side looks like another."""
    paper = np.full((height, width), 230, np.uint8)
    cv2.rectangle(paper, (width // 10, height // 10), (width // 2, height // 3), 40, 3)
    cv2.line(paper, (width // 10, height - height // 5), (width - 20, height - height // 10), 90, 5)
    cv2.circle(paper, (width - width // 5, height // 4), width // 10, 0, -1)
    return paper


def distance(one: GrayImage, other: GrayImage) -> float:
    """Return by how many grey levels two pictures of one size differ on average."""
    assert one.shape == other.shape
    return float(np.mean(cv2.absdiff(one, other)))


def encoded(image: Image.Image | GrayImage, format: str, **settings: object) -> bytes:
    """Return a picture as the bytes of a file."""
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    stream = BytesIO()
    picture.save(stream, format, **settings)
    return stream.getvalue()


def pdf(*pages: bytes, objects: Sequence[bytes] = (), catalog: bytes = b"") -> bytes:
    """Return a PDF of pages: entries of their dictionaries; `objects` are numbered from 3."""
    first = 3 + len(objects)
    kids = b" ".join(b"%d 0 R" % number for number in range(first, first + len(pages)))
    everything = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        *objects,
        *(b"<< /Type /Page /Parent 2 0 R %s >>" % page for page in pages),
    ]
    data, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(everything, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(everything) + 1, len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(data)


def stream(entries: bytes, data: bytes) -> bytes:
    """Return an object of a PDF that holds bytes."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def picture(image: GrayImage, entries: bytes = b"/ColorSpace /DeviceGray") -> bytes:
    """Return a picture of a PDF, stored without loss."""
    height, width = image.shape[:2]
    head = b"/Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /Filter /FlateDecode "
    return stream(head % (width, height) + entries, zlib.compress(image.tobytes()))


SCAN = b"q 72 0 0 96 0 0 cm /Im Do Q"  # the picture laid over the whole page


def scanned_pdf(
    scan: bytes, content: bytes = SCAN, page: bytes = b"", *more: bytes, catalog: bytes = b""
) -> bytes:
    """Return a PDF of one page, 72 x 96 points: of 300 x 400 pixels at 300 dpi.

    Args:
        scan: the picture that the content names /Im.
        content: what is drawn.
        page: more entries of the page's dictionary.
        more: objects, numbered from 6; the content may name the first of them /More.
        catalog: more entries of the document's dictionary.
    """
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    resources = b"/Resources << /XObject << /Im 3 0 R /More 6 0 R >> /Font << /F 4 0 R >> >>"
    entries = b"/MediaBox [0 0 72 96] /Contents 5 0 R %s %s" % (resources, page)
    objects = [scan, font, stream(b"", content), *more]
    return pdf(entries, objects=objects, catalog=catalog)


def pages_of(folder: Path, data: bytes) -> list[Page | FailedPage]:
    """Return the pages of a file, whose name is hard to handle and tells no type."""
    file = folder / "Seite ß 1.scan"
    file.write_bytes(data)
    return list(read_pages(file, "in/a.scan"))


def read(folder: Path, data: bytes) -> Page:
    """Return the only page of a file."""
    (page,) = pages_of(folder, data)
    assert isinstance(page, Page), page.error
    return page


def fail(folder: Path, data: bytes) -> str:
    """Return why the only page of a file is set aside."""
    (page,) = pages_of(folder, data)
    assert isinstance(page, FailedPage)
    return str(page.error)
