"""Find the free runs of a page, and cut out what is written in them."""

from dataclasses import dataclass, replace

from formreader.boxes.patch import cut_upright
from formreader.boxes.seek import seek_frame
from formreader.geometry import Points, Rect, Transform
from formreader.images import GrayImage, StripImage
from formreader.strips import cut_strip
from formreader.strips.code_line import find_code_line, is_crossed, strip_of
from formreader.strips.transit import find_transit, has_usual_place, may_be_in_place
from formreader.template import Field, FieldType, Template

DOTS_PER_MM = 12.0  # at most; digits of 4 mm are shrunk to half of it for the network
INSIDE_MM = 0.35  # of the middle of a frame's lines, past their thickness


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One free run as it was found on a page."""

    field: Field
    region: Rect
    """On the page, mm."""
    is_seen: bool | None
    """Whether what is printed is there, a frame or a code line; None where nothing need be."""
    outline: Points
    """The corners of its region on the scan, (4, 2), clockwise from the top left."""
    code_line: StripImage | None = None
    """What is printed, of a code line."""
    is_crossed: bool = False
    """Whether a signature or the like runs through it, of a code line."""
    is_placed: bool = True
    """Whether it lies where it should, of a code line that has one place on every cheque."""

    @property
    def is_framed(self) -> bool:
        """Whether its region is exactly that of a frame which was seen."""
        return bool(self.is_seen) and self.field.drift is not None


def find_runs(image: GrayImage, template: Template, transform: Transform) -> tuple[Run, ...]:
    """Find where every field without boxes is, in the order of the template.

    Args:
        image: the page.
        template: in mm.
        transform: page mm to scan pixels.
    """
    return tuple(
        _find_code(image, field, field.region, transform, template.page.size)
        if field.type is FieldType.MICR
        else _find(image, field, field.region, transform)
        for field in template.fields
        if field.region is not None
    )


def cut_run(image: GrayImage, run: Run, transform: Transform) -> StripImage | None:
    """Return what is written in a free run, or printed in a code line; None where nothing is."""
    if run.field.type is FieldType.MICR:
        return run.code_line
    dots_per_mm = min(transform.scale_at(run.region.x, run.region.y), DOTS_PER_MM)
    picture = cut_upright(image, transform, run.region, dots_per_mm)
    return cut_strip(picture, framed=run.is_framed)


def _find(image: GrayImage, field: Field, region: Rect, transform: Transform) -> Run:
    if field.drift is None:
        return Run(field, region, None, transform.apply(region.corners))
    frame = seek_frame(image, transform, region, field.drift)
    region = frame.grown(-INSIDE_MM) if frame else region
    return Run(field, region, frame is not None, transform.apply(region.corners))


def _find_code(
    image: GrayImage, field: Field, region: Rect, transform: Transform, size: tuple[float, float]
) -> Run:
    """Find a code line; one that lies elsewhere than it should is that of a page laid wrongly."""
    line, outline = find_code_line(image, transform, region), transform.apply(region.corners)
    if line is None:
        return Run(field, region, False, outline)
    run = Run(field, region, True, outline, strip_of(line), is_crossed=is_crossed(line))
    if not has_usual_place(field, size):
        return run
    transit = find_transit(line)
    if not may_be_in_place(line, transit, size):
        return replace(run, is_seen=False, is_placed=False)
    return replace(run, is_placed=transit is not None)
