"""TIFF files of one or many pages, each of its own size, resolution and compression."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np
from PIL.ExifTags import Base as Tag
from PIL.TiffImagePlugin import PREFIXES, TiffImageFile

from formreader.errors import UnreadableError
from formreader.pages.gray import DEEP, to_gray
from formreader.pages.guards import refusing_damage, require_size, silence
from formreader.pages.scan import Scan, make_square

EXTRA = 0b101  # flags of NewSubfileType: a smaller copy of another page, a transparency mask
WHITE_IS_ZERO = 0  # of PhotometricInterpretation
SIDEWAYS = range(5, 9)  # values of Orientation that swap rows and columns
CENTIMETRE = 3  # of ResolutionUnit; all others count as inch
CM_PER_INCH = 2.54


def accepts(head: bytes) -> bool:
    """Tell by its first bytes whether a file is a TIFF."""
    return head.startswith(tuple(PREFIXES))


def count(path: Path) -> int:
    """Return how many pages a file has.

    Raises:
        UnreadableError: if nothing at all can be read.
        OSError: if the file cannot be opened.
    """
    with _open(path) as picture:
        return sum(1 for _ in _pages(picture))


def scans(path: Path, first: int = 1) -> Iterator[Scan | UnreadableError]:
    """Yield the pages from the first asked for, an error in place of each that is damaged.

    Raises:
        UnreadableError: if nothing at all can be read.
        OSError: if the file cannot be opened.
    """
    with _open(path) as picture:
        for damage in islice(_pages(picture), first - 1, None):
            yield damage or _read(picture)


@contextmanager
def _open(path: Path) -> Iterator[TiffImageFile]:
    with path.open("rb") as stream:
        with refusing_damage("TIFF file"), silence():
            picture = TiffImageFile(stream)
        yield picture


def _pages(picture: TiffImageFile) -> Iterator[UnreadableError | None]:
    """Move from page to page, telling of each what is wrong with its directory."""
    for frame in itertools.count():
        damage = None
        try:
            with refusing_damage("TIFF page"):
                if not _seek(picture, frame):
                    return
                if frame > 0 and picture.tag_v2.get(Tag.NewSubfileType, 0) & EXTRA:
                    continue
        except UnreadableError as error:
            damage = error
        if _is_broken(picture, frame):
            yield UnreadableError("the TIFF file is cut off here; any later page of it is lost")
            return
        yield damage


def _seek(picture: TiffImageFile, frame: int) -> bool:
    """Move to a picture of the file; False after the last."""
    with silence():
        try:
            picture.seek(frame)
        except EOFError:
            return False
    return True


def _is_broken(picture: TiffImageFile, frame: int) -> bool:
    """Tell whether the chain of directories ends here without saying so.

    Where a directory ends too early, Pillow keeps the place of the next one as it was:
    pointing to this one.
    """
    return picture.tell() != frame or picture.tag_v2.next == picture.tag_v2.offset


def _read(picture: TiffImageFile) -> Scan | UnreadableError:
    try:
        with refusing_damage("TIFF page"):
            require_size(*picture.size)
            resolution = _resolution(picture)  # decoding turns the page and forgets how it lay
            image = to_gray(picture)
            if (
                picture.mode in DEEP
                and picture.tag_v2.get(Tag.PhotometricInterpretation) == WHITE_IS_ZERO
            ):
                image = np.invert(image)  # Pillow does so for the other modes
            return make_square(image, *resolution)
    except UnreadableError as error:
        return error


def _resolution(picture: TiffImageFile) -> tuple[float, float]:
    """Return dots per inch along the width and the height of the page as it is shown."""
    tags = picture.tag_v2
    unit = CM_PER_INCH if tags.get(Tag.ResolutionUnit) == CENTIMETRE else 1.0
    x_dpi, y_dpi = (float(tags.get(tag, 0)) * unit for tag in (Tag.XResolution, Tag.YResolution))
    return (y_dpi, x_dpi) if tags.get(Tag.Orientation) in SIDEWAYS else (x_dpi, y_dpi)
