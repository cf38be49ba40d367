"""The empty form as a picture: recognised by its features."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formreader.errors import SetupError
from formreader.geometry import Transform
from formreader.images import GrayImage
from formreader.register.pyramid import Pyramid, View, halve_down

LONG_SIDE_PX = 1000  # of the pictures compared; at least
FEATURES = 2000
CLEARLY_NEARER = 0.8  # a feature's best match must be so much nearer than its second
LOOSE_PX = 4.0
FEWEST = 25  # features in agreement; wrong forms of one family share their heading's


class _Features(NamedTuple):
    """What of a picture is found again on another of the same form."""

    size: tuple[int, int]
    """Width and height of the picture, pixels."""
    view: View
    """The size at which it was looked at."""
    places: Sequence[cv2.KeyPoint]
    codes: npt.NDArray[np.uint8] | None
    """How the surroundings of each look; None where there are none."""


def match_picture(scan: Pyramid, blank: bytes, page_mm: tuple[float, float]) -> list[Transform]:
    """Map the page onto the scan by features of the empty form, an empty list if too few agree.

    Args:
        scan: of the page.
        blank: the empty form, a picture file.
        page_mm: width and height of the page.

    Raises:
        SetupError: if the picture cannot be opened.
    """
    ours, theirs = _features_of_form(blank), _features(scan)
    if ours.codes is None or theirs.codes is None or len(theirs.codes) < 2:
        return []
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(ours.codes, theirs.codes, k=2)
    clear = [first for first, second in pairs if first.distance < CLEARLY_NEARER * second.distance]
    if len(clear) < FEWEST:
        return []
    source = np.array([ours.places[match.queryIdx].pt for match in clear])
    target = np.array([theirs.places[match.trainIdx].pt for match in clear])
    matrix, agree = cv2.findHomography(source, target, cv2.USAC_MAGSAC, LOOSE_PX)
    if matrix is None or agree.sum() < FEWEST:
        return []
    width, height = ours.size
    to_reference = Transform(np.diag([width / page_mm[0], height / page_mm[1], 1.0]))
    centre = Transform.shift(-0.5, -0.5)
    page = to_reference.then(centre).then(ours.view.from_scan)
    return [page.then(Transform(np.asarray(matrix, np.float64))).then(theirs.view.to_scan)]


@lru_cache(maxsize=8)  # it is the same for every page: 90 ms
def _features_of_form(blank: bytes) -> _Features:
    return _features(halve_down(_load(blank)))


def _features(picture: Pyramid) -> _Features:
    view = picture.view(max(picture.size), LONG_SIDE_PX)
    detector = cv2.ORB.create(nfeatures=FEATURES, fastThreshold=10)
    places, codes = detector.detectAndCompute(view.image, None)
    return _Features(
        picture.size, view, places, None if codes is None else np.asarray(codes, np.uint8)
    )


def _load(blank: bytes) -> GrayImage:
    image = cv2.imdecode(np.frombuffer(blank, np.uint8), cv2.IMREAD_GRAYSCALE) if blank else None
    if image is None:
        raise SetupError("the template's picture of the empty form cannot be opened")
    return np.asarray(image, np.uint8)
