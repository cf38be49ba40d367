import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.papers import (
    SCAN,
    distance,
    encoded,
    pdf,
    picture,
    read,
    scanned_pdf,
    sheet,
    stream,
)

SHEET = sheet()
BILEVEL = np.where(SHEET > 128, 255, 0).astype(np.uint8)
BITS = np.packbits(BILEVEL, axis=1)
COLOURS = cv2.applyColorMap(SHEET, cv2.COLORMAP_BONE)[:, :, ::-1].copy()
DRAWN = b"\n% /Mask\n%%EOF\n"  # where a mask may hide parts of a picture, pages are drawn
UNSEEN_TEXT = b" BT /F 9 Tf 3 Tr 9 9 Td (1830) Tj ET"


def jpeg(image: Image.Image, entries: bytes) -> bytes:
    head = b"/Subtype /Image /Width 300 /Height 400 /BitsPerComponent 8 /Filter /DCTDecode "
    return stream(head + entries, encoded(image, "JPEG", quality=95))


def bits(entries: bytes) -> bytes:
    head = b"/Subtype /Image /Width 300 /Height 400 /BitsPerComponent 1 /Filter /FlateDecode "
    return stream(head + entries, zlib.compress(BITS.tobytes()))


PICTURES = {
    "grey": picture(SHEET),
    "colour": picture(COLOURS, b"/ColorSpace /DeviceRGB"),
    "inverted": picture(SHEET, b"/ColorSpace /DeviceGray /Decode [1 0]"),
    "palette": picture(SHEET // 64, b"/ColorSpace [/Indexed /DeviceGray 3 <FF804000>]"),
    "cmyk": picture(np.dstack([SHEET] * 4), b"/ColorSpace /DeviceCMYK"),
    "bits": bits(b"/ColorSpace /DeviceGray"),
    "inverted bits": bits(b"/ColorSpace /DeviceGray /Decode [1 0]"),
    "palette of bits": bits(b"/ColorSpace [/Indexed /DeviceGray 1 <C020>]"),
    "stencil": bits(b"/ImageMask true"),
    "inverted stencil": bits(b"/ImageMask true /Decode [1 0]"),
    "jpeg": jpeg(Image.fromarray(SHEET), b"/ColorSpace /DeviceGray"),
    "colour jpeg": jpeg(Image.fromarray(COLOURS), b"/ColorSpace /DeviceRGB"),
    "inverted jpeg": jpeg(Image.fromarray(SHEET), b"/ColorSpace /DeviceGray /Decode [1 0]"),
    "cmyk jpeg": jpeg(
        Image.fromarray(COLOURS).convert("CMYK"),
        b"/ColorSpace /DeviceCMYK /Decode [1 0 1 0 1 0 1 0]",
    ),
}


@pytest.mark.parametrize("scan", PICTURES.values(), ids=PICTURES.keys())
def test_a_stored_scan_looks_as_it_is_drawn(tmp_path, scan):
    data = scanned_pdf(scan)

    stored, drawn = read(tmp_path, data), read(tmp_path, data + DRAWN)

    assert (stored.dpi, drawn.dpi) == (300, 300)
    assert distance(stored.image, drawn.image) < 2


def test_a_stored_scan_is_exact(tmp_path):
    assert np.array_equal(read(tmp_path, scanned_pdf(picture(SHEET))).image, SHEET)
    assert np.array_equal(
        read(tmp_path, scanned_pdf(bits(b"/ColorSpace /DeviceGray"))).image, BILEVEL
    )


GROUP = b"/Subtype /Form /BBox [0 0 36 48] /Resources << /XObject << /Im 3 0 R >> >>"
LAYOUTS = {
    "upright": SCAN,
    "mirrored": b"q -72 0 0 96 72 0 cm /Im Do Q",
    "upside down": b"q -72 0 0 -96 72 96 cm /Im Do Q",
    "flipped": b"q 72 0 0 -96 0 96 cm /Im Do Q",
    "turned left": b"q 0 96 -72 0 72 0 cm /Im Do Q",
    "turned right": b"q 0 -96 72 0 0 96 cm /Im Do Q",
    "transposed": b"q 0 96 72 0 0 0 cm /Im Do Q",
    "beyond the page": b"q 90 0 0 120 -9 -12 cm /Im Do Q",
    "cut to the page": b"q 0 0 72 96 re W n 90 0 0 120 -9 -12 cm /Im Do Q",
    "with a thin margin": b"q 71.8 0 0 95.8 0.1 0.1 cm /Im Do Q",
    "under unseen text": SCAN + UNSEEN_TEXT,
    "over paper": b"q 1 g 0 0 72 96 re f Q " + SCAN,
    "over text": b"BT /F 9 Tf 9 9 Td (1830) Tj ET " + SCAN,
}
TURNS = (b"", b"/Rotate 90", b"/Rotate 180", b"/Rotate 270", b"/CropBox [9 9 60 90]")


@pytest.mark.parametrize("page", TURNS)
@pytest.mark.parametrize("content", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_a_stored_scan_lies_as_it_is_drawn(tmp_path, content, page):
    data = scanned_pdf(picture(SHEET), content, page)

    stored, drawn = read(tmp_path, data), read(tmp_path, data + DRAWN)

    height, width = drawn.image.shape
    assert stored.image.shape[0] / stored.image.shape[1] == pytest.approx(height / width, rel=0.02)
    assert distance(cv2.resize(stored.image, (width, height)), drawn.image) < 2


def test_a_fax_in_a_pdf_is_stretched_to_square_pixels(tmp_path):
    page = read(tmp_path, scanned_pdf(picture(cv2.resize(SHEET, (204, 136)))))

    assert (page.image.shape, page.dpi) == ((272, 204), 204)


SEEN = {
    "text": SCAN + b" BT /F 9 Tf 20 40 Td (1830) Tj ET",
    "a line": SCAN + b" 2 w 10 40 m 60 40 l S",
    "a stamp": SCAN + b" q 20 0 0 20 30 40 cm /Im Do Q",
    "a small picture": b"q 36 0 0 48 9 9 cm /Im Do Q",
    "a skew picture": b"q 72 4 -4 96 4 0 cm /Im Do Q",
    "a picture cut to a shape": b"q 0 0 m 72 0 l 36 96 l W n 72 0 0 96 0 0 cm /Im Do Q",
    "a picture cut by its group": SCAN + b" /More Do",
    "two halves": b"q 72 0 0 48 0 0 cm /Im Do Q q 72 0 0 48 0 48 cm /Im Do Q",
}


@pytest.mark.parametrize("content", SEEN.values(), ids=SEEN.keys())
def test_a_page_that_is_more_than_one_scan_is_drawn(tmp_path, content):
    group = stream(GROUP, b"q -72 0 0 96 72 0 cm /Im Do Q")
    data = scanned_pdf(picture(SHEET), content, b"", group)

    page = read(tmp_path, data)

    assert np.array_equal(page.image, read(tmp_path, data + DRAWN).image)
    assert distance(page.image, SHEET) > 0.5


def test_a_picture_of_no_size_does_no_harm(tmp_path):
    data = scanned_pdf(picture(SHEET), SCAN + b" q 0 0 0 0 9 9 cm /Im Do Q")

    assert distance(read(tmp_path, data).image, SHEET) < 2


def test_a_see_through_picture_is_drawn(tmp_path):
    veil = picture(np.full((400, 300), 128, np.uint8))
    scan = picture(np.zeros((400, 300), np.uint8), b"/ColorSpace /DeviceGray /SMask 6 0 R")
    line = b"0 g 10 10 50 50 re f "

    image = read(tmp_path, scanned_pdf(scan, line + SCAN, b"", veil)).image

    assert image[10, 10] == pytest.approx(127, abs=2)


NOTE = b"/Type /Annot /Rect [%s] /F %d /AP << /N 6 0 R >>"
LOOK = stream(b"/Subtype /Form /BBox [0 0 40 40]", b"0 g 5 5 30 30 re f")


@pytest.mark.parametrize(
    ("note", "shows"),
    [
        (b"/Subtype /Stamp " + NOTE % (b"9 9 49 49", 4), True),
        (b"/Subtype /Widget /FT /Tx /T (a) " + NOTE % (b"9 9 49 49", 4), True),
        (b"/Subtype /Stamp " + NOTE % (b"9 9 49 49", 2), False),
        (b"/Subtype /Widget /FT /Sig /T (a) " + NOTE % (b"0 0 0 0", 4), False),
        (b"/Subtype /Link " + NOTE % (b"9 9 49 49", 4), False),
    ],
)
def test_notes_and_filled_fields_are_drawn_over_the_scan(tmp_path, note, shows):
    fields = b"/AcroForm << /Fields [7 0 R] >>"
    objects = LOOK, b"<< %s >>" % note
    data = scanned_pdf(picture(SHEET), SCAN, b"/Annots [7 0 R]", *objects, catalog=fields)

    assert np.array_equal(read(tmp_path, data).image, SHEET) != shows


def test_text_typed_into_a_form_field_is_seen(tmp_path):
    look = b"/FT /Tx /T (a) /V (88888) /DA (/F 12 Tf 0 g) /Rect [9 9 69 29] /F 4"
    field = b"<< /Type /Annot /Subtype /Widget %s >>" % look
    fields = b"/AcroForm << /Fields [6 0 R] /NeedAppearances true /DR << /Font << /F 4 0 R >> >> >>"
    data = scanned_pdf(picture(SHEET), SCAN, b"/Annots [6 0 R]", field, catalog=fields)

    assert read(tmp_path, data).image[300:350, 40:200].min() < 20


def test_a_page_of_lines_and_text_is_drawn_at_300_dpi(tmp_path):
    page = read(
        tmp_path, scanned_pdf(picture(SHEET), b"9 9 54 78 re S BT /F 9 Tf 20 40 Td (17) Tj ET")
    )

    assert (page.image.shape, page.dpi) == ((400, 300), 300)


def test_a_poster_is_drawn_at_a_resolution_that_fits(tmp_path):
    poster = pdf(
        b"/MediaBox [0 0 4000 8000] /Contents 3 0 R", objects=[stream(b"", b"9 9 900 900 re f")]
    )

    height, width = read(tmp_path, poster).image.shape

    assert height * width == pytest.approx(20_000_000, rel=0.01)
    assert height / width == pytest.approx(2, rel=0.01)
