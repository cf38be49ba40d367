"""The empty form as a picture: recognised by its features."""

import cv2
import numpy as np

from formreader.errors import SetupError
from formreader.geometry import Transform
from formreader.images import GrayImage
from formreader.register.pyramid import Pyramid, halve_down

LONG_SIDE_PX = 1000  # of the pictures compared; at least
FEATURES = 2000
CLEARLY_NEARER = 0.8  # a feature's best match must be so much nearer than its second
LOOSE_PX = 4.0
FEWEST = 25  # features in agreement; wrong forms of one family share their heading's


def match_picture(scan: Pyramid, blank: bytes, page_mm: tuple[float, float]) -> list[Transform]:
    """Map the page onto the scan by features of the empty form, an empty list if too few agree.

    Args:
        scan: of the page.
        blank: the empty form, a picture file.
        page_mm: width and height of the page.

    Raises:
        SetupError: if the picture cannot be opened.
    """
    reference = halve_down(_load(blank))
    here, there = (source.view(max(source.size), LONG_SIDE_PX) for source in (reference, scan))
    detector = cv2.ORB.create(nfeatures=FEATURES, fastThreshold=10)
    ours, our_codes = detector.detectAndCompute(here.image, None)
    theirs, their_codes = detector.detectAndCompute(there.image, None)
    if our_codes is None or their_codes is None or len(their_codes) < 2:
        return []
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(our_codes, their_codes, k=2)
    clear = [first for first, second in pairs if first.distance < CLEARLY_NEARER * second.distance]
    if len(clear) < FEWEST:
        return []
    source = np.array([ours[match.queryIdx].pt for match in clear])
    target = np.array([theirs[match.trainIdx].pt for match in clear])
    matrix, agree = cv2.findHomography(source, target, cv2.USAC_MAGSAC, LOOSE_PX)
    if matrix is None or agree.sum() < FEWEST:
        return []
    width, height = reference.size
    to_reference = Transform(np.diag([width / page_mm[0], height / page_mm[1], 1.0]))
    centre = Transform.shift(-0.5, -0.5)
    page = to_reference.then(centre).then(here.from_scan)
    return [page.then(Transform(np.asarray(matrix, np.float64))).then(there.to_scan)]


def _load(blank: bytes) -> GrayImage:
    image = cv2.imdecode(np.frombuffer(blank, np.uint8), cv2.IMREAD_GRAYSCALE) if blank else None
    if image is None:
        raise SetupError("the template's picture of the empty form cannot be opened")
    return np.asarray(image, np.uint8)
