"""Looking up what comes with the program."""

from pathlib import Path

from formreader.shipped import model_folders, template_folders


def test_own_folders_come_before_the_shipped_ones():
    assert template_folders()[0] == Path("templates")
    assert model_folders()[0] == Path("models")


def test_shipped_folders_exist_wherever_the_program_is_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert template_folders()[1].is_dir()
    assert model_folders()[1].is_dir()
