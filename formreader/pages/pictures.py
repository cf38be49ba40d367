"""Files that hold one picture: PNG, JPEG, BMP and WebP."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import ExifTags
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from formreader.images import GrayImage
from formreader.pages import opencv
from formreader.pages.gray import to_gray
from formreader.pages.guards import refusing_damage, require_bytes, require_size, silence
from formreader.pages.scan import Scan, Turn, make_scan, turn

# Opened by class, as Image.open would refuse large pictures before their size is known.
KINDS: dict[bytes, type[ImageFile]] = {
    rb"\xff\xd8\xff": JpegImageFile,
    rb"\x89PNG\r\n\x1a\n": PngImageFile,
    rb"BM": BmpImageFile,
    rb"RIFF....WEBP": WebPImageFile,
}
EXIF_TURNS: dict[object, Turn] = {
    2: Turn(mirror_x=True),
    3: Turn(mirror_x=True, mirror_y=True),
    4: Turn(mirror_y=True),
    5: Turn(transpose=True),
    6: Turn(transpose=True, mirror_x=True),
    7: Turn(transpose=True, mirror_x=True, mirror_y=True),
    8: Turn(transpose=True, mirror_y=True),
}


def accepts(head: bytes) -> bool:
    """Tell by its first bytes whether a file is one of these."""
    return _kind(head) is not None


def count(path: Path) -> int:  # noqa: ARG001 files of other kinds must be looked into
    """Return how many pages a file has: one."""
    return 1


def scans(path: Path, first: int = 1) -> Iterator[Scan]:
    """Yield the one picture of a file, nothing where a later page is asked for.

    Raises:
        UnreadableError: if the file is damaged, cut off or too large.
        OSError: if the file cannot be opened.
    """
    if first == 1:
        require_bytes(path.stat().st_size)
        yield _read(path.read_bytes())


def _kind(head: bytes) -> type[ImageFile] | None:
    return next((kind for start, kind in KINDS.items() if re.match(start, head, re.DOTALL)), None)


def _read(data: bytes) -> Scan:
    kind = _kind(data) or ImageFile
    with refusing_damage(f"{kind.format} file"):
        picture, way = _open(kind, data)
        require_size(*picture.size)
        image = turn(_decode(picture, data), way)
        return make_scan(image, *map(float, picture.info.get("dpi", (0, 0))))


def _open(kind: type[ImageFile], data: bytes) -> tuple[ImageFile, Turn]:
    """Read the header, and how to turn the picture."""
    with silence():
        picture = kind(BytesIO(data))
        return picture, _way(picture)


def _way(picture: ImageFile) -> Turn:
    if "exif" not in picture.info:  # asking would decode a whole PNG in search of EXIF at its end
        return Turn()
    try:
        orientation = picture.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # noqa: BLE001  viewers pass over damaged EXIF as well
        return Turn()
    return EXIF_TURNS.get(orientation, Turn())


def _decode(picture: ImageFile, data: bytes) -> GrayImage:
    if picture.mode not in ("L", "RGB"):
        return to_gray(picture)
    match picture.format:
        case "JPEG":
            return opencv.decode_jpeg(data)
        case "WEBP":
            return opencv.decode(data)
        case _:
            return to_gray(picture)
