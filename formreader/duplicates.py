"""Forms that come twice in a run: as the same file, or as a cheque that was scanned again."""

from collections.abc import Iterable, Iterator, Mapping

from formreader.code_parts import part_of
from formreader.results import PageReading
from formreader.store import StoredPage
from formreader.template import FieldType, Template
from formreader.uniqueness import Place

SURE = 0.9  # of a code line, that it tells two cheques apart


def has_code_line(template: Template) -> bool:
    """Tell whether a form is a cheque, which must not be paid twice."""
    return any(field.type is FieldType.MICR for field in template.fields)


def find_duplicates(
    pages: Iterable[StoredPage], templates: Mapping[str, Template]
) -> dict[Place, str]:
    """Return the cheques whose code line another one before them has, each with the reason.

    Args:
        pages: of the run, in its order.
        templates: by the digest of their layout.
    """
    first: dict[str, Place] = {}
    found: dict[Place, str] = {}
    for page in pages:
        if page.layout is None or not isinstance(page.outcome, PageReading):
            continue
        place, template = (page.file, page.page), templates[page.layout]
        for code_line in _code_lines(page.outcome, template) if has_code_line(template) else ():
            earlier = first.setdefault(code_line, place)
            if earlier != place:
                found[place] = duplicate_of(earlier)
    return found


def duplicate_of(place: Place) -> str:
    """Return why a form is in doubt that has come before."""
    file, page = place
    return f"duplicate: of {file}" + (f", page {page}" if page > 1 else "")


def _code_lines(reading: PageReading, template: Template) -> Iterator[str]:
    """Yield the code lines that no two cheques have in common."""
    for field in reading.fields:
        if template.field(field.name).type is FieldType.MICR and field.texts:
            code_line, sure = field.texts[0]
            if sure >= SURE and part_of(code_line, "serial") and part_of(code_line, "transit"):
                yield code_line
