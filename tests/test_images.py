"""Pictures: how their grey levels are counted."""

import numpy as np
import pytest

from formreader.images import histogram

PICTURE = np.array([[0, 7, 7], [255, 7, 0]], np.uint8)


@pytest.mark.parametrize("shape", [(256,), (256, 1)], ids=["OpenCV 5", "OpenCV 4"])
def test_levels_are_counted_alike_by_any_version_of_opencv(shape, monkeypatch):
    counts = np.bincount(PICTURE.ravel(), minlength=256)
    monkeypatch.setattr(
        "cv2.calcHist", lambda *_: counts.astype(np.float32).reshape(shape), raising=True
    )

    assert np.array_equal(histogram(PICTURE), counts)


def test_levels_are_counted_where_the_mask_is_not_0():
    counts = histogram(PICTURE, (PICTURE == 7).astype(np.uint8))

    assert (counts[7], counts.sum()) == (3, 3)


def test_an_empty_picture_has_no_levels():
    assert not histogram(PICTURE[:0]).any()
