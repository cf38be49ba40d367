"""Any kind of Pillow picture as grey levels of ink on white paper."""

import cv2
import numpy as np
from PIL import Image

from formreader.images import GrayImage

DEEP = {"I", "F", "I;16", "I;16B", "I;16L", "I;16N"}  # modes that Pillow would clip at 255
WHITES = (255, 4095, 65535, 2**32 - 1)  # of 8, 12, 16 and 32 bits: files use fewer than they name


def to_gray(picture: Image.Image) -> GrayImage:
    """Decode a picture of any mode: 0 is black, transparent places are white."""
    if picture.mode in DEEP:
        return _reduce(picture)
    if picture.mode == "LAB":
        return np.asarray(picture.getchannel("L"))
    if picture.has_transparency_data:
        picture = _on_paper(picture)
    return np.asarray(picture.convert("L"))


def _reduce(picture: Image.Image) -> GrayImage:
    """Scale levels of more than 8 bits, or fractions of 1, to 0 to 255."""
    levels = np.asarray(picture)
    is_real = levels.dtype.kind == "f"
    levels = np.maximum(np.nan_to_num(levels) if is_real else levels, 0)
    most = float(levels.max())
    white = 1.0 if is_real and most <= 1 else next((one for one in WHITES if most <= one), most)
    native = levels.astype(levels.dtype.newbyteorder("="), copy=False)
    return np.asarray(cv2.convertScaleAbs(native, alpha=255 / white), np.uint8)


def _on_paper(picture: Image.Image) -> Image.Image:
    """Lay a picture with transparent places on white."""
    colours = picture if picture.mode in ("LA", "RGBA") else picture.convert("RGBA")
    paper = Image.new("L", picture.size, 255)
    paper.paste(colours.convert("L"), mask=colours.getchannel("A"))
    return paper
