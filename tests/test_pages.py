import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from formreader.images import GrayImage
from formreader.pages import FailedPage, read_page
from tests.papers import distance, encoded, fail, read, sheet

SHEET = sheet()


def in_mode(image: GrayImage, mode: str) -> Image.Image:
    """Return a picture of any of Pillow's modes."""
    match mode:
        case "LAB":
            neutral = Image.new("L", (300, 400), 128)
            return Image.merge("LAB", [Image.fromarray(image), neutral, neutral])
        case "I;16":
            return Image.fromarray(image.astype(np.uint16) * 257)
        case "I":
            return Image.fromarray(image.astype(np.int32) * 257)
        case "F":
            return Image.fromarray(image.astype(np.float32) / 255)
        case _:
            return Image.fromarray(image).convert("RGB").convert(mode)


@pytest.mark.parametrize(
    ("format", "mode"),
    [
        ("PNG", "1"),
        ("PNG", "P"),
        ("PNG", "LA"),
        ("PNG", "RGBA"),
        ("PNG", "I;16"),
        ("BMP", "1"),
        ("BMP", "P"),
        ("JPEG", "CMYK"),
        ("WEBP", "RGBA"),
        ("TIFF", "1"),
        ("TIFF", "P"),
        ("TIFF", "RGBA"),
        ("TIFF", "CMYK"),
        ("TIFF", "YCbCr"),
        ("TIFF", "LAB"),
        ("TIFF", "I;16"),
        ("TIFF", "I"),
        ("TIFF", "F"),
    ],
)
def test_every_mode_is_read_as_grey(tmp_path, format, mode):
    black_and_white = np.where(SHEET > 128, 255, 0).astype(np.uint8)
    saved = in_mode(black_and_white, mode)

    assert distance(read(tmp_path, encoded(saved, format)).image, black_and_white) < 2


def test_transparent_paper_is_white(tmp_path):
    ink = Image.new("RGBA", (300, 400), (0, 0, 0, 0))
    ink.paste((0, 0, 0, 255), (50, 60, 200, 300))
    ink.paste((0, 0, 0, 128), (210, 60, 280, 300))

    image = read(tmp_path, encoded(ink, "PNG")).image

    assert (image[10, 10], image[100, 100]) == (255, 0)
    assert image[100, 250] == pytest.approx(127, abs=1)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_once(tmp_path, format, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    saved = Image.fromarray(SHEET)
    saved.getexif()[0x0112] = orientation

    image = read(tmp_path, encoded(saved, format, exif=exif)).image

    assert distance(image, np.asarray(ImageOps.exif_transpose(saved))) < 3


@pytest.mark.parametrize("exif", [b"no EXIF", b"II*\0\x08\0\0\0\xff\xff" + bytes(range(90))])
def test_damaged_exif_does_no_harm(tmp_path, exif):
    data = encoded(SHEET, "JPEG", exif=b"Exif\0\0" + exif)

    assert read(tmp_path, data).image.shape == SHEET.shape


@pytest.mark.parametrize("format", ["JPEG", "PNG", "BMP", "TIFF"])
@pytest.mark.parametrize(
    ("claimed", "believed"),
    [(300, 300), (100, 100), (600, 600), (72, None), (96, None), (5000, None)],
)
def test_a_resolution_is_believed_if_somebody_might_scan_so(tmp_path, format, claimed, believed):
    page = read(tmp_path, encoded(SHEET, format, dpi=(claimed, claimed)))

    assert page.dpi == (None if believed is None else pytest.approx(believed, rel=0.001))


def test_a_picture_that_claims_nothing_has_no_resolution(tmp_path):
    assert read(tmp_path, encoded(SHEET, "PNG")).dpi is None


def test_what_follows_the_end_of_a_picture_does_no_harm(tmp_path):
    for kind in ("JPEG", "PNG", "BMP", "WEBP", "TIFF"):
        assert read(tmp_path, encoded(SHEET, kind) + b"appended" * 99).image.shape == SHEET.shape


def paper(shade: float = 245, grain: float = 0, shadow: float = 0) -> GrayImage:
    """Return an A4 page at 150 dpi without any mark."""
    levels = np.full((1754, 1240), shade) - np.linspace(0, shadow, 1240)
    levels += np.random.default_rng(5).normal(0, grain, levels.shape)
    return np.clip(levels, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("image", "shade"),
    [
        (paper(255), "white"),
        (paper(0), "black"),
        (paper(245, grain=5), "white"),
        (paper(240, grain=3, shadow=80), "white"),
        (paper(12, grain=4), "black"),
        (paper(255)[:3, :2], "white"),
    ],
)
def test_a_page_without_marks_is_blank(tmp_path, image, shade):
    assert fail(tmp_path, encoded(image, "PNG")) == f"blank page: it is all {shade}"


def faint_digit() -> GrayImage:
    mask = cv2.putText(paper(0), "7", (300, 900), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 255, 2)
    return np.where(mask > 128, paper(220, grain=2), paper(245, grain=2)).astype(np.uint8)


def fax() -> GrayImage:
    return cv2.putText(paper(255), "17", (300, 900), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 0, 2)


@pytest.mark.parametrize("draw", [faint_digit, fax])
def test_a_page_with_as_little_as_a_digit_is_not_blank(tmp_path, draw):
    assert np.array_equal(read(tmp_path, encoded(draw(), "PNG")).image, draw())


def test_one_page_can_be_read_again(tmp_path):
    pages = [Image.fromarray(sheet(100 + number, 90)) for number in range(3)]
    file = tmp_path / "three.tif"
    pages[0].save(file, save_all=True, append_images=pages[1:])

    page, missing = read_page(file, "a", 3), read_page(file, "a", 4)

    assert (page.number, page.image.shape) == (3, (90, 102))
    assert str(missing.error) == "unreadable: the file has no such page"
    assert isinstance(read_page(tmp_path / "gone", "a", 1), FailedPage)
