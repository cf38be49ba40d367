"""Files at addresses: the same tables as of a folder on this machine, wherever they are read."""

import errno
import io
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from threading import Thread

import fsspec
import pytest
from PIL import Image

from formreader import copies
from formreader.addresses import Address, source_of
from formreader.arrivals import Arrivals
from formreader.batch import Finished, Settings, run_batch
from formreader.copies import CopyError
from formreader.engines import run_serially
from formreader.errors import InputError, SetupError
from formreader.inputs import Inputs, find_inputs
from formreader.objects import FetchError, _words
from formreader.recipe import make_recipe
from formreader.store import Store
from formreader.synth.conditions import find_condition
from formreader.synth.forms import draw_forms
from formreader.synth.strokes import random_hand
from formreader.template_file import load_template
from tests.object_store import KEYS, Bucket, serving
from tests.standins import SeesSevens
from tests.test_batch import CLAIM, rows, stop_after, tables


@pytest.fixture(scope="session")
def endpoint():
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(endpoint, monkeypatch) -> Bucket:
    bucket = Bucket(endpoint)
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    yield bucket
    bucket.empty()


@pytest.fixture
def memory():
    """The store that fsspec keeps in the memory of this process."""
    system = fsspec.filesystem("memory")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


@pytest.fixture(scope="session")
def pictured(tmp_path_factory) -> Path:
    """A folder of a form, a fax of three and a white page."""
    folder = tmp_path_factory.mktemp("pictured")
    forms = draw_forms(load_template(CLAIM), random_hand, [find_condition("100-dpi")], seed=1)
    first, *others = (Image.fromarray(form.image) for form in islice(forms, 4))
    first.save(folder / "a.png")
    others[0].save(folder / "b.tif", save_all=True, append_images=others[1:])
    Image.new("L", first.size, 255).save(folder / "c.png")
    return folder


@pytest.fixture
def address(bucket, pictured) -> str:
    """The same folder in a bucket."""
    return bucket.put_folder(pictured, "in")


@pytest.fixture(scope="session")
def whole(pictured, tmp_path_factory) -> list[bytes]:
    """The tables of the folder on this machine."""
    out = tmp_path_factory.mktemp("whole")
    run(find_inputs([str(pictured)], None), out)
    return tables(out)


def run(inputs: Inputs, out: Path, watch=lambda _: None, model=None, **settings) -> Finished:
    return run_batch(
        inputs,
        make_recipe([load_template(CLAIM)], model or SeesSevens()),
        Settings(out, **{"max_error": 0.001, "engine": run_serially, "images": False} | settings),
        watch,
        lambda: datetime.now(UTC),
    )


@pytest.fixture
def read(tmp_path):
    """Read a path or an address, or what was found there before, into the run folder."""

    def read(given: str | Path | Inputs, **settings) -> Finished:
        inputs = given if isinstance(given, Inputs) else find_inputs([str(given)], None)
        return run(inputs, tmp_path / "out", **settings)

    return read


@pytest.fixture
def fetched(monkeypatch) -> list[str]:
    """The names of files, each time one is fetched."""
    names, fetch = [], copies.fetch

    def note(address: Address, size: int | None):
        names.append(address.name)
        yield from fetch(address, size)

    monkeypatch.setattr(copies, "fetch", note)
    return names


def names(*given: str) -> list[str]:
    return [each.file for each in find_inputs(list(given), None).files]


def test_a_folder_of_a_bucket_is_read_as_one_on_this_machine(
    address, fetched, read, tmp_path, whole
):
    finished = read(address)

    assert tables(tmp_path / "out") == whole
    assert (finished.tally.pages, fetched) == (5, ["a.png", "b.tif", "c.png"])
    assert not (tmp_path / "out" / copies.FOLDER).exists()


def test_a_file_address_is_the_path_it_names(pictured, read, tmp_path, whole):
    read(pictured.as_uri())

    assert tables(tmp_path / "out") == whole
    assert read(pictured).tally.pages_new == 0


def test_any_store_that_fsspec_knows_is_read(memory, pictured, read, tmp_path, whole):
    memory.put(f"{pictured}/", "/scans", recursive=True)

    read("memory://scans")

    assert tables(tmp_path / "out") == whole


def test_pictures_for_review_are_fetched_once_a_file(address, fetched, pictured, read, tmp_path):
    review = tmp_path / "out" / "review.html"
    read(pictured, images=True)
    page = review.read_bytes()

    read(address, fresh=True, images=True)

    assert review.read_bytes() == page
    assert b"data:image" in page
    assert fetched == ["a.png", "b.tif", "c.png", "a.png", "b.tif"]


def test_nothing_is_fetched_twice(address, fetched, read):
    read(address)
    fetched.clear()

    assert read(address).tally.pages_known == 5
    assert fetched == []


@pytest.mark.parametrize("number", [1, 3])
def test_a_run_that_was_interrupted_fetches_the_rest(
    address, fetched, number, read, tmp_path, whole
):
    with pytest.raises(KeyboardInterrupt):
        read(address, watch=stop_after(number))
    fetched.clear()

    rest = read(address)

    assert rest.tally.pages_new == 5 - number
    assert fetched == (["a.png"] if number == 1 else []) + ["b.tif", "c.png"]
    assert tables(tmp_path / "out") == whole


def test_an_object_that_changed_is_read_again(address, bucket, fetched, pictured, read, tmp_path):
    read(address)
    fetched.clear()
    bucket.put("in/c.png", (pictured / "a.png").read_bytes())

    again = read(address)

    assert (again.tally.pages_new, fetched) == (0, ["c.png"])  # of the same bytes as a.png
    changed = [row for row in rows(tmp_path / "out", "fields.csv") if row["file"] == "c.png"]
    assert "duplicate: of a.png" in {row["reason"] for row in changed}


def test_an_object_put_once_more_with_the_same_bytes_is_not_read_again(memory, pictured, read):
    memory.put(f"{pictured}/", "/scans", recursive=True)
    read("memory://scans")
    memory.store.clear()
    memory.put(f"{pictured}/", "/scans", recursive=True)

    assert read("memory://scans").tally.pages_new == 0


def test_objects_of_the_same_bytes_are_read_once(address, bucket, pictured, read, tmp_path):
    bucket.put("in/copy.tif", (pictured / "b.tif").read_bytes())

    model = SeesSevens()

    finished = read(address, model=model)

    assert (finished.tally.pages_new, finished.tally.pages_known) == (5, 3)
    assert model.shown == 4
    reasons = {row["reason"] for row in rows(tmp_path / "out", "fields.csv")}
    assert {f"duplicate: of b.tif{page}" for page in ("", ", page 2", ", page 3")} <= reasons


@pytest.mark.parametrize("number", [2, 5])
def test_what_was_read_elsewhere_counts_as_known(address, number, pictured, read, tmp_path, whole):
    """The files on this machine are gone, and with them how large they were."""
    scans = shutil.copytree(pictured, tmp_path / "scans")
    with suppress(KeyboardInterrupt):
        read(scans, watch=stop_after(number))
    shutil.rmtree(scans)

    rest = read(address)

    assert (rest.tally.pages_known, rest.tally.pages_new) == (number, 5 - number)
    assert tables(tmp_path / "out") == whole


@pytest.mark.parametrize("known", ["here", "there"])
def test_another_address_under_known_names_is_refused_and_nothing_is_fetched(
    address, bucket, known, monkeypatch, pictured, read
):
    other = bucket.put_folder(pictured, "other")
    read(pictured if known == "here" else address)
    monkeypatch.setattr("formreader.copies.fetch", None)

    with pytest.raises(SetupError, match=r"a\.png is .*; give another folder by -o, or --fresh"):
        read(other)


def test_files_here_may_take_the_place_of_the_same_objects(address, pictured, read, tmp_path):
    read(address)

    same = read(pictured)
    changed = shutil.copytree(pictured, tmp_path / "changed")
    shutil.copy(changed / "c.png", changed / "a.png")

    assert same.tally.pages_new == 0
    with pytest.raises(SetupError, match="give another folder"):
        read(changed)


def test_an_object_that_vanished_is_set_aside_until_it_is_back(
    address, bucket, pictured, read, tmp_path, whole
):
    inputs = find_inputs([address], None)
    bucket.delete("in/b.tif")

    gone = read(inputs)
    bucket.put_folder(pictured, "in")
    back = read(address)

    assert gone.problems["not fetched: it is gone"] == 1
    assert (gone.counts.read, back.tally.pages_new) == (1, 3)
    assert tables(tmp_path / "out") == whole


def test_pages_that_could_not_be_fetched_are_tried_again(
    address, monkeypatch, read, tmp_path, whole
):
    def fail(address: Address, size: int | None):
        yield b"begun"
        raise FetchError("the line is dead")

    with pytest.raises(KeyboardInterrupt):
        read(address, watch=stop_after(2))
    with monkeypatch.context() as patched:
        patched.setattr(copies, "fetch", fail)
        failed = read(address)

    assert failed.problems == {"not fetched: the line is dead": 2}
    assert read(address).tally.pages_new == 3
    assert tables(tmp_path / "out") == whole


def test_an_object_that_changes_between_its_pages_is_not_mixed(address, bucket, pictured, read):
    with pytest.raises(KeyboardInterrupt):
        read(address, watch=stop_after(2))
    inputs = find_inputs([address], None)
    bucket.put("in/b.tif", (pictured / "c.png").read_bytes())

    changed = read(inputs)
    again = read(address)

    assert changed.problems["not fetched: it has changed since it was listed"] == 1
    assert (again.counts.read, again.counts.set_aside) == (1, 2)


def test_a_large_object_in_parts_is_fetched_once(
    address, fetched, monkeypatch, read, tmp_path, whole
):
    monkeypatch.setattr("formreader.intake.PART", 1)

    read(address)

    assert fetched == ["a.png", "b.tif", "c.png"]
    assert tables(tmp_path / "out") == whole


def test_a_large_object_comes_in_pieces(address, monkeypatch, read, tmp_path, whole):
    monkeypatch.setattr("formreader.objects.PIECE", 50_000)

    read(address)

    assert tables(tmp_path / "out") == whole


def test_a_limit_holds_for_objects_too(address, read):
    assert [read(address, limit=limit).tally.pages for limit in (2, 3, None)] == [2, 3, 5]


def test_another_machine_keeps_no_copy(address, monkeypatch, read, tmp_path, whole):
    """There the folder for copies of the run is not to be found."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    is_dir = Path.is_dir
    monkeypatch.setattr(
        Path, "is_dir", lambda self: self.parent.name != copies.FOLDER and is_dir(self)
    )

    read(address)
    monkeypatch.undo()

    assert tables(tmp_path / "out") == whole
    assert not list((tmp_path / "temporary").iterdir())


def read_apart(address: str, out: Path, last: int) -> subprocess.CompletedProcess[bytes]:
    """Read by two worker processes of a process of its own, killed after the last page.

    It keeps every change at once, lest all of so few pages be among those that a kill loses.
    """
    code = (
        "import os, sys; from tests.test_batch import *; from formreader import store\n"
        "store.KEPT_AFTER = -1\n"
        "address, out, last = sys.argv[1:]\n"
        "run_batch(find_inputs([address], None), make_recipe([load_template(CLAIM)], SeesSevens()),"
        " Settings(Path(out), max_error=0.001, engine=workers(2), images=False),"
        " lambda tally: tally.pages_new < int(last) or os._exit(9), lambda: datetime.now(UTC))"
    )
    command = (sys.executable, "-c", code, address, out, str(last))
    return subprocess.run(command, capture_output=True, check=False)


def test_worker_processes_fetch_for_themselves(address, tmp_path, whole):
    done = read_apart(address, tmp_path / "out", last=6)

    assert done.returncode == 0, done.stderr
    assert tables(tmp_path / "out") == whole
    texts = [done.stdout, done.stderr, *(each.read_bytes() for each in tmp_path.glob("out/*"))]
    assert not any(key.encode() in text for key in KEYS.values() for text in texts)


def test_a_run_that_was_killed_goes_on(address, read, tmp_path, whole):
    killed = read_apart(address, tmp_path / "out", last=3)

    rest = read(address)

    assert killed.returncode == 9
    assert 0 < rest.tally.pages_known <= 3
    assert not (tmp_path / "out" / copies.FOLDER).exists()
    assert tables(tmp_path / "out") == whole


def test_a_run_whose_folder_for_copies_is_still_written_to_goes_on(
    address, monkeypatch, read, tmp_path, whole
):
    """A worker of a run that was killed keeps what cannot be removed."""
    held = tmp_path / "out" / copies.FOLDER / "of an older run"
    held.mkdir(parents=True)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)
        read(address)
    assert tables(tmp_path / "out") == whole

    assert read(address).tally.pages_known == 5
    assert not held.parent.exists()


OPEN = Path.open


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def open_on_full_disk(path: Path, mode: str = "r", **more: object) -> io.IOBase:
    return full_disk() if mode == "ab" else OPEN(path, mode, **more)


@pytest.mark.parametrize(
    ("place", "broken"),
    [
        ("tempfile.mkstemp", full_disk),
        ("pathlib.Path.open", open_on_full_disk),
        ("pathlib.Path.replace", full_disk),
    ],
)
def test_a_full_disk_ends_the_run_which_goes_on_later(
    address, broken, fetched, monkeypatch, place, read, tmp_path, whole
):
    with monkeypatch.context() as patched:
        patched.setattr(place, broken)
        with pytest.raises(CopyError, match=r"\.fetched.* cannot be written: No space") as ended:
            read(address)
    sent = pickle.loads(pickle.dumps(ended.value))  # as by a worker
    assert str(sent) == str(ended.value)
    assert fetched in ([], ["a.png"])

    with Store(tmp_path / "out") as store:
        assert not list(store.pages())
    assert read(address).tally.pages_new == 5
    assert tables(tmp_path / "out") == whole


def test_a_full_disk_of_another_machine_ends_the_run(address, monkeypatch, read):
    is_dir = Path.is_dir
    monkeypatch.setattr(
        Path, "is_dir", lambda self: self.parent.name != copies.FOLDER and is_dir(self)
    )
    monkeypatch.setattr("tempfile.TemporaryDirectory", full_disk)

    with pytest.raises(CopyError, match="the folder for temporary files cannot be written"):
        read(address)


def give_up(work, tasks):
    """Be an engine whose workers die of everything."""
    for task in tasks:
        results, _ = work.give_up(task, "time: it took more than 60 s to read")
        yield from results


def test_files_that_workers_die_of_fetching_are_tried_again(address, read, tmp_path, whole):
    lost = read(address, engine=give_up)

    assert lost.problems == {"time: it took more than 60 s to read": 3}
    assert read(address).tally.pages_new == 5
    assert tables(tmp_path / "out") == whole


def in_pairs_backwards(work, tasks):
    """Be an engine that has the second of two files done before the first is begun."""
    while pair := list(islice(tasks, 2)):
        for task in reversed(pair):
            yield from work(task)


def test_it_is_no_matter_which_of_two_files_of_the_same_bytes_comes_first(
    address, bucket, pictured, read, tmp_path
):
    for name in ("a2.png", "a3.png"):
        bucket.put(f"in/{name}", (pictured / "a.png").read_bytes())
    read(address)
    usual = tables(tmp_path / "out")

    finished = read(address, engine=in_pairs_backwards, fresh=True)

    assert (finished.tally.pages_new, finished.tally.pages_known) == (5, 2)
    assert finished.tally.files_done == 5
    assert tables(tmp_path / "out") == usual


def test_what_lies_at_an_address_is_chosen_as_in_a_folder(bucket, tmp_path):
    for key in (
        *("1.png", "a/ä ö.pdf", "a/b::c?d #1.JPG", "batch.png/2.png", "notes.txt", ".3.png"),
        *(".git/4.png", ".git/deep/5.png", "out/run.sqlite", "out/crop.png", "out/deep/6.png"),
    ):
        bucket.put(f"in/{key}")
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).touch()
    bucket.put("in/empty folder/")
    bucket.put("inbox/7.png")

    assert find_inputs(["s3://forms/in/"], None).ignored == 3
    assert names("s3://forms/in") == names(str(tmp_path))
    assert names("s3://forms/in/.3.png") == [".3.png"]
    assert names("s3://forms/in/batch.png") == ["2.png"]


def test_files_go_by_their_address_from_what_all_share(bucket, memory, tmp_path):
    for key in ("x/1.png", "y/2.png", "y/z/3.png"):
        bucket.put(key)
    memory.touch("/y/4.png")
    (tmp_path / "5.png").touch()

    assert names("s3://forms/x", "s3://forms/y") == ["x/1.png", "y/2.png", "y/z/3.png"]
    assert names("s3://forms/y/2.png", "s3://forms/y/z", "s3://forms/y") == ["2.png", "z/3.png"]
    assert names("s3://forms/y/2.png") == ["2.png"]
    assert names("memory://") == ["y/4.png"]
    assert names("memory://y", "s3://forms/x") == ["memory://y/4.png", "s3://forms/x/1.png"]
    assert names(str(tmp_path), "s3://forms/x") == [
        (tmp_path / "5.png").as_posix(),
        "s3://forms/x/1.png",
    ]


def test_addresses_may_stand_in_a_list(bucket):
    bucket.put("x/1.png")
    lines = io.StringIO("s3://forms/x/1.png\ns3://forms/x\n")

    assert [each.file for each in find_inputs(["-"], lines).files] == ["1.png"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("s3://forms/nothing", r"no such file or folder:\n  - s3://forms/nothing"),
        ("s3://no-such-bucket/in", r"no such file or folder:\n  - s3://no-such-bucket/in"),
        ("nonsense://forms", "there is no nonsense://"),
        ("gs://forms/in", "gs://forms/in needs a driver that is not installed: .*gcsfs"),
        ("ftp://me:a-secret-key@127.0.0.1:9/in", "ftp://127.0.0.1:9/in cannot be reached: "),
    ],
)
def test_an_address_that_leads_nowhere_is_said_with_the_remedy(address, bucket, words):
    with pytest.raises(InputError, match=words) as error:
        find_inputs([address], None)

    assert "a-secret-key" not in str(error.value)


class Refuses:
    """A driver that is not let in."""

    def invalidate_cache(self) -> None:
        pass

    def info(self, _: str) -> None:
        raise PermissionError("Access Denied")


def test_a_bucket_without_access_is_said(monkeypatch):
    monkeypatch.setattr("formreader.objects.open_system", lambda _: (Refuses(), "forms/in"))

    with pytest.raises(InputError, match=r"s3://forms/in may not be seen: .*AWS_ACCESS_KEY_ID"):
        find_inputs(["s3://forms/in"], None)


def test_a_missing_extra_ends_in_words(capsys, formreader, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)

    assert formreader("read", "s3://forms/in", "-t", "expense-claim") == 2
    assert "pip install 'formreader[cluster]'" in capsys.readouterr().err


def test_one_address_with_two_logins_is_refused():
    with pytest.raises(InputError, match="sftp://host/x is given twice"):
        find_inputs(["sftp://host/x", "sftp://me:pw@host/x"], None)


@pytest.mark.parametrize(
    ("typed", "shown", "url"),
    [
        ("s3://forms/in/", "s3://forms/in", "s3://forms/in"),
        ("S3://forms/a@b.png", "s3://forms/a@b.png", "s3://forms/a@b.png"),
        ("sftp://me:pw@host/in", "sftp://host/in", "sftp://me:pw@host/in"),
        ("sftp://me:a@pw@host/in", "sftp://host/in", "sftp://me:a@pw@host/in"),
        ("sftp://me@host:22/a@b", "sftp://me@host:22/a@b", "sftp://me@host:22/a@b"),
        ("https://pw@host/a.png", "https://host/a.png", "https://pw@host/a.png"),
        ("https://host/a.png?sig=pw", "https://host/a.png", "https://host/a.png?sig=pw"),
        ("s3://arn:aws:s3:x/a@b", "s3://arn:aws:s3:x/a@b", "s3://arn:aws:s3:x/a@b"),
        ("s3://forms/a:b@c.png", "s3://forms/a:b@c.png", "s3://forms/a:b@c.png"),
        ("abfs://box@account/in", "abfs://box@account/in", "abfs://box@account/in"),
        ("memory://", "memory://", "memory://"),
    ],
)
def test_what_lets_one_in_is_not_shown(shown, typed, url):
    address = source_of(typed)

    assert isinstance(address, Address)
    assert (str(address), address.url) == (shown, url)
    assert "pw" not in repr(address)
    assert source_of(str(address)) == address


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("s3://KEY:pw@forms/x", "names and keys in the environment"),
        ("s3://KEY:p/pw@forms/x", "names and keys in the environment"),
        ("gs://KEY:p/pw@forms/x", "names and keys in the environment"),
        ("sftp://me:p/pw@host/x", "write %2F for the slash"),
    ],
)
def test_what_would_be_shown_is_refused(typed, words):
    with pytest.raises(InputError, match=words) as error:
        source_of(typed)

    assert "pw" not in str(error.value)


class Guarded(BaseHTTPRequestHandler):
    """A web page that may be looked at and not fetched."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()

    def do_GET(self) -> None:
        self.send_error(403)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def guarded() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Guarded) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_no_signature_is_told(capsys, formreader, guarded, tmp_path):
    """The driver writes addresses anew: %2F is / in its texts."""
    url = f"http://a%40token@{guarded}/a.png?signature=se%2Fcr%40et"
    out = tmp_path / "out"

    assert formreader("read", url, "-t", "expense-claim", "-o", str(out), "-j", "1") == 3

    said = capsys.readouterr()
    texts = [
        said.out,
        said.err,
        *(each.read_bytes().decode(errors="replace") for each in out.glob("*")),
    ]
    assert rows(out, "problems.csv")[0]["reason"] == "not fetched: ClientResponseError: 403"
    assert not any(re.search("cr(%40|@)et|token", text) for text in texts)


def test_no_login_of_an_address_that_one_is_sent_on_to_is_told():
    error = OSError("403, url='https://me:a@pw@host/a.png?sig=p/w'")

    assert _words(error, source_of("https://host/a.png")) == "403, url='https://host/a.png"


def test_a_file_of_another_machine_is_no_path():
    assert source_of("file://localhost/a%20b.png") == Path("/a b.png")
    if os.name == "nt":
        assert source_of("file://server/share/a.png") == Path("//server/share/a.png")
    else:
        with pytest.raises(InputError, match="names the machine 'server'"):
            source_of("file://server/share/a.png")


def test_an_object_is_taken_once_it_has_stopped_growing(memory):
    arrivals, taken = Arrivals(settle=5), []
    for now in range(20):
        if now in {0, 3, 6}:
            memory.pipe("/in/a.png", b"a" * (now + 1))
        files = find_inputs(["memory://in"], None).files
        taken += [now for _ in arrivals.take(files, now)]

    assert taken == [11]


def test_what_arrives_at_an_address_is_read(
    bucket, capsys, formreader, monkeypatch, pictured, tmp_path
):
    arriving = iter(["a.png", None, "c.png", None, None])

    def sleep(_: float) -> None:
        name = next(arriving, "end")
        if name == "end":
            raise KeyboardInterrupt
        if name:
            bucket.put(f"in/{name}", (pictured / name).read_bytes())

    monkeypatch.setattr("formreader.cli.watch.time.sleep", sleep)
    monkeypatch.setattr("formreader.cli.watch.make_engine", lambda *_: run_serially)
    out = str(tmp_path / "out")
    command = ("watch", "s3://forms/in", "-t", "expense-claim", "-o", out, "--settle", "0")
    assert formreader(*command) == 0

    said = capsys.readouterr()
    assert re.findall(r"in all (\d) pages read, (\d)", said.out) == [("1", "0"), ("1", "1")]
    assert said.err.count("there is no such file or folder") == 1


def test_what_could_not_be_fetched_is_watched_on(
    address, capsys, fetched, formreader, monkeypatch, tmp_path
):
    rounds, fetch = [], copies.fetch

    def fetch_later(address: Address, size: int | None):
        if len(rounds) < 2 and address.name == "b.tif":
            raise FetchError("the line is dead")
        yield from fetch(address, size)

    def sleep(_: float) -> None:
        rounds.append("")
        if len(rounds) == 6:
            raise KeyboardInterrupt

    monkeypatch.setattr(copies, "fetch", fetch_later)
    monkeypatch.setattr("formreader.arrivals.AGAIN", 0.0)
    monkeypatch.setattr("formreader.cli.watch.time.sleep", sleep)
    monkeypatch.setattr("formreader.cli.watch.make_engine", lambda *_: run_serially)
    out = tmp_path / "out"
    command = ("watch", address, "-t", "expense-claim", "-o", str(out), "--settle", "0")
    assert formreader(*command, "--no-images") == 0

    said = re.findall(r"new: files (\d), .* (\d) pages read, (\d) set", capsys.readouterr().out)
    assert said == [("3", "1", "2"), ("1", "4", "1")]
    assert fetched == ["a.png", "c.png", "b.tif"]
