import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from shutil import which

import numpy as np
import pytest
from PIL import Image

from formreader.pages import FailedPage, Page, poppler, read_page, read_pages
from tests.papers import (
    SCAN,
    distance,
    encoded,
    fail,
    pages_of,
    pdf,
    picture,
    scanned_pdf,
    sheet,
    stream,
)

SHEET = sheet()


def test_pages_are_numbered_and_read_again(tmp_path):
    pages = [Image.fromarray(sheet(100 + number, 90)) for number in range(45)]
    pages[0].save(tmp_path / "many.pdf", save_all=True, append_images=pages[1:], resolution=300)

    read_once = list(read_pages(tmp_path / "many.pdf", "many.pdf"))
    again = read_page(tmp_path / "many.pdf", "many.pdf", 44)

    assert [page.number for page in read_once] == list(range(1, 46))
    assert [page.image.shape for page in read_once] == [(90, 100 + n) for n in range(45)]
    assert (again.number, again.image.shape) == (44, (90, 143))


def test_a_damaged_page_fails_and_the_others_are_read(tmp_path):
    noise = np.random.default_rng(3).integers(0, 255, (90, 90), dtype=np.uint8)
    scans = [encoded(noise, "JPEG")] * 3
    scans[1] = scans[1][:1000]
    head = b"/Subtype /Image /Width 90 /Height 90 /BitsPerComponent 8 /ColorSpace /DeviceGray "
    objects = [stream(head + b"/Filter /DCTDecode", scan) for scan in scans]
    objects.append(stream(b"", SCAN))
    page = b"/MediaBox [0 0 72 96] /Contents 6 0 R /Resources << /XObject << /Im %d 0 R >> >>"

    pages = pages_of(tmp_path, pdf(*(page % number for number in (3, 4, 5)), objects=objects))

    assert [isinstance(page, FailedPage) for page in pages] == [False, True, False]
    assert str(pages[1].error) == "unreadable: the JPEG picture is cut off"


def test_a_picture_with_rows_missing_is_cut_off(tmp_path):
    head = b"/Subtype /Image /Width 300 /Height 400 /BitsPerComponent 8 /ColorSpace /DeviceGray "
    scan = stream(head + b"/Filter /FlateDecode", zlib.compress(SHEET[:200].tobytes()))

    assert fail(tmp_path, scanned_pdf(scan)) == "unreadable: the picture in the PDF is cut off"


def test_a_huge_picture_in_a_small_pdf_is_not_decoded(tmp_path):
    head = b"/Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 1 /ColorSpace /DeviceGray"

    for content in (SCAN, SCAN + b" 9 9 54 78 re S"):
        reason = fail(tmp_path, scanned_pdf(stream(head, b""), content))
        assert "60000 x 60000 pixels, more than the limit" in reason


def test_a_pdf_that_is_cut_off_is_set_aside(tmp_path):
    data = scanned_pdf(picture(SHEET))

    assert fail(tmp_path, data[:-30]) == "unreadable: the PDF is cut off; its end is missing"


@pytest.mark.parametrize("padding", [bytes(5000), b"\n" * 3000, b"appended" * 9])
def test_what_follows_the_end_of_a_pdf_does_no_harm(tmp_path, padding):
    assert isinstance(pages_of(tmp_path, scanned_pdf(picture(SHEET)) + padding)[0], Page)


def test_a_pdf_that_pdfium_cannot_open_fails_where_poppler_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    without_root = scanned_pdf(picture(SHEET)).replace(b"/Root 1 0 R", b"")

    assert fail(tmp_path, without_root).startswith("unreadable: the PDF is damaged; where Poppler")


@pytest.mark.skipif(which("pdftoppm") is None, reason="Poppler is not installed")
def test_poppler_draws_pages_as_pdfium_does(tmp_path):
    file = tmp_path / "a.pdf"
    file.write_bytes(scanned_pdf(picture(SHEET)))

    (scan,) = poppler.scans(file, first=1, dpi=300)

    assert scan.dpi == 300
    assert distance(scan.image, SHEET) < 2


@pytest.mark.parametrize("handler", [b"/Standard", b"/FromAnotherShop"])
def test_an_encrypted_pdf_is_set_aside_with_the_remedy(tmp_path, handler):
    lock = b"<< /Filter %s /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (handler, b"AB" * 32, b"CD" * 32)
    root = b"/Root 1 0 R"
    data = scanned_pdf(picture(SHEET)).replace(root, root + b" /ID [<00> <00>] /Encrypt " + lock)

    reason = "unreadable: the PDF is encrypted; save it without a password"
    assert fail(tmp_path, data) == reason


def test_threads_may_read_pdfs_at_the_same_time(tmp_path):
    files = [tmp_path / f"{number}.pdf" for number in range(8)]
    for number, file in enumerate(files):
        file.write_bytes(scanned_pdf(picture(sheet(300 + number))))

    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda file: next(read_pages(file, file.name)), files * 5))

    assert [page.image.shape[1] for page in pages] == [300 + number for number in range(8)] * 5


MEMORY = """
import sys
from pathlib import Path
from formreader.pages import read_pages

def resident_mb():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024

used = [resident_mb() for page in read_pages(Path(sys.argv[1]), "long.pdf")]
print(len(used), max(used) - max(used[:25]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in another way there")
def test_a_long_pdf_takes_no_more_memory_than_a_short_one(tmp_path):
    noise = np.random.default_rng(4).integers(0, 255, (1000, 1000), dtype=np.uint8)
    head = b"/Subtype /Image /Width 1000 /Height 1000 /BitsPerComponent 8 /ColorSpace /DeviceGray "
    jpeg = encoded(noise, "JPEG", quality=98)
    scans = [stream(head + b"/Filter /DCTDecode", jpeg) for _ in range(70)]  # 1.1 MB each
    page = b"/MediaBox [0 0 72 96] /Contents 73 0 R /Resources << /XObject << /Im %d 0 R >> >>"
    pages = [page % number for number in range(3, 73)]
    (tmp_path / "long.pdf").write_bytes(pdf(*pages, objects=[*scans, stream(b"", SCAN)]))

    command = [sys.executable, "-c", MEMORY, str(tmp_path / "long.pdf")]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    count, growth_mb = output.split()
    assert count == "70"
    assert float(growth_mb) < 20  # 54 if the document is kept open
