"""Model cards: finding, reading and refusing them."""

import pytest

from formreader.digits.card import (
    CARD_NAME,
    CLASS_NAMES,
    InputConvention,
    ModelCard,
    find_model,
    load_card,
    load_network,
)
from formreader.errors import ModelError


def card_of(**changes):
    card = ModelCard(
        name="tiny",
        title="a test's",
        file="digits.tflite",
        sha256="0" * 64,
        classes=CLASS_NAMES,
        input=InputConvention(),
        temperature=1,
        trained_on=(),
        scores={},
        seed=1,
        created_by="formreader model train",
    )
    return card.model_copy(update=changes)


def write_card(folder, **changes):
    folder.mkdir(parents=True)
    (folder / CARD_NAME).write_text(card_of(**changes).model_dump_json(), encoding="utf-8")
    return folder


def test_card_is_the_same_after_writing_and_reading(tmp_path):
    folder = write_card(tmp_path / "tiny")

    assert load_card(folder) == load_card(folder / CARD_NAME) == card_of()


def test_model_is_found_by_path_and_by_name_in_the_first_folder(tmp_path):
    own = write_card(tmp_path / "own" / "tiny")
    shipped = write_card(tmp_path / "shipped" / "tiny")
    folders = (tmp_path / "own", tmp_path / "shipped")

    assert find_model("tiny", folders) == own
    assert find_model(str(shipped), folders) == shipped


def test_unknown_model_is_refused_with_the_names_there_are(tmp_path):
    write_card(tmp_path / "tiny")

    with pytest.raises(ModelError, match="no model 'huge'; known models: tiny"):
        find_model("huge", (tmp_path, tmp_path / "absent"))


def test_card_with_mistakes_lists_them_all(tmp_path):
    (tmp_path / CARD_NAME).write_text('{"name": "tiny", "colour": "red"}', encoding="utf-8")

    with pytest.raises(ModelError, match=r"is no model card:(.|\n)*title(.|\n)*colour"):
        load_card(tmp_path)


def test_missing_card_is_refused(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        load_card(tmp_path / "gone")


@pytest.mark.parametrize(
    "changes",
    [{"classes": tuple("012345678")}, {"input": InputConvention(normaliser=99)}],
)
def test_network_of_another_kind_is_refused(tmp_path, changes):
    folder = write_card(tmp_path / "tiny", **changes)

    with pytest.raises(ModelError, match="train one with"):
        load_card(folder)


def test_damaged_network_is_refused(tmp_path):
    (tmp_path / "digits.tflite").write_bytes(b"cut off")

    with pytest.raises(ModelError, match="damaged"):
        load_network(card_of(), tmp_path)


def test_missing_network_is_refused(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        load_network(card_of(), tmp_path)
