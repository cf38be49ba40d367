"""The picture that is a whole page of a PDF, as it is stored: faster than drawing, and exact."""

import ctypes
from dataclasses import dataclass

import cv2
import numpy as np
import pypdfium2.raw as pdfium
from pypdfium2 import PdfImage, PdfObject, PdfPage

from formreader.errors import UnreadableError
from formreader.images import GrayImage
from formreader.pages import opencv
from formreader.pages.placement import place
from formreader.pages.scan import Scan, make_square, turn

COVERING = 0.95  # of the page's area; some programs leave a thin margin
DARK = 64  # the lightest paint of a stencil that counts as black ink
UNSEEN_NOTES = {pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP}
UNSEEN_FLAGS = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
PLAIN_COLOURS = {
    pdfium.FPDF_COLORSPACE_DEVICEGRAY,
    pdfium.FPDF_COLORSPACE_DEVICERGB,
    pdfium.FPDF_COLORSPACE_CALGRAY,
    pdfium.FPDF_COLORSPACE_CALRGB,
    pdfium.FPDF_COLORSPACE_ICCBASED,
}
PLAIN_BITS = {8, 24}  # grey and colour; CMYK has 32


@dataclass(frozen=True, slots=True)
class Traits:
    """What pictures of a document may have, but PDFium does not tell of any one of them."""

    masked: bool
    """Parts that are transparent."""
    inverted: bool
    """Levels that mean something else than they do in a file of their format."""


def stored_scan(page: PdfPage, traits: Traits) -> Scan | None:
    """Return the scan that a page consists of, None where the page has to be drawn.

    Raises:
        UnreadableError: if the scan is damaged.
    """
    if traits.masked or _is_annotated(page):
        return None
    picture = _topmost_picture(page)
    placement = place(page, picture) if picture else None
    if placement is None or placement.share < COVERING:
        return None
    image = _decode(picture, traits)
    if image is None:
        return None
    upright = turn(np.ascontiguousarray(placement.crop(image)), placement.way)
    return make_square(upright, placement.x_dpi, placement.y_dpi)


def _is_annotated(page: PdfPage) -> bool:
    """Tell whether a note or a form field shows on the page."""
    return any(_shows(page, index) for index in range(pdfium.FPDFPage_GetAnnotCount(page)))


def _shows(page: PdfPage, index: int) -> bool:
    note = pdfium.FPDFPage_GetAnnot(page, index)
    area = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(note, area)
    shows = (
        pdfium.FPDFAnnot_GetSubtype(note) not in UNSEEN_NOTES
        and not pdfium.FPDFAnnot_GetFlags(note) & UNSEEN_FLAGS
        and area.left != area.right  # as of a digital signature that shows nothing
    )
    pdfium.FPDFPage_CloseAnnot(note)
    return bool(shows)


def _topmost_picture(page: PdfPage) -> PdfImage | None:
    """Return the picture that lies over everything else to be seen, None where none does."""
    seen = (item for item in reversed(tuple(page.get_objects())) if _is_seen(item))
    topmost = next(seen, None)
    return topmost if isinstance(topmost, PdfImage) else None


def _is_seen(item: PdfObject) -> bool:
    match item.type:
        case pdfium.FPDF_PAGEOBJ_FORM:
            return False  # a group, whose members are items as well
        case pdfium.FPDF_PAGEOBJ_TEXT:  # recognised text lies invisible over many scans
            mode = pdfium.FPDFTextObj_GetTextRenderMode(item)
            return bool(mode != pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
        case _:
            return True


def _decode(picture: PdfImage, traits: Traits) -> GrayImage | None:
    """Decode a picture; None where what it shows depends on more than its pixels."""
    about = picture.get_metadata()
    filters = picture.get_filters(skip_simple=True)
    if filters == ["DCTDecode"]:
        data = bytes(picture.get_data(decode_simple=True))
        opencv.require_end(data)
        is_plain = about.colorspace in PLAIN_COLOURS and about.bits_per_pixel in PLAIN_BITS
        if is_plain and not traits.inverted:
            image = opencv.decode_jpeg(data)
            return image if image.shape == (about.height, about.width) else None
    image = _levels(picture)
    if about.colorspace == pdfium.FPDF_COLORSPACE_UNKNOWN and about.bits_per_pixel == 1:
        return np.invert(image) if _is_painted_black(picture) else None
    if not filters and (image[-1] == image[-1, 0]).all():
        _require_rows(picture, about)
    return image


def _levels(picture: PdfImage) -> GrayImage:
    """Let PDFium decode a picture: 255 is white, or where a stencil lets paint through."""
    bitmap = picture.get_bitmap()
    levels = bitmap.to_numpy()
    match bitmap.n_channels:
        case 1:
            image = levels.copy()
        case 3:
            image = cv2.cvtColor(levels, cv2.COLOR_BGR2GRAY)
        case _:
            image = cv2.cvtColor(levels, cv2.COLOR_BGRA2GRAY)
    return np.asarray(image, np.uint8)


def _is_painted_black(stencil: PdfImage) -> bool:
    red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
    is_known = pdfium.FPDFPageObj_GetFillColor(stencil, red, green, blue, opacity)
    return (
        bool(is_known and opacity.value == 255) and max(red.value, green.value, blue.value) <= DARK
    )


def _require_rows(picture: PdfImage, about: pdfium.FPDF_IMAGEOBJ_METADATA) -> None:
    """Check that all rows are there: PDFium fills in those that are not.

    Decoding all over for it takes 25 ms, so only a picture with an empty last row is checked.

    Raises:
        UnreadableError: if rows are missing.
    """
    row = (about.width * about.bits_per_pixel + 7) // 8
    if pdfium.FPDFImageObj_GetImageDataDecoded(picture, None, 0) < row * about.height:
        raise UnreadableError("the picture in the PDF is cut off")
