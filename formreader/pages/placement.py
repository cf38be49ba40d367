"""Where a picture lies on the page of a PDF, and which way up."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pypdfium2.raw as pdfium
from pypdfium2 import PdfImage, PdfPage

from formreader.geometry import Points, Rect, Transform, bounding_rect
from formreader.images import GrayImage
from formreader.pages.scan import Turn

STRAIGHT = 0.001  # a picture more askew, by 2.5 pixels in 2500, has to be drawn
POINTS_PER_INCH = 72
MIRROR_Y = np.diag([1.0, -1.0])  # y points up on a PDF page, down on a picture
QUARTER_TURN = np.array([[0.0, -1.0], [1.0, 0.0]])  # clockwise, where y points down


@dataclass(frozen=True, slots=True)
class Placement:
    """How an upright picture lies on its page."""

    share: float
    """Of the page's area that the picture covers, 0 to 1."""
    seen: Rect
    """The part of the picture that shows, in its pixels."""
    way: Turn
    """How the picture is stored against how the page is shown."""
    x_dpi: float
    """Along the width of the page as it is shown."""
    y_dpi: float

    def crop(self, image: GrayImage) -> GrayImage:
        """Return the part of the picture that shows."""
        x, y = round(self.seen.x), round(self.seen.y)
        return image[y : round(self.seen.bottom), x : round(self.seen.right)]


def place(page: PdfPage, picture: PdfImage) -> Placement | None:
    """Find how a picture lies; None where that cannot be told, or is no simple matter.

    Not simple are pictures that lie askew, let others shine through, are cut to a shape, have no
    size, or belong to a group (PDFs call it a form), of which PDFium does not tell how it is cut.
    """
    if picture.level > 0 or pdfium.FPDFPageObj_HasTransparency(picture):
        return None
    left, bottom, right, top = page.get_bbox()
    whole = seen = Rect(left, bottom, right - left, top - bottom)
    for outline in _outlines(picture):
        if not _is_rectangle(outline):
            return None
        seen = _overlap(seen, bounding_rect(outline))
    return _lie(picture, seen, whole, page.get_rotation() // 90)


def _lie(picture: PdfImage, seen: Rect, whole: Rect, quarter_turns: int) -> Placement | None:
    onto_page = _pixels_onto_square(picture).then(_square_onto_page(picture))
    view = np.linalg.matrix_power(QUARTER_TURN, quarter_turns) @ MIRROR_Y
    axes = view @ onto_page.matrix[:2, :2]  # columns: one pixel to the right, one down
    lengths = np.abs(axes)
    upright, sideways = np.diag(lengths), np.diag(lengths[::-1])
    transpose = bool(upright.sum() < sideways.sum())
    if min(upright.sum(), sideways.sum()) > STRAIGHT * lengths.max():
        return None
    across, down = np.diag(axes[:, ::-1]) if transpose else np.diag(axes)
    if across == 0 or down == 0:
        return None
    pixels = Rect(0, 0, *picture.get_px_size())
    shown = _overlap(pixels, bounding_rect(onto_page.inverse().apply(seen.corners)))
    covered = bounding_rect(onto_page.apply(shown.corners))
    return Placement(
        share=covered.width * covered.height / (whole.width * whole.height),
        seen=shown,
        way=Turn(transpose, mirror_x=bool(across < 0), mirror_y=bool(down < 0)),
        x_dpi=POINTS_PER_INCH / abs(float(across)),
        y_dpi=POINTS_PER_INCH / abs(float(down)),
    )


def _pixels_onto_square(picture: PdfImage) -> Transform:
    """Map pixels onto the square of side 1, y up, as which a PDF lays its pictures."""
    width, height = picture.get_px_size()
    return Transform(np.array([[1 / width, 0, 0], [0, -1 / height, 1], [0, 0, 1]]))


def _square_onto_page(picture: PdfImage) -> Transform:
    a, b, c, d, e, f = picture.get_matrix().get()
    return Transform(np.array([[a, c, e], [b, d, f], [0, 0, 1]]))


def _outlines(picture: PdfImage) -> Iterator[Points]:
    """Yield the corners, in points of the page, of each path that a picture is cut to."""
    clip = pdfium.FPDFPageObj_GetClipPath(picture)
    for path in range(pdfium.FPDFClipPath_CountPaths(clip) if clip else 0):
        corners = range(pdfium.FPDFClipPath_CountPathSegments(clip, path))
        yield np.array([_corner(clip, path, index) for index in corners]).reshape(-1, 2)


def _corner(clip: pdfium.FPDF_CLIPPATH, path: int, index: int) -> tuple[float, float]:
    x, y = ctypes.c_float(), ctypes.c_float()
    segment = pdfium.FPDFClipPath_GetPathSegment(clip, path, index)
    pdfium.FPDFPathSegment_GetPoint(segment, x, y)
    return x.value, y.value


def _is_rectangle(outline: Points) -> bool:
    """Tell whether corners, in points of the page, are those of an upright rectangle."""
    if len(outline) < 4:
        return False
    sides = outline.min(axis=0), outline.max(axis=0)
    distances = np.minimum(*(np.abs(outline - side) for side in sides))
    return bool(distances.max() < 0.5)


def _overlap(one: Rect, other: Rect) -> Rect:
    x, y = max(one.x, other.x), max(one.y, other.y)
    right, bottom = min(one.right, other.right), min(one.bottom, other.bottom)
    return Rect(x, y, max(0.0, right - x), max(0.0, bottom - y))
