import os
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from formreader.pages import FailedPage, read_pages
from tests.papers import distance, encoded, fail, pages_of, picture, read, scanned_pdf, sheet

SHEET = sheet()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "unreadable: the file is empty"),
        (b"claim 17", "unreadable: it is no picture"),
        (bytes(range(256)) * 9, "unreadable: it is no picture"),
        (encoded(SHEET, "GIF"), "unreadable: it is no picture"),
        (b"\xff\xd8\xff\xe0", "unreadable: the JPEG file is damaged or cut off"),
        (b"%PDF-1.7", "unreadable: the PDF is cut off"),
    ],
)
def test_what_is_no_picture_is_set_aside(tmp_path, data, reason):
    assert fail(tmp_path, data).startswith(reason)


def reason(file: Path) -> str:
    (page,) = read_pages(file, "in/a.scan")
    assert isinstance(page, FailedPage)
    assert (page.file, page.number) == ("in/a.scan", 1)
    return str(page.error)


def test_a_file_that_cannot_be_opened_is_set_aside(tmp_path):
    assert reason(tmp_path / "gone.png") == "unreadable: the file is gone"
    assert reason(tmp_path) == "unreadable: it is no ordinary file"


def test_a_link_that_leads_nowhere_is_set_aside(tmp_path):
    try:
        (tmp_path / "a.png").symlink_to("nowhere.png")
    except OSError:
        pytest.skip("links are not allowed here")

    assert reason(tmp_path / "a.png") == "unreadable: it is a link to a file that is not there"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_pipe_is_set_aside_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "a.png")

    assert reason(tmp_path / "a.png") == "unreadable: it is no ordinary file"


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="everything may be read here"
)
def test_a_file_that_may_not_be_read_is_set_aside(tmp_path):
    (tmp_path / "a.png").touch(0)

    assert reason(tmp_path / "a.png") == "unreadable: there is no permission to read it"


def huge(format: str) -> bytes:
    """Return a small picture whose header claims 60,000 x 60,000 pixels."""
    data = bytearray(encoded(SHEET, format))
    match format:
        case "PNG":
            data[16:24] = struct.pack(">II", 60_000, 60_000)
            data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
        case "BMP":
            data[18:26] = struct.pack("<II", 60_000, 60_000)
        case "JPEG":
            start = data.index(b"\xff\xc0")
            data[start + 5 : start + 9] = struct.pack(">HH", 60_000, 60_000)
        case "TIFF":
            for tag, side in ((256, 300), (257, 400)):
                start = data.index(struct.pack("<HHII", tag, 4, 1, side))
                data[start + 8 : start + 12] = struct.pack("<I", 60_000)
    return bytes(data)


@pytest.mark.parametrize("format", ["PNG", "BMP", "JPEG", "TIFF"])
def test_a_decompression_bomb_is_set_aside_with_its_size_and_the_limit(tmp_path, format):
    assert "60000 x 60000 pixels, more than the limit of 80 million" in fail(tmp_path, huge(format))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "BMP", "WEBP", "TIFF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_off_is_never_read_in_part(tmp_path, format, share):
    noisy = np.clip(SHEET + np.random.default_rng(1).normal(0, 9, SHEET.shape), 0, 255)
    data = encoded(noisy.astype(np.uint8), format)

    assert "cut off" in fail(tmp_path, data[: round(len(data) * share)])


def test_a_jpeg_is_cut_off_even_if_its_thumbnail_is_whole(tmp_path):
    thumbnail = encoded(sheet(30, 40), "JPEG")
    data = encoded(SHEET, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + thumbnail)

    assert read(tmp_path, data).image.shape == SHEET.shape
    assert "cut off" in fail(tmp_path, data[:-500])


def test_a_jpeg_with_pixels_missing_before_its_end_is_cut_off(tmp_path):
    data = encoded(SHEET, "JPEG")

    assert "cut off" in fail(tmp_path, data[: len(data) * 3 // 4] + b"\xff\xd9")


def test_a_jpeg_that_ends_in_middle_grey_is_whole(tmp_path):
    drawn = SHEET.copy()
    drawn[200:] = 128

    assert distance(read(tmp_path, encoded(drawn, "JPEG", quality=95)).image, drawn) < 2


def samples() -> Iterator[bytes]:
    small = sheet(50, 60)
    for kind in ("PNG", "JPEG", "BMP", "WEBP", "TIFF"):
        yield encoded(small, kind, dpi=(300, 300))
    yield encoded(Image.fromarray(small).convert("RGBA"), "PNG")
    yield encoded(Image.fromarray(small).convert("RGB"), "JPEG", progressive=True)
    pages = [Image.fromarray(sheet(50 + 9 * number, 60)).convert("1") for number in range(3)]
    for compression in ("group4", "tiff_lzw", "raw"):
        several = {"save_all": True, "append_images": pages[1:]}
        yield encoded(pages[0], "TIFF", compression=compression, **several)
    yield encoded(pages[0].convert("RGB"), "PDF", save_all=True, append_images=pages[1:])
    yield scanned_pdf(picture(small))


SAMPLES = tuple(samples())


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_to_any_file_raises_or_loses_a_page(tmp_path, data):
    whole = data.draw(st.sampled_from(SAMPLES))
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 9))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))

    pages = pages_of(tmp_path, bytes(damaged[: data.draw(st.integers(0, len(whole)))]))

    assert [page.number for page in pages] == list(range(1, len(pages) + 1)) != []


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_of_a_file_cut_anywhere_is_whole_or_failed(tmp_path, data):
    whole = data.draw(st.sampled_from(SAMPLES))
    expected = pages_of(tmp_path, whole)

    pages = pages_of(tmp_path, whole[: data.draw(st.integers(0, len(whole)))])

    assert len(pages) == len(expected) or isinstance(pages[-1], FailedPage)
    for page, other in zip(pages, expected, strict=False):
        assert isinstance(page, FailedPage) or np.array_equal(page.image, other.image)
