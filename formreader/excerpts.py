"""Fields cut out of their page, as a person sees them who must look at them."""

from typing import NamedTuple

import cv2
import numpy as np

from formreader.decode import is_in_doubt
from formreader.geometry import Rect
from formreader.images import GrayImage
from formreader.results import PageReading
from formreader.template import Template

MARGIN = 0.6  # around a field, of its shorter side: a caption beside it, a stroke that left it
FADED = (255 - (255 - np.arange(256)) * 0.35).astype(np.uint8)  # each gray level around a field
LARGEST = (900, 300)  # pixels of a picture, width and height: sharp on a phone
JPEG_QUALITY = 60  # 5 kB in 0.08 ms; WebP makes 2 kB of it, but in 4.6 ms


class Excerpt(NamedTuple):
    """The picture of a field, the right way up."""

    width: int
    height: int
    jpeg: bytes


def doubtful_excerpts(
    page: GrayImage, reading: PageReading, template: Template
) -> dict[str, Excerpt]:
    """Return those fields of a page that are likely to go to review, by their names.

    What becomes of a field is known when all pages are read; to cut out all of them would cost
    2 ms a page.
    """
    found = {
        each.name: excerpt(page, each.area, reading.turned)
        for each in reading.fields
        if reading.doubt
        or is_in_doubt(each, template.field(each.name), template.rosters.get(each.name))
    }
    return {name: picture for name, picture in found.items() if picture}


def excerpt(page: GrayImage, area: Rect, turned: int) -> Excerpt | None:
    """Return the picture of a field; None where it lies off the page.

    Args:
        page: as a viewer shows it.
        area: of the field on it.
        turned: by how many quarter turns, clockwise, the form lies on it.
    """
    picture = np.rot90(cut_picture(page, area), turned)
    if not picture.size:
        return None
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    height, width = picture.shape
    return Excerpt(width, height, jpeg.tobytes())


def cut_picture(page: GrayImage, area: Rect) -> GrayImage:
    """Cut a field out of its page, faded around it, no larger than `LARGEST`.

    It is empty where the field lies off the page.
    """
    around = area.grown(MARGIN * min(area.width, area.height))
    left, top = max(0, round(around.x)), max(0, round(around.y))
    crop = page[top : max(0, round(around.bottom)), left : max(0, round(around.right))]
    picture = np.asarray(cv2.LUT(crop, FADED), np.uint8) if crop.size else crop.copy()
    x, y = max(0, round(area.x) - left), max(0, round(area.y) - top)
    field = np.s_[y : max(0, round(area.bottom) - top), x : max(0, round(area.right) - left)]
    picture[field] = crop[field]
    return _shrunk(picture)


def _shrunk(picture: GrayImage) -> GrayImage:
    height, width = picture.shape
    factor = min(1.0, LARGEST[0] / max(width, 1), LARGEST[1] / max(height, 1))
    if factor == 1 or not picture.size:
        return picture
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
