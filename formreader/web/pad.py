"""A page to draw a digit on, or to drop a picture of one on, and see what a network makes of it."""

import base64
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from formreader.digits.recogniser import Recogniser
from formreader.errors import BlankPageError
from formreader.images import DigitImage
from formreader.pages import FailedPage, read_page
from formreader.prediction import Prediction, as_table, predict_digit
from formreader.web.local import LocalOnly, read_body, tell

PAGE = "pad.html"
MOST_BYTES = 40_000_000  # a photo of 12 megapixels as PNG has 30 million
HEADERS = {  # the page holds all it needs, and no other page may frame it
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; img-src data: blob:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def make_pad(recogniser: Recogniser) -> Starlette:
    """Return the pages: `/` to draw on, and `/predict`, which a picture is sent to."""

    async def show(_: Request) -> HTMLResponse:
        page = resources.files("formreader.web").joinpath(PAGE).read_text("utf-8")
        return HTMLResponse(page, headers=HEADERS)

    async def predict(request: Request) -> JSONResponse:
        picture = await read_body(request, MOST_BYTES)
        prediction = await run_in_threadpool(_predicted, picture, recogniser)
        seen = None if prediction.seen is None else _as_url(prediction.seen)
        return JSONResponse({**as_table(prediction), "seen": seen}, headers=HEADERS)

    return Starlette(
        routes=[Route("/", show), Route("/predict", predict, methods=["POST"])],
        middleware=[Middleware(LocalOnly)],
        exception_handlers={HTTPException: tell, 500: tell},
    )


def _predicted(picture: bytes, recogniser: Recogniser) -> Prediction:
    """Tell what digit a picture shows, whatever kind of file it is; the first page of several.

    Raises:
        HTTPException: if it cannot be read.
    """
    with TemporaryDirectory() as folder:  # pages are read from files only
        path = Path(folder, "picture")
        path.write_bytes(picture)
        page = read_page(path, path.name, 1)
    if not isinstance(page, FailedPage):
        return predict_digit(page.image, recogniser)
    if isinstance(page.error, BlankPageError):
        return Prediction(None, ())
    raise HTTPException(422, str(page.error).removeprefix(f"{page.error.code}: "))


def _as_url(digit: DigitImage) -> str:
    _, png = cv2.imencode(".png", digit)
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode("ascii")
