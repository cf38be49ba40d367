"""Put paper around a picture whose digit reaches its edges."""

import numpy as np
import numpy.typing as npt

from formreader.images import GrayImage

MARGIN = 3  # pixels
SAMPLES = 128  # of the edges; a median of half of them takes 0.3 ms
NARROW, OUTERMOST = 0.45, 0.1  # width by height; quantile of its sides that is paper, not edge
INK = 0.3  # of the contrast: what differs so much from the edges about it is ink that reaches them

Levels = npt.NDArray[np.float32]


def with_margin(picture: GrayImage) -> GrayImage:
    """Return a picture with a frame that goes on as its edges do, ink taken for what is beside it.

    What most of the edges about a place are is paper there, in light as in shadow.
    """
    one = _paper_of_one(picture)
    if one is not None:
        return np.pad(picture, MARGIN, constant_values=round(one))
    height, width = picture.shape
    framed = np.pad(picture, MARGIN, mode="edge")
    lengths = (width, height, width, height)
    edges = np.concatenate(
        [picture[0], picture[:, -1], picture[-1, ::-1], picture[::-1, 0]]
    ).astype(np.float32)
    top, right, bottom, left = np.split(
        _paper(edges, float(np.ptp(picture))).astype(np.uint8), np.cumsum(lengths)[:-1]
    )
    inside = slice(MARGIN, -MARGIN)
    framed[:MARGIN, inside], framed[-MARGIN:, inside] = top, bottom[::-1]
    framed[inside, :MARGIN], framed[inside, -MARGIN:] = left[::-1, None], right[:, None]
    for y, x, level in ((0, 0, top[0]), (0, -1, right[0]), (-1, -1, bottom[0]), (-1, 0, left[0])):
        framed[_end(y), _end(x)] = level
    return framed


def _end(index: int) -> slice:
    return slice(0, MARGIN) if index == 0 else slice(-MARGIN, None)


def _paper_of_one(picture: GrayImage) -> float | None:
    """Return the paper of a picture that a 1 fills from end to end, None for any other picture."""
    height, width = picture.shape
    third = width // 3
    if third == 0 or width > NARROW * height:
        return None
    stroke = float(np.median(picture[:, third : width - third]))
    sides = picture[:, [0, -1]]
    if abs(stroke - float(np.median(sides))) < INK * float(np.ptp(picture)):
        return None
    return float(np.quantile(sides, OUTERMOST if stroke > np.median(sides) else 1 - OUTERMOST))


def _paper(edges: Levels, contrast: float) -> Levels:
    """Return the paper along the edges of a picture, one after the other all the way round."""
    places = np.linspace(0, len(edges), SAMPLES, endpoint=False)
    some = edges[places.astype(np.intp)]
    reach = SAMPLES // 4
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(some, (reach, reach), mode="wrap"), 2 * reach + 1
    )
    median = np.interp(np.arange(len(edges)), places, np.median(around, axis=1))
    is_ink = np.abs(edges - median) > INK * contrast
    return np.asarray(np.where(is_ink, median, edges), np.float32)
