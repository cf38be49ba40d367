"""Pages of printed lines drawn straight from a template, with nothing else that could go wrong."""

import cv2
import numpy as np

from formreader.geometry import Rect, Transform
from formreader.images import GrayImage
from formreader.template import Template
from tests.small_forms import form, row

DOTS_PER_MM = 8
TO_SCAN = Transform.scaling(DOTS_PER_MM).then(Transform.shift(-0.5, -0.5))
ROWS = (
    row("a", region=[20, 14, 60, 8], boxes=8),
    row("b", region=[30, 27, 40, 8], boxes=5),
    row("c", region=[20, 44, 24, 8], boxes=3),
    row("d", region=[60, 44, 30, 8], boxes=4),
)
FORM = form(*ROWS)


def lined(template: Template = FORM, *, comb: bool = False, gray: int = 40) -> GrayImage:
    """Print the rows of boxes, adjoining or as combs, each lying upon the page by TO_SCAN."""
    width, height = template.page.size
    page = np.full((round(height * DOTS_PER_MM), round(width * DOTS_PER_MM)), 240, np.uint8)
    for field in template.fields:
        for group in field.groups:
            for box in group.region.split_columns(group.boxes):
                _print(page, box, comb=comb, gray=gray)
    return page


def _print(page: GrayImage, box: Rect, *, comb: bool, gray: int) -> None:
    top = box.y + 0.65 * box.height if comb else box.y
    corners = [(box.x, top), (box.x, box.bottom), (box.right, box.bottom), (box.right, top)]
    places = np.rint(TO_SCAN.apply(corners)).astype(np.int32)
    cv2.polylines(page, [places], not comb, gray, 2)


def moved(page: GrayImage, mapping: Transform) -> GrayImage:
    """Return the page as a mapping of its pixels puts it upon a sheet of the same size."""
    size = page.shape[::-1]
    return np.asarray(cv2.warpPerspective(page, mapping.matrix, size, borderValue=240), np.uint8)
