import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2, TiffImageFile

from formreader.images import GrayImage
from formreader.pages import FailedPage, Page
from tests.papers import distance, encoded, pages_of, read, sheet

SHEET = sheet()
BILEVEL = np.where(SHEET > 128, 255, 0).astype(np.uint8)
PHOTOMETRIC, STRIP_OFFSETS, STRIP_BYTE_COUNTS = 262, 273, 279
SUBFILE_TYPE, ORIENTATION = 254, 274
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296


def tags(values: dict[int, float]) -> ImageFileDirectory_v2:
    directory = ImageFileDirectory_v2()
    for tag, value in values.items():
        directory[tag] = value
    return directory


def tiff(*pages: Image.Image, **settings: object) -> bytes:
    return encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], **settings)


def directories(data: bytes) -> list[int]:
    """Return where the directories of the pages of a little-endian TIFF begin."""
    places = list(struct.unpack_from("<I", data, 4))
    while places[-1]:
        (entries,) = struct.unpack_from("<H", data, places[-1])
        places += struct.unpack_from("<I", data, places[-1] + 2 + 12 * entries)
    return places[:-1]


@pytest.mark.parametrize("compression", ["group3", "group4", "packbits", "raw"])
def test_bilevel_pages_of_any_compression_are_exact(tmp_path, compression):
    page = read(tmp_path, tiff(Image.fromarray(BILEVEL).convert("1"), compression=compression))

    assert np.array_equal(page.image, BILEVEL)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "raw"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_grey_pages_of_any_compression_are_exact(tmp_path, compression, mode):
    data = tiff(Image.fromarray(SHEET).convert(mode), compression=compression)

    assert np.array_equal(read(tmp_path, data).image, SHEET)


@pytest.mark.parametrize("levels", [np.uint8, np.uint16, np.float32])
def test_a_picture_whose_white_is_zero_is_turned_round(tmp_path, levels):
    scale = {np.uint8: 1, np.uint16: 257, np.float32: 1 / 255}[levels]
    inverted = Image.fromarray(((255 - SHEET) * np.float64(scale)).astype(levels))
    data = bytearray(tiff(inverted))
    entry = data.index(struct.pack("<HHII", PHOTOMETRIC, 3, 1, 1))
    data[entry + 8] = 0

    assert distance(read(tmp_path, bytes(data)).image, SHEET) < 1


def test_levels_fill_the_range_that_a_deep_picture_uses(tmp_path):
    twelve_bits = Image.fromarray(SHEET.astype(np.uint16) * 16)

    assert distance(read(tmp_path, tiff(twelve_bits)).image, SHEET) < 2


def test_pages_may_differ_in_all_respects(tmp_path):
    pages = [
        Image.fromarray(sheet(200, 300)).convert("1"),
        Image.fromarray(sheet(310, 220)),
        Image.fromarray(sheet(120, 160)).convert("RGB"),
    ]
    for page, dpi in zip(pages, (200, 300, 150), strict=True):
        page.encoderinfo = {"dpi": (dpi, dpi)}

    read_back = pages_of(tmp_path, tiff(*pages))

    assert [page.number for page in read_back] == [1, 2, 3]
    assert [page.image.shape for page in read_back] == [(300, 200), (220, 310), (160, 120)]
    assert [page.dpi for page in read_back] == [200, 300, 150]


def test_coarse_fax_is_stretched_to_square_pixels(tmp_path):
    fax = Image.fromarray(BILEVEL).resize((204, 98)).convert("1")

    page = read(tmp_path, tiff(fax, compression="group4", dpi=(204, 98)))

    assert page.image.shape == (204, 204)
    assert page.dpi == 204


def test_a_fax_lying_on_its_side_is_stretched_before_it_is_turned(tmp_path):
    fax = Image.fromarray(SHEET).resize((204, 98))

    page = read(tmp_path, tiff(fax, dpi=(204, 98), tiffinfo=tags({ORIENTATION: 6})))

    expected = np.rot90(np.asarray(fax.resize((204, 204), Image.Resampling.BILINEAR)), -1)
    assert distance(page.image, expected) < 3


@pytest.mark.parametrize("dpi", [(300, 1), (0, 0), (300, 72), (1, 1)])
def test_absurd_resolutions_stretch_nothing(tmp_path, dpi):
    page = read(tmp_path, tiff(Image.fromarray(SHEET), dpi=dpi))

    assert (page.image.shape, page.dpi) == (SHEET.shape, None)


def test_resolution_may_be_told_in_centimetres(tmp_path):
    info = tags({X_RESOLUTION: 118.11, Y_RESOLUTION: 118.11, RESOLUTION_UNIT: 3})

    assert read(tmp_path, tiff(Image.fromarray(SHEET), tiffinfo=info)).dpi == pytest.approx(300)


def three_pages(compression: str) -> tuple[list[GrayImage], bytearray]:
    """Return bilevel sheets, and the TIFF of them: each page's data, then its directory."""
    sheets = [np.where(sheet(200 + 20 * n) > 128, 255, 0).astype(np.uint8) for n in range(3)]
    pages = [Image.fromarray(page).convert("1") for page in sheets]
    return sheets, bytearray(tiff(*pages, compression=compression))


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "tiff_adobe_deflate"])
@pytest.mark.parametrize("bad", [0, 1, 2])
def test_a_damaged_page_fails_and_the_others_are_read(tmp_path, compression, bad):
    sheets, data = three_pages(compression)
    picture = TiffImageFile(BytesIO(data))
    picture.seek(bad)
    (start,), (length,) = picture.tag_v2[STRIP_OFFSETS], picture.tag_v2[STRIP_BYTE_COUNTS]
    data[start : start + length] = bytes(length)

    pages = pages_of(tmp_path, bytes(data))

    assert [isinstance(page, FailedPage) for page in pages] == [n == bad for n in range(3)]
    for page, expected in zip(pages, sheets, strict=True):
        assert isinstance(page, FailedPage) or np.array_equal(page.image, expected)


@pytest.mark.parametrize("bad", [1, 2])
def test_a_page_of_an_unknown_kind_fails_and_the_others_are_read(tmp_path, bad):
    _, data = three_pages("group4")
    entry = data.index(struct.pack("<HHI", PHOTOMETRIC, 3, 1), directories(data)[bad])
    data[entry + 8] = 77

    pages = pages_of(tmp_path, bytes(data))

    assert [isinstance(page, FailedPage) for page in pages] == [n == bad for n in range(3)]


@pytest.mark.parametrize("cut", [10, 60, 100])
def test_pages_behind_a_directory_that_is_cut_off_are_not_lost_in_silence(tmp_path, cut):
    _, data = three_pages("group4")

    first, rest = pages_of(tmp_path, bytes(data[: directories(data)[1] + cut]))

    assert isinstance(first, Page)
    assert str(rest.error) == (
        "unreadable: the TIFF file is cut off here; any later page of it is lost"
    )


def test_a_circle_of_pages_ends(tmp_path):
    _, data = three_pages("group4")
    last = directories(data)[-1]
    (entries,) = struct.unpack_from("<H", data, last)
    struct.pack_into("<I", data, last + 2 + 12 * entries, directories(data)[0])

    assert len(pages_of(tmp_path, bytes(data))) == 3


def test_a_small_copy_of_a_page_is_no_page(tmp_path):
    thumbnail = Image.fromarray(sheet(30, 40))
    thumbnail.encoderinfo = {"tiffinfo": tags({SUBFILE_TYPE: 1})}

    pages = pages_of(tmp_path, tiff(Image.fromarray(SHEET), thumbnail, Image.fromarray(SHEET.T)))

    assert [page.number for page in pages] == [1, 2]
    assert [page.image.shape for page in pages] == [SHEET.shape, SHEET.T.shape]
