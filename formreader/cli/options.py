"""Options that several commands have, each said once."""

from typing import Annotated

import typer

MAX_ERROR = 0.001

Templates = Annotated[
    list[str],
    typer.Option(
        "-t",
        "--template",
        help="Name or path of a template; with several, each page goes to the one that fits.",
        show_default=False,
    ),
]
MaxError = Annotated[
    float, typer.Option(min=0, max=1, help="At most this share of the accepted values is wrong.")
]
Jobs = Annotated[
    int | None,
    typer.Option("-j", "--jobs", min=1, help="Pages read at once; all cores by default."),
]
PageSeconds = Annotated[float, typer.Option(min=1, help="A page that takes longer is set aside.")]
NoImages = Annotated[
    bool, typer.Option("--no-images", help="Leave the pictures out of review.html.")
]
Model = Annotated[str, typer.Option(help="Name or path of a digit network.")]
