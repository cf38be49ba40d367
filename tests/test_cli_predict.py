"""`formreader predict`: what it prints, draws and refuses."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.pictured import digit_ink, on_paper
from tests.standins import SeesSevens


def save(name: str, picture: np.ndarray, **settings: object) -> str:
    Image.fromarray(picture).save(name, **settings)
    return name


def cross() -> np.ndarray:
    picture = np.full((200, 200), 240, np.uint8)
    for start, end in (((40, 40), (160, 160)), ((160, 40), (40, 160))):
        cv2.line(picture, start, end, 20, 10, cv2.LINE_AA)
    return picture


def test_each_picture_gets_a_line(formreader, capsys):
    names = [save(f"{digit}.png", on_paper(digit_ink(digit))) for digit in (3, 7)]

    code = formreader("predict", *names)

    header, *lines = (line.split() for line in capsys.readouterr().out.splitlines())
    assert code == 0
    assert header == ["file", "digit", "confidence", "runner-up"]
    assert [line[:2] for line in lines] == [["3.png", "3"], ["7.png", "7"]]


def test_json_has_all_that_the_network_said(formreader, capsys):
    formreader("predict", "--json", save("7.png", on_paper(digit_ink(7))))

    (told,) = json.loads(capsys.readouterr().out)
    assert told["file"] == "7.png"
    assert told["digit"] == 7
    assert told["confidence"] == told["probabilities"]["7"] > 0.9
    assert len(told["probabilities"]) == 12
    assert told["runner_up"] in told["probabilities"]


def test_what_is_no_digit_is_said_to_be_none(formreader, capsys):
    blank = save("blank.png", np.full((60, 60), 200, np.uint8))

    code = formreader("predict", "--json", blank, save("cross.png", cross()))

    empty, crossed = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (empty["said"], empty["digit"], empty["confidence"]) == ("no digit", None, None)
    assert (crossed["said"], crossed["digit"]) == ("crossed out", None)


def test_what_cannot_be_read_is_told_after_all_others_are(formreader, capsys):
    Path("notes.png").write_text("no picture", encoding="utf-8")
    Path("folder").mkdir()

    code = formreader(
        "predict", "gone.png", "notes.png", "folder", save("7.png", on_paper(digit_ink(7)))
    )

    said = capsys.readouterr()
    assert code == 2
    assert "7.png  7" in said.out
    for words in ("3 pictures", "gone.png is not there", "notes.png is unreadable", "a folder"):
        assert words in said.err


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "webp", "tif"])
def test_kinds_of_files(formreader, capsys, suffix):
    colour = np.dstack([on_paper(digit_ink(7))] * 3)

    formreader("predict", save(f"7.{suffix}", colour))

    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()[1:]] == ["7"]


def test_what_is_transparent_is_paper(formreader, capsys):
    ink = np.pad(digit_ink(3), 30)

    formreader("predict", save("3.png", np.dstack([np.zeros((*ink.shape, 3), np.uint8), ink])))

    assert "3.png  3" in capsys.readouterr().out


def test_a_photo_is_turned_as_its_exif_says(formreader, capsys):
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: its top is on the right
    sideways = np.ascontiguousarray(np.rot90(on_paper(digit_ink(7))))

    formreader("predict", save("7.jpg", sideways, exif=exif))

    assert "7.jpg  7" in capsys.readouterr().out


def test_show_draws_every_picture_with_what_the_network_saw(formreader):
    names = [save("7.png", on_paper(digit_ink(7))), save("blank.png", np.full((9, 9), 9, np.uint8))]

    formreader("predict", *names, "--show", "seen.png")

    drawing = np.asarray(Image.open("seen.png"))
    one, two = np.split(drawing, 2)
    assert drawing.ndim == 3
    assert (one == 0).all(axis=2).sum() > 28 * 28  # black around the digit that the network saw
    assert not (two == 0).all(axis=2).any()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--show", "seen.gif"), "ends in .png"),
        (("--show", "nowhere/seen.png"), "cannot be written"),
        (("--model", "none"), "no model 'none'"),
    ],
)
def test_wrong_usage_ends_in_words(formreader, capsys, arguments, words):
    assert formreader("predict", save("7.png", on_paper(digit_ink(7))), *arguments) == 2
    assert words in capsys.readouterr().err


def test_the_network_is_loaded_once(formreader, monkeypatch):
    loads = []
    monkeypatch.setattr(
        "formreader.cli.predict.load_recogniser", lambda *_: loads.append(1) or SeesSevens()
    )
    names = [save(f"{number}.png", on_paper(digit_ink(7))) for number in range(3)]

    formreader("predict", *names)

    assert len(loads) == 1
