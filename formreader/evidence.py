"""Evidence for promises: how sure fields were, whether they were right, and who wrote them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from formreader.errors import ModelError
from formreader.files import replace_bytes
from formreader.shift import NO_PAGES, SeenPages

EVIDENCE_NAME = "evidence.npz"  # in the folder of a model
COLUMNS = ("kinds", "writers", "confidence", "right")
PAGE_COLUMNS = ("conditions", "boxes", "traits")
CERTAINTY = 0.95  # that the share of errors is below its bound
TELLING = 30  # errors, or all there are, tell how alike those of one writer are: among the surest
# fields they are less alike than among all, and fewer than these would tell nothing
MOST_DOUBT = 20  # times the promise: values in more doubt would break it, were a run full of them
LEAST_CONFIDENCE = 1e-6  # 0 is of what is looked at however sure it were
LIMITS = 200  # that are looked at in steps of a share of the fields, and as many in steps of shares
# of those before: 50 ms for 50,000 fields
FIRST = 1 / 8  # of the fields that may be accepted: with fewer, a single error would end the search


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Fields of known truth, by writers that the network which read them never saw."""

    kinds: npt.NDArray[np.str_]
    """What speaks for each field beside the network, (fields,)."""
    writers: npt.NDArray[np.str_]
    """Who wrote each, (fields,)."""
    confidence: npt.NDArray[np.float64]
    """0 to 1; 0 for what would be looked at however sure it were, (fields,)."""
    right: npt.NDArray[np.bool_]
    """(fields,)."""
    pages: SeenPages = NO_PAGES
    """What the pages were like that they are on."""

    def __post_init__(self) -> None:
        shapes = {each.shape for each in (self.kinds, self.writers, self.confidence, self.right)}
        if len(shapes) > 1 or self.kinds.ndim != 1:
            raise ValueError(f"expected four arrays of shape (fields,), got {shapes}")

    def __len__(self) -> int:
        return len(self.right)

    def of(self, kinds: Sequence[str]) -> "Evidence":
        """Return the fields of some kinds."""
        chosen = np.isin(self.kinds, list(kinds))
        return Evidence(
            kinds=self.kinds[chosen],
            writers=self.writers[chosen],
            confidence=self.confidence[chosen],
            right=self.right[chosen],
            pages=self.pages,
        )


def gathered(parts: Sequence[Evidence]) -> Evidence:
    """Return evidence from several sources as one."""
    return Evidence(
        kinds=np.concatenate([part.kinds for part in parts]),
        writers=np.concatenate([part.writers for part in parts]),
        confidence=np.concatenate([part.confidence for part in parts]),
        right=np.concatenate([part.right for part in parts]),
        pages=SeenPages(
            conditions=np.concatenate([part.pages.conditions for part in parts]),
            boxes=np.concatenate([part.pages.boxes for part in parts]),
            traits=np.concatenate([part.pages.traits for part in parts]),
        ),
    )


def load_evidence(path: Path) -> Evidence:
    """Read the evidence of a model from its file; none where there is no such file.

    Raises:
        ModelError: if it cannot be read.
    """
    if not path.exists():
        return NO_EVIDENCE
    try:
        with np.load(path, allow_pickle=False) as arrays:
            kinds, writers, confidence, right = (arrays[name] for name in COLUMNS)
            conditions, boxes, traits = (arrays[f"page_{name}"] for name in PAGE_COLUMNS)
            pages = SeenPages(conditions, boxes, traits.astype(np.float64))
            return Evidence(kinds, writers, confidence.astype(np.float64), right, pages)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ModelError(
            f"{path.as_posix()} is damaged: {error}; restore the file, or measure it again by "
            "`formreader model calibrate`"
        ) from error


def save_evidence(evidence: Evidence, path: Path) -> None:
    """Write evidence to a file, its numbers as 32-bit floats, in place of an earlier one.

    Raises:
        SetupError: if it cannot be written.
    """
    content = BytesIO()
    columns = {name: getattr(evidence, name) for name in COLUMNS}
    columns |= {f"page_{name}": getattr(evidence.pages, name) for name in PAGE_COLUMNS}
    small = {
        name: column.astype(np.float32) if column.dtype == np.float64 else column
        for name, column in columns.items()
    }
    np.savez_compressed(content, **small)
    replace_bytes(path, content.getvalue())


NO_EVIDENCE = Evidence(
    np.empty(0, "U1"), np.empty(0, "U1"), np.empty(0, np.float64), np.empty(0, np.bool_)
)


@dataclass(frozen=True, slots=True)
class Support:
    """What evidence there is for a promise."""

    least_confidence: float | None
    """From which it is kept; None if the evidence shows it for none."""
    fields: float
    """That were accepted there, as many as if no two were by one hand."""
    wanted: int
    """As many would be needed if none of them were wrong."""


def support(evidence: Evidence, max_error: float) -> Support:
    """Find from what confidence on at most a share of the fields is wrong, 95 % certain.

    The bound is Clopper and Pearson's. The fields of one writer err together: they count for as
    many as would tell as much if each were by another hand (Kish's design effect). From the
    surest fields on, the limit is lowered until the bound is first above the promise, and never
    to values that would break it by themselves.

    Args:
        evidence: of one kind, or of kinds taken together.
        max_error: the promise, above 0 and below 1.
    """
    wanted = fields_wanted(max_error)
    order = np.argsort(-evidence.confidence, kind="stable")
    confidence, is_wrong = evidence.confidence[order], ~evidence.right[order]
    _, writer = np.unique(evidence.writers[order], return_inverse=True)
    wrong = np.cumsum(is_wrong)
    telling = int(np.searchsorted(wrong, TELLING)) + 1
    kept, most = None, 0.0
    for count in _limits(confidence, max_error):
        told = slice(max(count, telling))
        effect = _design_effect(writer[:count], _correlation(writer[told], is_wrong[told]))
        fields, errors = count / effect, wrong[count - 1] / effect
        most = max(most, fields)
        if betaincinv(errors + 1, max(fields - errors, 1e-9), CERTAINTY) <= max_error:
            kept = Support(float(confidence[count - 1]), fields, wanted)
        elif kept:
            # Who goes on to the last limit at which the bound happens to hold breaks 9 promises
            # in 100, who stops here 2 (tests/test_evidence.py).
            break
    return kept or Support(None, most, wanted)


def fields_wanted(max_error: float) -> int:
    """Return how many fields without a single error show that a promise is kept, 95 % certain."""
    return math.ceil(math.log(1 - CERTAINTY) / math.log1p(-max_error))


def _limits(confidence: npt.NDArray[np.float64], max_error: float) -> list[int]:
    """Return numbers of the surest fields that may be accepted, those equally sure together.

    Args:
        confidence: falling.
        max_error: the promise.
    """
    able = confidence >= max(1 - MOST_DOUBT * max_error, LEAST_CONFIDENCE)
    (ends,) = np.nonzero(able & np.append(np.diff(confidence) < 0, True))
    if not ends.size:
        return []
    most = ends[-1] + 1
    steps = np.concatenate([np.geomspace(1, most, LIMITS), np.linspace(1, most, LIMITS)])
    steps = steps[steps >= FIRST * most]
    counts: list[int] = np.unique(1 + ends[np.searchsorted(ends, steps - 1.5)]).tolist()
    return counts


def _correlation(writer: npt.NDArray[np.intp], wrong: npt.NDArray[np.bool_]) -> float:
    """Return how alike the fields of one writer are in being wrong, 0 to 1.

    It is the share of the variance that lies between writers, by an analysis of variance.
    """
    sizes = np.bincount(writer)
    errors = np.bincount(writer, wrong)[sizes > 0]
    sizes = sizes[sizes > 0]
    count, groups = len(writer), len(sizes)
    if groups < 2 or count <= groups:
        return 1.0
    means = errors / sizes
    mean = errors.sum() / count
    between = float((sizes * (means - mean) ** 2).sum() / (groups - 1))
    within = float((errors * (1 - means)).sum() / (count - groups))
    size = (count - float((sizes**2).sum()) / count) / (groups - 1)
    spread = between + (size - 1) * within
    return float(np.clip((between - within) / spread, 0, 1)) if spread > 0 else 0.0


def _design_effect(writer: npt.NDArray[np.intp], alike: float) -> float:
    """Return by how much fields count for fewer than they are."""
    sizes = np.bincount(writer)
    return 1 + (float((sizes**2).sum() / sizes.sum()) - 1) * alike
