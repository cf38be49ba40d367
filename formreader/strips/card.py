"""Cards of line networks: what each is, was made from, and can be trusted with."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from formreader.digits.card import CARD_NAME, NetworkCard, Part
from formreader.errors import ModelError
from formreader.files import replace_bytes


class LineKind(StrEnum):
    """What a line network reads, as the folder of the network is called."""

    FREE_RUN = "free-run"
    CODE_LINE = "micr"


class LineScore(Part):
    """How the network did on lines by writers it was not trained on."""

    lines: int
    wrong: int
    """Of which a character is wrong."""


class DigitNetwork(Part):
    """A network that reads single digits."""

    name: str
    sha256: str
    """Of its file, hexadecimal: its version."""


class LineCard(NetworkCard):
    """All there is to know of a network that reads lines of characters, beside its weights."""

    kind: LineKind
    """What it reads."""
    characters: str
    """In the order of the network's outputs; the last output is for none."""
    height: int
    """Of the strips it reads, pixels."""
    strips: int
    """Version of how strips are cut; raised when the same ink gives another strip."""
    scores: dict[str, LineScore]
    """By the name of what it was tried on."""
    temperature: Annotated[float, Field(gt=0)] = 1.0
    """The network's outputs are divided by it before softmax makes probabilities of them."""
    started_from: str | None = None
    """SHA-256 of the network whose weights it was begun with; its epochs come on top of that's."""
    looks_again: DigitNetwork | None = None
    """What looked again at the digits of each line when it was tried, and does so when it reads."""
    slants: tuple[float, ...] = ()
    """By what shares of its height a strip leans when it is looked at again: other looks err
    otherwise."""


def load_line_card(folder: Path) -> LineCard:
    """Read the card of a line network in its folder.

    Raises:
        ModelError: if it is missing or is no card of a line network.
    """
    path = folder / CARD_NAME
    try:
        return LineCard.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path.as_posix()} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, details['loc']))}: {details['msg']}" for details in error.errors()
        )
        raise ModelError(f"{path.as_posix()} is no card of a line network: {problems}") from error


def write_line_card(card: LineCard, folder: Path) -> None:
    """Write the card of a line network into its folder, in place of an older.

    Raises:
        SetupError: if it cannot be written.
    """
    replace_bytes(folder / CARD_NAME, (card.model_dump_json(indent=2) + "\n").encode())
