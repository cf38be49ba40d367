"""The store: nothing is forgotten, nothing is held by two."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formreader.addresses import Address
from formreader.database import MIGRATIONS
from formreader.errors import SetupError
from formreader.excerpts import Excerpt
from formreader.geometry import Rect
from formreader.images import CLASSES
from formreader.objects import ListedObject
from formreader.packing import pack
from formreader.results import BoxReading, BoxState, FieldReading, PageReading
from formreader.store import Store, StoredTemplate
from formreader.traits import inks_of

probabilities = st.tuples(*[st.floats(0, 1, width=32)] * CLASSES)
covers = st.none() | st.floats(0, 1)
areas = st.builds(Rect, *[st.integers(0, 5000)] * 4)


@st.composite
def readings(draw):
    size = draw(st.sampled_from([0, 32]))
    styles = st.binary(min_size=size, max_size=size)
    boxes = st.one_of(
        st.just(BoxReading(BoxState.EMPTY)),
        st.builds(BoxReading, st.just(BoxState.INK), probabilities, covers, styles),
    )
    fields = st.builds(FieldReading, st.text(min_size=1), st.lists(boxes).map(tuple), areas)
    return draw(st.builds(PageReading, st.text(), st.floats(0, 9), st.lists(fields).map(tuple)))


EMPTY_FORM = PageReading("form", 0.1, ())


def fill(store: Store, file: str, content: str, pages: int, recipe: str = "recipe") -> None:
    store.put_template("layout", StoredTemplate(Path("forms"), b""))
    store.put_file(Path("/scans") / file, file, recipe, content=content)
    for page in range(1, pages + 1):
        store.put_reading(content, recipe, page, "layout", pack(EMPTY_FORM))
    store.put_page_count(content, pages)


def rows(store: Store) -> list[tuple[str, int]]:
    return [(page.file, page.page) for page in store.pages()]


@given(reading=readings())
def test_a_reading_comes_back_as_it_was_put(tmp_path_factory, reading):
    with Store(tmp_path_factory.mktemp("out")) as store:
        fill(store, "a.png", "content", 0)
        store.put_reading("content", "recipe", 1, "layout", pack(reading))

        assert [page.outcome for page in store.pages()] == [reading]


@given(reading=readings())
def test_what_was_said_of_ink_comes_back_without_the_rest(tmp_path_factory, reading):
    with Store(tmp_path_factory.mktemp("out")) as store:
        fill(store, "a.png", "content", 0)
        store.put_reading("content", "recipe", 1, "layout", pack(reading))

        ((layout, found),) = store.inks()

    expected = inks_of(reading)
    assert layout == "layout"
    assert found.fields == expected.fields
    assert (found.probabilities == expected.probabilities).all()
    assert (found.styles == expected.styles).all()


def test_pages_come_by_file_and_number_however_they_were_put(tmp_path):
    with Store(tmp_path) as store:
        fill(store, "b.tif", "second", 11)
        fill(store, "a.tif", "first", 2)

        assert rows(store) == [("a.tif", 1), ("a.tif", 2)] + [("b.tif", n) for n in range(1, 12)]


def test_what_was_put_is_there_after_a_kill_but_for_the_last_moments(tmp_path):
    code = (
        "import sys, os, time; from pathlib import Path; from formreader.store import *\n"
        "store = Store(Path(sys.argv[1])); store.put_page_count('first', 7)\n"
        "time.sleep(KEPT_AFTER); store.put_page_count('second', 8)\n"
        "store.put_page_count('last', 9); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)

    with Store(tmp_path) as store:
        assert [store.page_count(content) for content in ("first", "second")] == [7, 8]


def test_what_was_put_is_there_after_an_error(tmp_path):
    with suppress(KeyboardInterrupt), Store(tmp_path) as store:
        store.put_page_count("first", 7)
        store.put_page_count("last", 9)
        raise KeyboardInterrupt

    with Store(tmp_path) as store:
        assert store.page_count("last") == 9


def test_excerpts_are_those_of_the_page_by_any_name_of_its_file(tmp_path):
    picture = Excerpt(3, 2, b"jpeg")
    with Store(tmp_path) as store:
        store.put_excerpts("content", "recipe", 2, {"total": picture})
        fill(store, "a.png", "content", 2)
        fill(store, "b.png", "content", 2)

        assert store.excerpts("b.png", 2) == {"total": picture}
        assert store.excerpts("b.png", 1) == {}


def test_a_second_run_on_the_same_folder_is_refused(tmp_path):
    with Store(tmp_path), pytest.raises(SetupError, match="another formreader is at work"):
        Store(tmp_path)


def test_a_run_is_free_again_once_it_is_left(tmp_path):
    with Store(tmp_path):
        pass

    with Store(tmp_path) as store:
        assert rows(store) == []


def test_two_files_of_one_content_are_read_once_and_listed_twice(tmp_path):
    with Store(tmp_path) as store:
        fill(store, "a.png", "same", 1)
        store.put_file(Path("/scans/copy.png"), "copy.png", "recipe", content="same")

        assert rows(store) == [("a.png", 1), ("copy.png", 1)]


def test_pages_of_another_recipe_do_not_count_as_read(tmp_path):
    with Store(tmp_path) as store:
        fill(store, "a.png", "content", 1, recipe="old")

        assert store.known_pages("content", "old") == {1}
        assert store.known_pages("content", "new") == frozenset()


def test_an_unsettled_problem_is_shown_until_it_is_forgotten(tmp_path):
    with Store(tmp_path) as store:
        fill(store, "a.png", "content", 1)
        store.put_problem("content", "recipe", 2, "bug: odd", settled=False)
        assert [page.outcome for page in store.pages()] == [EMPTY_FORM, "bug: odd"]

        store.put_file(Path("/scans/a.png"), "a.png", "recipe", content="content")
        assert store.known_pages("content", "recipe") == {1, 2}
        store.forget_unsettled("content", "recipe")

        assert store.known_pages("content", "recipe") == {1}


def test_templates_are_those_of_the_pages_shown(tmp_path):
    with Store(tmp_path) as store:
        fill(store, "a.png", "content", 1)
        store.put_template("unused", StoredTemplate(Path("forms"), b""))

        assert list(store.templates()) == ["layout"]


@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode there")
def test_a_file_whose_name_is_no_unicode_comes_back(tmp_path):
    name = os.fsdecode(b"caf\xe9.png")

    with Store(tmp_path) as store:
        fill(store, name, "content", 1)

        assert store.paths() == {name: Path("/scans") / name}
        assert rows(store) == [(name, 1)]


def test_a_lost_file_is_one_page_with_its_reason_until_it_is_found(tmp_path):
    with Store(tmp_path) as store:
        lost = Path("/scans/a.png")
        store.put_lost_file(lost, "a.png", "recipe", problem="unreadable: it is gone")
        assert [(page.page, page.outcome) for page in store.pages()] == [
            (1, "unreadable: it is gone")
        ]

        fill(store, "a.png", "content", 1)

        assert [page.outcome for page in store.pages()] == [EMPTY_FORM]


def test_a_file_under_a_new_name_keeps_one_row(tmp_path):
    with Store(tmp_path) as store:
        fill(store, "a.png", "content", 1)
        store.put_file(Path("/scans/a.png"), "scans/a.png", "recipe", content="content")

        assert rows(store) == [("scans/a.png", 1)]


def test_set_aside_empties_the_run_and_keeps_the_old_one(tmp_path):
    with Store(tmp_path) as store:
        asides = []
        for _ in range(2):
            store.add_run("2026-11-20T10:30:00", {}, {})
            fill(store, "a.png", "content", 1)
            asides.append(store.set_aside())

        assert rows(store) == []
    assert asides == [tmp_path / "run-1.sqlite", tmp_path / "run-2.sqlite"]
    assert all(aside.is_file() for aside in asides)


def test_nothing_is_set_aside_where_nothing_was_started(tmp_path):
    with Store(tmp_path) as store:
        assert store.set_aside() is None


def test_a_file_that_is_no_store_is_refused(tmp_path):
    (tmp_path / "run.sqlite").write_text("a shopping list", encoding="utf-8")

    with pytest.raises(SetupError, match="cannot be used"):
        Store(tmp_path)


def test_a_store_of_a_newer_program_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("formreader.database.MIGRATIONS", (*MIGRATIONS, "CREATE TABLE later (a)"))
    with Store(tmp_path):
        pass
    monkeypatch.undo()

    with pytest.raises(SetupError, match="newer version"):
        Store(tmp_path)


def test_an_old_store_is_brought_up_to_date(tmp_path, monkeypatch):
    with Store(tmp_path) as store:
        fill(store, "a.png", "content", 1)
    monkeypatch.setattr("formreader.database.MIGRATIONS", (*MIGRATIONS, "CREATE TABLE later (a)"))

    with Store(tmp_path) as store:
        assert rows(store) == [("a.png", 1)]


def test_a_store_of_before_objects_and_excerpts_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("formreader.database.MIGRATIONS", MIGRATIONS[:2])
    with Store(tmp_path) as store:
        fill(store, "a.png", "content", 1)
    monkeypatch.undo()

    with Store(tmp_path) as store:
        assert (rows(store), store.sizes()) == ([("a.png", 1)], set())
        assert store.excerpts("a.png", 1) == {}


def object_at(version: str) -> ListedObject:
    return ListedObject(Address("s3://forms/a.png"), size=7, version=version)


def test_the_content_of_an_object_is_known_by_its_version(tmp_path):
    first, second = object_at("7 first"), object_at("7 second")

    with Store(tmp_path) as store:
        store.put_file(first.address, "a.png", "recipe", content="content", listed=first)

        assert store.paths() == {"a.png": first.address}
        assert (store.content_of(first), store.content_of(second)) == ("content", None)
        assert store.sizes() == {7}


def test_a_folder_that_cannot_be_made_is_a_set_up_error(tmp_path):
    (tmp_path / "out").write_bytes(b"")

    with pytest.raises(SetupError, match="cannot be written"):
        Store(tmp_path / "out")
