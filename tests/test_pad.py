"""`formreader pad`: the page to draw on, asked with a browser and without."""

import asyncio
import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator

import cv2
import httpx
import numpy as np
import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright
from starlette.applications import Starlette

from formreader.digits.recogniser import load_recogniser
from formreader.shipped import DEFAULT_MODEL, model_folders
from formreader.web import pad
from formreader.web.local import address_of, listen
from formreader.web.pad import make_pad
from tests.pictured import digit_ink, on_paper

CHROMIUM = shutil.which("chromium")


def png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


SEVEN = png(on_paper(digit_ink(7)))


@pytest.fixture(scope="module")
def recogniser():
    return load_recogniser(DEFAULT_MODEL, model_folders())


class Client:
    """Asks the pages without a server; Starlette's own client warns that it wants httpx2."""

    def __init__(self, app: Starlette) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def post(self, path: str, **content: object) -> httpx.Response:
        return self._ask("POST", path, **content)

    def _ask(self, method: str, path: str, **content: object) -> httpx.Response:
        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="http://127.0.0.1:8000"
            ) as client:
                return await client.request(method, path, **content)

        return asyncio.run(asked())


@pytest.fixture
def client(recogniser) -> Client:
    return Client(make_pad(recogniser))


def test_the_page_holds_all_it_needs(client):
    reply = client.get("/")

    assert reply.status_code == 200
    assert not re.search(r"https?://|(src|href)=(?!.data:)", reply.text)
    assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_a_picture_is_answered_with_probabilities_and_what_was_seen(client):
    told = client.post("/predict", content=SEVEN).json()

    seen = base64.b64decode(told["seen"].removeprefix("data:image/png;base64,"))
    assert told["digit"] == 7
    assert told["probabilities"]["7"] > 0.9
    assert cv2.imdecode(np.frombuffer(seen, np.uint8), cv2.IMREAD_UNCHANGED).shape == (28, 28)


def test_bare_paper_is_no_digit(client):
    told = client.post("/predict", content=png(np.full((50, 50), 255, np.uint8))).json()

    assert (told["said"], told["digit"], told["seen"]) == ("no digit", None, None)


@pytest.mark.parametrize("body", [b"", b"no picture", SEVEN[:200]])
def test_what_is_no_picture_is_refused_in_words(client, body):
    reply = client.post("/predict", content=body)

    assert reply.status_code == 422
    assert len(reply.json()["error"]) > 10


async def streamed() -> AsyncIterator[bytes]:
    """A body that does not tell its length."""
    for _ in range(3):
        yield bytes(900)


@pytest.mark.parametrize("body", [bytes(2000), streamed()], ids=["told", "streamed"])
def test_what_is_too_large_is_refused(client, monkeypatch, body):
    monkeypatch.setattr(pad, "MOST_BYTES", 1000)

    reply = client.post("/predict", content=body)

    assert reply.status_code == 413
    assert "larger" in reply.json()["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8000"},
        {"host": "[::1"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "null"},
    ],
)
def test_other_sites_are_refused(client, headers):
    reply = client.post("/predict", content=SEVEN, headers=headers)

    assert reply.status_code == 403
    assert "this machine only" in reply.json()["error"]


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000"])
def test_its_own_page_is_answered(client, host):
    headers = {"host": host, "origin": f"http://{host}"}

    assert client.post("/predict", content=SEVEN, headers=headers).status_code == 200


def test_a_way_that_leads_nowhere_is_told(client):
    assert client.get("/elsewhere").status_code == 404
    assert client.get("/predict").status_code == 405


def test_a_port_that_is_taken_ends_in_words(formreader, capsys):
    with listen(0) as taken:
        port = taken.getsockname()[1]

        assert formreader("pad", "--no-browser", "--port", str(port)) == 2

    assert f"port {port} cannot be had" in capsys.readouterr().err


def test_without_the_web_packages_it_says_what_to_install(formreader, capsys, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("formreader.web.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    assert formreader("pad") == 2
    assert "pip install 'formreader[web]'" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="an interrupt cannot be sent to one process there")
def test_an_interrupt_ends_it_cleanly():
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # if ignored
        "from formreader.cli import main; main()"
    )
    command = (sys.executable, "-u", "-c", code, "pad", "--no-browser")

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        address = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert address.startswith(b"http://127.0.0.1:")
    assert process.returncode == 0
    assert b"Traceback" not in said


@pytest.fixture(scope="module")
def page(recogniser) -> Iterator[Page]:
    """The page in a browser, served as the command does."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    with listen(0) as listening:
        config = uvicorn.Config(
            make_pad(recogniser), log_level="warning", lifespan="off", ws="none"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            shown = browser.new_page()
            shown.goto(address_of(listening))
            yield shown
            browser.close()
        server.should_exit = True
        thread.join()


def draw(page: Page, *points: tuple[float, float]) -> None:
    """Draw a stroke through points, each 0 to 1 across and down the paper."""
    box = page.locator("canvas").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def draw_seven(page: Page) -> None:
    """Draw it on new paper."""
    page.keyboard.press("Escape")
    draw(page, (0.3, 0.22), (0.7, 0.22), (0.45, 0.82))


def wait_for(page: Page, name: str) -> None:
    """Wait until the bar of a class is the highest."""
    page.locator(f"li.best[data-name='{name}']").wait_for()


def test_a_drawn_seven_has_the_highest_bar(page):
    draw_seven(page)

    wait_for(page, "7")
    assert page.locator("#said").inner_text() == "7"
    assert page.locator("#seen img").is_visible()


def test_strokes_are_taken_back_one_by_one(page):
    draw_seven(page)
    draw(page, (0.2, 0.2), (0.8, 0.8))
    draw(page, (0.8, 0.2), (0.2, 0.8))

    page.get_by_role("button", name="Undo").click()
    page.keyboard.press("Control+z")

    wait_for(page, "7")


def test_clear_leaves_nothing(page):
    draw_seven(page)

    page.keyboard.press("Escape")

    page.get_by_text("Nothing yet").wait_for()
    assert page.locator("li.best").count() == 0
    assert page.get_by_role("button", name="Undo").is_disabled()


def test_a_chosen_picture_is_read(page):
    three = {"name": "3.png", "mimeType": "image/png", "buffer": png(on_paper(digit_ink(3)))}

    page.set_input_files("#file", three)

    wait_for(page, "3")


def test_a_dropped_picture_is_read(page):
    data = base64.b64encode(png(on_paper(digit_ink(3), paper=30, pen=230))).decode()
    dropped = page.evaluate_handle(
        """data => {
            const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], "3.png", { type: "image/png" }));
            return transfer;
        }""",
        data,
    )

    page.dispatch_event("body", "drop", {"dataTransfer": dropped})

    wait_for(page, "3")


def test_what_is_no_picture_is_told_on_the_page(page):
    page.set_input_files(
        "#file", {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    )

    page.get_by_role("alert").get_by_text("it is no picture").wait_for()
