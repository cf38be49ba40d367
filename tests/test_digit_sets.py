"""Sets of labelled digits: three kinds of them, and what is wrong with others."""

import gzip
import pickle

import cv2
import numpy as np
import pytest
from PIL import Image

from formreader.digit_sets import load_digits
from formreader.errors import InputError
from formreader.images import CROSSED, NO_DIGIT
from tests.handwriting import write_digits


@pytest.fixture(scope="module")
def digits():
    return write_digits(writers=2)


def idx(array, *, claimed=None):
    shape = claimed or array.shape
    return bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes() + array.tobytes()


def packed(content):
    """Compress without the time of day: it would give tests another name in every process."""
    return gzip.compress(content, mtime=0)


def write_mnist(folder, part, digits):
    for name, array in (("images-idx3", digits.images), ("labels-idx1", digits.labels)):
        (folder / f"{part}-{name}-ubyte.gz").write_bytes(packed(idx(array)))


def write_pictures(folder, digits, names=tuple("0123456789")):
    for number, (image, label) in enumerate(zip(digits.images, digits.labels, strict=True)):
        place = folder / names[label % len(names)]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place / f"{number:03}.png")


def test_archive_is_read_as_it_is(tmp_path, digits):
    np.savez(
        tmp_path / "own.npz",
        images=digits.images,
        labels=digits.labels.astype(np.int64),
        writers=digits.writers,
    )

    read = load_digits(tmp_path / "own.npz")

    assert read.name == "own"
    assert np.array_equal(read.images, digits.images)
    assert read.labels.dtype == np.uint8
    assert np.array_equal(read.writers, digits.writers)


def test_set_need_not_have_every_digit_and_may_have_what_is_none(tmp_path, digits):
    labels = np.array([3, CROSSED, NO_DIGIT])
    np.savez(tmp_path / "few.npz", images=digits.images[:3], labels=labels)

    read = load_digits(tmp_path / "few.npz")

    assert read.labels.tolist() == labels.tolist()
    assert set(read.writers) == {""}


def test_mnists_own_files_are_read_and_the_test_part_is_the_default(tmp_path, digits):
    write_mnist(tmp_path, "train", digits)
    write_mnist(tmp_path, "t10k", digits.take(digits.labels < 5))
    np.save(tmp_path / "t10k-writers.npy", np.arange(10))

    assert np.array_equal(load_digits(tmp_path, "train").images, digits.images)
    assert load_digits(tmp_path).writers.tolist() == [str(number) for number in range(10)]


@pytest.mark.parametrize("separator", ["-", "."])
def test_mnists_files_may_be_unpacked(tmp_path, digits, separator):
    (tmp_path / f"t10k-images{separator}idx3-ubyte").write_bytes(idx(digits.images))
    (tmp_path / f"t10k-labels{separator}idx1-ubyte").write_bytes(idx(digits.labels))

    assert np.array_equal(load_digits(tmp_path).images, digits.images)


def test_pictures_are_labelled_by_their_folders(tmp_path, digits):
    write_pictures(tmp_path, digits.take(digits.labels < 3), ("4", "crossed", "no digit"))
    (tmp_path / "4" / "notes.txt").write_text("none of the pictures", encoding="utf-8")

    read = load_digits(tmp_path)

    assert read.labels.tolist() == [4, 4, CROSSED, CROSSED, NO_DIGIT, NO_DIGIT]
    assert np.array_equal(read.images[:2], digits.images[digits.labels == 0])


def test_pictures_of_any_size_and_polarity_are_read(tmp_path, digits):
    (tmp_path / "3").mkdir()
    written = cv2.resize(digits.images[3], (170, 170), interpolation=cv2.INTER_CUBIC)
    Image.fromarray(255 - written).convert("RGB").save(tmp_path / "3" / "scan.jpg")
    Image.fromarray(np.pad(written, 20)).save(tmp_path / "3" / "screen.png")

    read = load_digits(tmp_path)

    difference = np.abs(read.images.astype(int) - digits.images[3])
    assert difference.mean(axis=(1, 2)).max() < 8


def test_pictures_that_cannot_be_used_are_all_listed(tmp_path, digits):
    write_pictures(tmp_path, digits)
    (tmp_path / "1" / "torn.png").write_bytes(b"torn")
    (tmp_path / "7" / "empty.png").write_bytes(b"")
    Image.fromarray(np.full((90, 90), 255, np.uint8)).save(tmp_path / "9" / "bare.png")
    words = r"1/torn.png: .*no picture(.|\n)*7/empty.png: .*empty(.|\n)*9/bare.png: .*all white"

    with pytest.raises(InputError, match=words):
        load_digits(tmp_path)


def test_folders_without_pictures_are_refused(tmp_path):
    (tmp_path / "0").mkdir()

    with pytest.raises(InputError, match="holds no pictures"):
        load_digits(tmp_path)


IMAGES = np.zeros((3, 28, 28), np.uint8)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({}, "images and labels not there, but nothing"),
        ({"images": IMAGES, "y": np.arange(3)}, "labels not there, but images, y"),
        ({"images": IMAGES[:0], "labels": np.arange(0)}, "are empty"),
        ({"images": IMAGES[:, 0], "labels": np.arange(3)}, r"but are uint8 of shape \(3, 28\)"),
        ({"images": IMAGES.astype(int), "labels": np.arange(3)}, "but are int64"),
        ({"images": IMAGES / 255, "labels": np.arange(3)}, r"float64(.|\n)*255 \* images"),
        ({"images": IMAGES, "labels": np.arange(2)}, r"each of its 3 images.*shape \(2,\)"),
        ({"images": IMAGES, "labels": np.eye(3)}, r"have the shape \(3, 3\)"),
        ({"images": IMAGES, "labels": np.array([3, 12, -1])}, "but some are -1, 12"),
        ({"images": IMAGES, "labels": np.array(["a", "b", "c"])}, "integers, but are <U1"),
        (
            {"images": IMAGES, "labels": np.arange(3), "writers": np.arange(2)},
            r"writers should be .* of shape \(3,\), but are int64 of shape \(2,\)",
        ),
        ({"images": IMAGES, "labels": np.array([1, 2, None])}, "pickled"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, arrays, words):
    path = tmp_path / "other.npz"
    np.savez(path, **arrays)

    with pytest.raises(InputError, match=words):
        load_digits(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"some text, nothing more", "holds no digits"),
        (pickle.dumps([1, 2]), "holds no digits"),
    ],
)
def test_file_that_is_no_archive_is_refused(tmp_path, content, words):
    (tmp_path / "own.npz").write_bytes(content)

    with pytest.raises(InputError, match=words):
        load_digits(tmp_path / "own.npz")


@pytest.mark.parametrize("damage", [slice(9000, None), slice(3000, 3050)])
def test_damaged_archive_is_refused(tmp_path, digits, damage):
    path = tmp_path / "own.npz"
    np.savez(path, images=digits.images, labels=digits.labels)
    content = bytearray(path.read_bytes())
    content[damage] = b"" if damage.stop is None else b"\xaa" * 50
    path.write_bytes(content)

    with pytest.raises(InputError, match="damaged or cut off"):
        load_digits(path)


def test_lone_array_and_absent_file_are_refused(tmp_path):
    np.save(tmp_path / "images.npy", IMAGES)

    for name, words in (("images.npy", "lone array"), ("gone.npz", "cannot be read")):
        with pytest.raises(InputError, match=words):
            load_digits(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("images-idx3", None, "has no t10k-images-idx3-ubyte.gz"),
        ("labels-idx1", None, "has no t10k-labels-idx1-ubyte.gz"),
        ("images-idx3", b"no gzip", "t10k-images-idx3-ubyte.gz cannot be read"),
        ("images-idx3", packed(idx(IMAGES))[:-12], "images-idx3-ubyte.gz cannot be read"),
        ("images-idx3", packed(idx(IMAGES)[:-1]), "2352 bytes should follow"),
        ("images-idx3", packed(idx(IMAGES)[:9]), "header should have 16 bytes, but has 9"),
        ("images-idx3", packed(idx(np.arange(9, dtype=np.uint8))), "should begin with"),
        ("images-idx3", packed(idx(IMAGES, claimed=(3, 28, 27))), "2268 bytes should"),
        ("images-idx3", packed(idx(IMAGES)), "a label for each of its 3 images"),
        ("writers", b"some text", "t10k-writers.npy cannot be read"),
    ],
)
def test_what_is_wrong_with_one_of_mnists_files_is_said(tmp_path, digits, name, content, words):
    write_mnist(tmp_path, "t10k", digits)
    ending = "npy" if name == "writers" else "ubyte.gz"
    path = tmp_path / f"t10k-{name}{'.' if name == 'writers' else '-'}{ending}"
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(InputError, match=words):
        load_digits(tmp_path)
