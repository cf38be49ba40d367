"""Model cards: what a digit network is, was made from, and can be trusted with."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from formreader.errors import ModelError
from formreader.files import make_folder, replace_bytes
from formreader.images import DIGIT_SIDE

CARD_NAME = "card.json"  # in a folder of its own, beside the network
CLASS_NAMES = (*"0123456789", "crossed", "no digit")
DIGIT_NAMES = CLASS_NAMES[:10]  # the classes of networks that know nothing but digits
INK = 255
NORMALISER = 1  # raised when the same ink gives another digit image: older networks no longer fit

Share = Annotated[float, Field(ge=0, le=1)]


class Part(BaseModel):
    """A table of a card; unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class InputConvention(Part):
    """What the network takes a digit image to be."""

    side: int = DIGIT_SIDE
    """Pixels."""
    ink: int = INK
    """The value of ink; paper is 0."""
    normaliser: int = NORMALISER
    """The version of the normalisation it was trained on."""


class DataSource(Part):
    """A set of digits the network was trained on."""

    name: str
    licence: str
    digits: int


class Score(Part):
    """How the network did on digits it was not trained on."""

    digits: int
    wrong: int

    @property
    def accuracy(self) -> float:
        """The share read rightly, 0 to 1."""
        return 1 - self.wrong / self.digits


class Hand(Part):
    """How digits of one writer are read by each other."""

    usual: tuple[tuple[float, ...], ...]
    """The mean style of each of the ten digits over all writers."""
    strength: Annotated[float, Field(ge=0)]
    """By how much the log of a digit's probability rises for each unit of likeness."""


class NetworkCard(Part):
    """What is known of any network, beside its weights."""

    name: str
    title: str
    file: str
    """The network, in the card's folder."""
    sha256: str
    """Of the network's file, hexadecimal: its version."""
    trained_on: tuple[DataSource, ...]
    parameters: int = 0
    """Numbers that were learned; 0: not known."""
    training_s: float = 0.0
    """How long that took, without drawing what it was trained on."""
    seed: int
    created_by: str
    """The command that made it."""


class ModelCard(NetworkCard):
    """All there is to know of a digit network, beside its weights."""

    classes: tuple[str, ...]
    """In the order of the network's outputs."""
    input: InputConvention
    temperature: Annotated[float, Field(gt=0)]
    """The network's outputs are divided by it before softmax makes probabilities of them."""
    no_digit_weight: Annotated[float, Field(gt=0)] = 1.0
    """The probability of "no digit" is multiplied by it before all are made to add up to 1:
    networks are shown more of what is no digit than forms hold."""
    hand: Hand | None = None
    """None where the network does not tell how digits are written."""
    scores: dict[str, Score]
    """By the name of the set of digits."""
    recipe: str = ""
    """By which it was trained."""


def folder_of(path: Path) -> Path:
    """Return the folder of a model given by its folder or its card."""
    return path if path.is_dir() else path.parent


def load_card(path: Path) -> ModelCard:
    """Read the card of a model given by its folder or the card itself.

    Raises:
        ModelError: if it is missing, is no card, or describes a network of another kind.
    """
    path = path / CARD_NAME if path.is_dir() else path
    try:
        card = ModelCard.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ModelError(
            f"{path.as_posix()} cannot be read: {error.strerror}; a model is a folder with "
            f"a {CARD_NAME} and the network it names"
        ) from error
    except ValidationError as error:
        problems = "".join(
            f"\n  - {'.'.join(map(str, details['loc']))}: {details['msg']}"
            for details in error.errors()
        )
        raise ModelError(f"{path.as_posix()} is no model card:{problems}") from error
    if card.classes not in {CLASS_NAMES, DIGIT_NAMES} or card.input != InputConvention():
        raise ModelError(
            f"{path.as_posix()} describes a network for {len(card.classes)} classes and "
            f"{card.input!r}; this version reads with {len(DIGIT_NAMES)} or {len(CLASS_NAMES)} "
            f"classes and {InputConvention()!r}: train one with `formreader model train`"
        )
    return card


def write_card(card: ModelCard, path: Path) -> None:
    """Write the card of a model, given by its folder or the card itself, in place of an older.

    Raises:
        SetupError: if it cannot be written.
    """
    path = path / CARD_NAME if path.is_dir() else path
    replace_bytes(path, (card.model_dump_json(indent=2) + "\n").encode())


def load_network(card: NetworkCard, folder: Path) -> bytes:
    """Read the network of a card from its folder.

    Raises:
        ModelError: if it is missing or not the one the card describes.
    """
    path = folder / card.file
    try:
        network = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path.as_posix()} cannot be read: {error.strerror}") from error
    if hashlib.sha256(network).hexdigest() != card.sha256:
        raise ModelError(
            f"{path.as_posix()} is damaged or was exchanged: its SHA-256 is not the one on its "
            "card; restore the file, or train the model again"
        )
    return network


def find_model(name: str, folders: Iterable[Path]) -> Path:
    """Return the folder or card of a model given by name or path.

    Names are looked up in the folders in order.

    Raises:
        ModelError: if there is none, with the names there are.
    """
    given = Path(name)
    if (given / CARD_NAME).is_file() or given.is_file():
        return given
    models = model_files(folders)
    if name in models:
        return models[name]
    known = ", ".join(sorted(models)) or "none"
    raise ModelError(
        f"there is no model {name!r}; known models: {known}, or give the path of a model's folder"
    )


def model_files(folders: Iterable[Path]) -> dict[str, Path]:
    """Return the folders of all models in folders, by name."""
    found: dict[str, Path] = {}
    for folder in folders:
        for card in sorted(folder.glob(f"*/{CARD_NAME}")):
            found.setdefault(card.parent.name, card.parent)
    return found


def write_model(folder: Path, card: ModelCard, network: bytes) -> None:
    """Write a network and its card to a folder, which is made, in place of an older model.

    Raises:
        SetupError: if they cannot be written.
    """
    make_folder(folder)
    replace_bytes(folder / card.file, network)
    write_card(card, folder)
