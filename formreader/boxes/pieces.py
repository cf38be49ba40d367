"""The connected pieces of ink of a row of boxes."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from formreader.images import InkImage

Numbers = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Pieces of ink in arrays of one entry each, and their pixels likewise."""

    rows: Numbers
    columns: Numbers
    labels: Numbers
    """Of every pixel with ink: where it is, which piece it belongs to."""
    x: Numbers
    y: Numbers
    width: Numbers
    height: Numbers
    area: Numbers
    """Of every piece: the upright rectangle around it, its ink in pixels."""

    def counts(self, zones: Numbers, zone_count: int) -> Numbers:
        """Count the pixels of each piece in each zone, (pieces, zones); zone -1 counts nowhere."""
        flat = self.labels * (zone_count + 1) + zones + 1
        found = np.bincount(flat, minlength=len(self.area) * (zone_count + 1))
        return found.reshape(len(self.area), zone_count + 1)[:, 1:].astype(np.int32)

    def any(self, pixels: Mask) -> Mask:
        """Tell of each piece whether it holds one of these pixels, (pieces,)."""
        return np.bincount(self.labels[pixels], minlength=len(self.area)) > 0

    def share(self, pixels: Mask) -> npt.NDArray[np.float64]:
        """Return the share of each piece's pixels that are among these, (pieces,)."""
        return np.bincount(self.labels[pixels], minlength=len(self.area)) / self.area

    def without_pixels_of(self, dropped: Mask) -> "Pieces":
        """Forget the pixels of some pieces; the numbers of all pieces stay."""
        kept = ~dropped[self.labels]
        return replace(
            self, rows=self.rows[kept], columns=self.columns[kept], labels=self.labels[kept]
        )


def find_pieces(ink: InkImage, low: int) -> Pieces:
    """Find the connected pieces of what is at least as dark as `low`."""
    _, mask = cv2.threshold(ink, low - 1, 1, cv2.THRESH_BINARY)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_16U)
    pixels = cv2.findNonZero(mask)
    places = np.zeros((0, 2), np.int32) if pixels is None else pixels.reshape(-1, 2)
    columns, rows = np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])
    pieces = np.asarray(stats[1:], np.int32)  # 0 is the background
    return Pieces(
        rows=np.asarray(rows, np.int32),
        columns=np.asarray(columns, np.int32),
        labels=labels[rows, columns].astype(np.int32) - 1,
        x=pieces[:, cv2.CC_STAT_LEFT],
        y=pieces[:, cv2.CC_STAT_TOP],
        width=pieces[:, cv2.CC_STAT_WIDTH],
        height=pieces[:, cv2.CC_STAT_HEIGHT],
        area=pieces[:, cv2.CC_STAT_AREA],
    )
