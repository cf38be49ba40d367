"""`formreader pad`: draw a digit in the browser."""

import threading
import webbrowser
from typing import Annotated

import typer

from formreader.cli.extras import packages_of
from formreader.digits.recogniser import load_recogniser
from formreader.shipped import DEFAULT_MODEL, model_folders


def pad(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of this machine; 0 takes one that is free.")
    ] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
    model: Annotated[str, typer.Option(help="Name or path of a digit network.")] = DEFAULT_MODEL,
) -> None:
    """Draw a digit in the browser and see the probabilities move.

    The page is served to this machine only; nothing leaves it. Ctrl-C ends it.
    """
    with packages_of("web", user="the pad"):
        from formreader.web.local import address_of, listen, serve
        from formreader.web.pad import make_pad
    app = make_pad(load_recogniser(model, model_folders()))
    try:
        with listen(port) as listening:
            address = address_of(listening)
            typer.echo(f"{address}  (Ctrl-C ends it)")
            if not no_browser:  # some browsers keep waiting until they are closed
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
            serve(app, listening)
    except KeyboardInterrupt:
        typer.echo("ended", err=True)
