"""Writing a picture where the user wants it."""

from pathlib import Path

import cv2

from formreader.errors import SetupError
from formreader.files import replace_bytes
from formreader.images import GrayImage
from formreader.overlay import ColorImage


def write_picture(path: Path, picture: GrayImage | ColorImage) -> None:
    """Write a picture of the kind that the name asks for.

    Raises:
        SetupError: if the name ends in no picture type, or the file cannot be written.
    """
    try:
        _, data = cv2.imencode(path.suffix, picture)
    except cv2.error as error:
        raise SetupError(f"{path.name} is no name of a picture; end it in .png") from error
    replace_bytes(path, data.tobytes())  # imwrite cannot open paths beyond ASCII on Windows
