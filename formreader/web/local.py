"""Serve pages on this machine only, whatever other pages in the browser try."""

import socket
from collections.abc import AsyncIterable
from urllib.parse import urlsplit

import uvicorn
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from formreader.errors import SetupError

HOST = "127.0.0.1"
OWN_NAMES = {HOST, "localhost"}
MEGABYTE = 1_000_000
PATIENCE_S = 1  # for requests under way when the server is asked to end


class LocalOnly:
    """Refuses requests that were not made by a page of this server.

    Another site's name may be made to lead to this machine ("DNS rebinding"): then `Host` tells.
    Another site's page may send requests here: then `Origin` does.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or refuse it."""
        if scope["type"] == "http" and not _is_own(Headers(scope=scope)):
            refusal = JSONResponse(
                {"error": f"this page is served to http://{HOST} on this machine only"}, 403
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_own(headers: Headers) -> bool:
    host = headers.get("host", "")
    origin = headers.get("origin")
    try:
        is_named = urlsplit(f"//{host}").hostname in OWN_NAMES
    except ValueError:
        return False
    return is_named and origin in (None, f"http://{host}")


async def read_body(request: Request, most: int) -> bytes:
    """Read what a request brings.

    Args:
        request: whatever it is.
        most: bytes that are taken.

    Raises:
        HTTPException: if it is larger.
    """
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:
        raise _too_large(most)
    return await _gathered(request.stream(), most)


async def _gathered(stream: AsyncIterable[bytes], most: int) -> bytes:
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"the file is larger than {most // MEGABYTE} MB")


async def tell(_: Request, error: Exception) -> JSONResponse:
    """Answer with what is wrong, for the page to show."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = error.detail if isinstance(error, HTTPException) else "a bug: please report it"
    return JSONResponse({"error": words}, status)


def listen(port: int) -> socket.socket:
    """Take a port of this machine for itself; 0 takes one that is free.

    Raises:
        SetupError: if it cannot be had.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise SetupError(
            f"port {port} cannot be had: {error.strerror}; name another with --port, or 0 for "
            "any that is free"
        ) from error


def address_of(listening: socket.socket) -> str:
    """Return where a browser finds what is served."""
    return f"http://{HOST}:{listening.getsockname()[1]}/"


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until the program is interrupted.

    Raises:
        KeyboardInterrupt: then.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=PATIENCE_S,
    )
    uvicorn.Server(config).run(sockets=[listening])
