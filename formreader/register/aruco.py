"""ArUco markers: each says which one it is, so a single one may be enough."""

import cv2
import numpy as np

from formreader.geometry import Points, Rect, Transform
from formreader.images import GrayImage
from formreader.register.fitting import fit_perspective, fit_points, fit_similarity
from formreader.register.pyramid import Pyramid
from formreader.template import Aruco

DICTIONARIES = {
    "4x4_50": cv2.aruco.DICT_4X4_50,
    "4x4_100": cv2.aruco.DICT_4X4_100,
    "5x5_50": cv2.aruco.DICT_5X5_50,
    "5x5_100": cv2.aruco.DICT_5X5_100,
    "6x6_50": cv2.aruco.DICT_6X6_50,
    "6x6_250": cv2.aruco.DICT_6X6_250,
}
ENOUGH = 3  # markers that hardly show perspective; more do
SIDES_PX = (28, 60)  # of a marker where it is looked for: first quickly, then closely


def match_markers(scan: Pyramid, markers: Aruco, dots_per_mm: float) -> tuple[list[Transform], int]:
    """Map the page onto the scan by the markers found, and say how many those are.

    Two mappings come back where few markers leave open whether the page is seen at an angle.

    Args:
        scan: at all its sizes.
        markers: of the template.
        dots_per_mm: of the full scan, as far as is known.
    """
    for side in SIDES_PX:
        view = scan.view(dots_per_mm * markers.size, side)
        found = _detect(view.image, markers.dictionary)
        known = [(number, quad) for number, quad in found if number in markers.at]
        if known:
            page = np.concatenate(
                [_square(*markers.at[number], markers.size) for number, _ in known]
            )
            seen = view.to_scan.apply(np.concatenate([quad for _, quad in known]))
            return _fitted(page, seen, len(known)), len(known)
    return [], 0


def _fitted(page: Points, seen: Points, count: int) -> list[Transform]:
    if count == 1:
        return [fit_similarity(page, seen)]
    even = fit_points(page, seen)
    return [even] if count > ENOUGH else [even, fit_perspective(page, seen)]


def _detect(image: GrayImage, dictionary: str) -> list[tuple[int, Points]]:
    """Return the id of each marker and its corners, (4, 2) clockwise from its own top left."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(
        cv2.aruco.getPredefinedDictionary(DICTIONARIES[dictionary]), parameters
    )
    corners, ids, _ = detector.detectMarkers(image)
    numbers = [] if ids is None else [int(number) for number in ids.ravel()]
    return [
        (number, quad.reshape(4, 2).astype(np.float64))
        for number, quad in zip(numbers, corners, strict=True)
    ]


def _square(x: float, y: float, side: float) -> Points:
    return Rect(x - side / 2, y - side / 2, side, side).corners
