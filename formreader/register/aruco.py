"""ArUco markers: each says which one it is, so a single one may be enough."""

import cv2
import numpy as np

from formreader.geometry import Points, Rect, Transform
from formreader.images import GrayImage
from formreader.register.fitting import fit_points, fit_similarity
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
SIDES_PX = (28, 60)  # of a marker where it is looked for: first quickly, then closely


def match_markers(scan: Pyramid, markers: Aruco, dots_per_mm: float) -> tuple[list[Transform], int]:
    """Map the page onto the scan by the markers found, and say how many those are.

    Args:
        scan: at all its sizes.
        markers: of the template.
        dots_per_mm: of the full scan, as far as is known.
    """
    for side in SIDES_PX:
        view = scan.view(dots_per_mm * markers.size, side)
        corners, ids = _detect(view.image, markers.dictionary)
        known = [
            (number, quad)
            for number, quad in zip(ids, corners, strict=True)
            if number in markers.at
        ]
        if not known:
            continue
        page = np.concatenate([_square(*markers.at[number], markers.size) for number, _ in known])
        seen = view.to_scan.apply(np.concatenate([quad for _, quad in known]))
        fit = fit_points if len(known) > 1 else fit_similarity
        return [fit(page, seen)], len(known)
    return [], 0


def _detect(image: GrayImage, dictionary: str) -> tuple[list[Points], list[int]]:
    """Return the corners of each marker, (4, 2) clockwise from its own top left, and its id."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(
        cv2.aruco.getPredefinedDictionary(DICTIONARIES[dictionary]), parameters
    )
    corners, ids, _ = detector.detectMarkers(image)
    return [quad.reshape(4, 2).astype(np.float64) for quad in corners], [] if ids is None else [
        int(number) for number in ids.ravel()
    ]


def _square(x: float, y: float, side: float) -> Points:
    return Rect(x - side / 2, y - side / 2, side, side).corners
