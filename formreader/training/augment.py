"""Distort digit images as other hands, pens, printers and scanners would."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import DIGIT_SIDE, DigitBatch, DigitImage
from formreader.training.pen import fitted, inked

TURN = 0.17  # radians either way
SHEAR = 0.25  # the slant of a hand
SCALE = 0.12  # as a share, either way and in both directions apart
SHIFT = 1.4  # pixels: centring by mass moves with every stroke more or less
ELASTIC = 1.3  # pixels, root mean square, at most; 2.5 bends a 0 into a triangle
ELASTIC_SPREAD = 5.0  # pixels over which a hand's wobble keeps its direction
FIELDS = 256  # wobbles made once and drawn from

Map = npt.NDArray[np.float32]
Wear = Callable[[DigitImage, np.random.Generator], DigitImage]


class Augmenter:
    """Distorts batches of digit images; the same generator state gives the same pictures."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Keep the generator that makes every choice from now on."""
        self._rng = rng
        self._wobbles = _wobbles(rng)

    def distort(self, digits: DigitBatch) -> DigitBatch:
        """Return the same digits, (n, 28, 28), each distorted by chance."""
        rng = self._rng
        worn = np.empty_like(digits)
        chances = rng.random((len(digits), len(WEARS)))
        for index, (x, y) in enumerate(self._maps(len(digits))):
            image = np.asarray(cv2.remap(digits[index], x, y, cv2.INTER_LINEAR), np.uint8)
            for (wear, chance), drawn in zip(WEARS, chances[index], strict=True):
                if drawn < chance:
                    image = wear(image, rng)
            worn[index] = image
        return worn

    def _maps(self, count: int) -> Map:
        """Return where each pixel comes from, (count, 2, 28, 28): its x and its y."""
        rng = self._rng
        middle = (DIGIT_SIDE - 1) / 2
        axis = np.arange(DIGIT_SIDE, dtype=np.float32) - middle
        grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
        sampled = grid @ _affine(count, rng).astype(np.float32) + middle
        shift = rng.uniform(-SHIFT, SHIFT, (count, 1, 2))
        strength = rng.uniform(0, ELASTIC, (count, 1, 1))
        wobble = self._wobbles[rng.integers(FIELDS, size=count)] * strength
        maps = (sampled + shift + wobble).astype(np.float32).transpose(0, 2, 1)
        return np.ascontiguousarray(maps).reshape(count, 2, DIGIT_SIDE, DIGIT_SIDE)


def _affine(count: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return matrices that turn, shear and scale points, (count, 2, 2), applied from the right."""
    turn = rng.uniform(-TURN, TURN, count)
    shear = rng.uniform(-SHEAR, SHEAR, count)
    width, height = rng.uniform(1 - SCALE, 1 + SCALE, (2, count))
    cosine, sine = np.cos(turn), np.sin(turn)
    turned = np.array([[cosine, sine], [-sine, cosine]])
    sheared = np.array([[np.ones(count), np.zeros(count)], [shear, np.ones(count)]])
    both = np.einsum("ijn,jkn->nik", turned, sheared)
    return np.asarray(both * np.stack([width, height], axis=-1)[:, None, :], np.float64)


def _wobbles(rng: np.random.Generator) -> Map:
    """Make smooth random displacement fields of size 1, (FIELDS, 784, 2)."""
    noise = rng.normal(size=(FIELDS, DIGIT_SIDE, DIGIT_SIDE, 2)).astype(np.float32)
    smooth = np.stack([cv2.GaussianBlur(field, (0, 0), ELASTIC_SPREAD) for field in noise])
    flat = smooth.reshape(FIELDS, -1, 2)
    return np.asarray(flat / np.sqrt((flat**2).mean(axis=(1, 2), keepdims=True)), np.float32)


def _pen(image: DigitImage, rng: np.random.Generator) -> DigitImage:
    """Another pen: every stroke thicker or thinner by up to two pixels."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    other = cv2.dilate(image, cross) if rng.random() < 0.5 else cv2.erode(image, cross)
    if 2 * int(other.sum()) < int(image.sum()):  # a thin pen cannot be much thinner
        return image
    share = rng.uniform(0, 0.9)
    return np.asarray(cv2.addWeighted(other, share, image, 1 - share, 0), np.uint8)


def _line_rest(image: DigitImage, rng: np.random.Generator) -> DigitImage:
    """A piece of a printed line beside the digit, which cutting did not take away."""
    canvas = np.pad(image, 4)
    x, y, width, height = cv2.boundingRect(inked(canvas))
    start, end = np.sort(rng.uniform(-0.2, 1.2, 2))
    gap = int(rng.integers(0, 4))
    ends = {
        0: ((x + start * width, y - gap), (x + end * width, y - gap)),
        1: ((x + start * width, y + height + gap), (x + end * width, y + height + gap)),
        2: ((x - gap, y + start * height), (x - gap, y + end * height)),
        3: ((x + width + gap, y + start * height), (x + width + gap, y + end * height)),
    }[int(rng.integers(4))]
    first, second = ((round(float(px)), round(float(py))) for px, py in ends)
    line = cv2.line(np.zeros_like(canvas), first, second, int(rng.integers(90, 256)), 1)
    return _refitted(np.maximum(canvas, line), image)


def _neighbour(image: DigitImage, rng: np.random.Generator) -> DigitImage:
    """The end of a stroke that came over from the next box."""
    canvas = np.pad(image, 4)
    side = canvas.shape[0]
    at = int(rng.choice([rng.integers(2, 6), side - 1 - rng.integers(2, 6)]))
    y = int(rng.integers(6, side - 6))
    end = (at + int(rng.integers(-2, 3)), y + int(rng.integers(-5, 6)))
    cv2.line(canvas, (at, y), end, int(rng.integers(120, 256)), int(rng.integers(1, 3)))
    return _refitted(canvas, image)


def _speck(image: DigitImage, rng: np.random.Generator) -> DigitImage:
    """Dust beside the digit or on it."""
    canvas = np.pad(image, 4)
    x, y = rng.integers(2, canvas.shape[0] - 2, 2).tolist()
    cv2.circle(canvas, (x, y), int(rng.integers(0, 2)), int(rng.integers(90, 256)), -1, cv2.LINE_AA)
    return _refitted(canvas, image)


def _cut_edge(image: DigitImage, rng: np.random.Generator) -> DigitImage:
    """A digit that left its box and lost what was outside."""
    x, y, width, height = cv2.boundingRect(inked(image))
    cut = int(rng.integers(1, 4))
    canvas = image.copy()
    match rng.integers(4):
        case 0:
            canvas[: y + cut] = 0
        case 1:
            canvas[max(y + height - cut, 0) :] = 0
        case 2 if width > 8:
            canvas[:, : x + cut] = 0
        case _ if width > 8:
            canvas[:, max(x + width - cut, 0) :] = 0
    return _refitted(canvas, image)


def _refitted(canvas: DigitImage, before: DigitImage) -> DigitImage:
    """Normalise again, as reading would; a digit with hardly any ink left stays as it was."""
    return fitted(canvas) if cv2.countNonZero(canvas) > 20 and canvas.max() > 100 else before


def _skip(image: DigitImage, rng: np.random.Generator) -> DigitImage:
    """A pen that left no ink for a millimetre of its way."""
    places = np.argwhere(inked(image))
    if not len(places):
        return image
    y, x = rng.choice(places).tolist()
    gap = cv2.circle(np.zeros(image.shape, np.float32), (x, y), int(rng.integers(1, 4)), 1, -1)
    left = 1 - rng.uniform(0.5, 1) * cv2.GaussianBlur(gap, (0, 0), 0.7)
    return np.asarray(cv2.multiply(image, left, dtype=cv2.CV_8U), np.uint8)


def _coarse(image: DigitImage, rng: np.random.Generator) -> DigitImage:
    """A scan of few dots, in black and white."""
    side = int(rng.integers(18, 64))
    dots = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
    _, dots = cv2.threshold(dots, float(rng.uniform(70, 170)), 255, cv2.THRESH_BINARY)
    if not dots.any():
        return image
    way = cv2.INTER_AREA if side > DIGIT_SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(dots, (DIGIT_SIDE, DIGIT_SIDE), interpolation=way), np.uint8)


def _blur(image: DigitImage, rng: np.random.Generator) -> DigitImage:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 0.9))), np.uint8)


def _faint(image: DigitImage, rng: np.random.Generator) -> DigitImage:
    return np.asarray(cv2.convertScaleAbs(image, alpha=float(rng.uniform(0.55, 1.3))), np.uint8)


def _grain(image: DigitImage, rng: np.random.Generator) -> DigitImage:
    """Uneven ink: noise where there is any."""
    noise = rng.normal(1, rng.uniform(0.05, 0.3), image.shape).astype(np.float32)
    return np.asarray(cv2.multiply(image, noise, dtype=cv2.CV_8U), np.uint8)


WEARS: tuple[tuple[Wear, float], ...] = (  # in the order they happen, with their chances
    (_pen, 0.4),
    (_line_rest, 0.06),
    (_neighbour, 0.05),
    (_speck, 0.03),
    (_cut_edge, 0.03),
    (_skip, 0.06),
    (_coarse, 0.08),
    (_blur, 0.1),
    (_faint, 0.2),
    (_grain, 0.05),
)
