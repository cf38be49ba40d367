"""Cheques that come twice in a run: the same file, or the same code line scanned again."""

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
    """Return the cheques that another one before them is, each with the reason that names it.

    Args:
        pages: of the run, in its order.
        templates: by the digest of their layout.
    """
    first: dict[str, Place] = {}
    found: dict[Place, str] = {}
    for page in pages:
        if page.layout is None or not isinstance(page.outcome, PageReading):
            continue
        if not has_code_line(templates[page.layout]):
            continue
        place = (page.file, page.page)
        for mark in _marks(page, page.outcome, templates[page.layout]):
            file, number = first.setdefault(mark, place)
            if (file, number) != place:
                found[place] = f"duplicate: of {file}" + (f", page {number}" if number > 1 else "")
    return found


def _marks(page: StoredPage, reading: PageReading, template: Template) -> Iterator[str]:
    """Yield what no two cheques have in common."""
    if page.content is not None:
        yield f"file {page.content} {page.page}"
    for field in reading.fields:
        if template.field(field.name).type is FieldType.MICR and field.texts:
            code_line, sure = field.texts[0]
            if sure >= SURE and part_of(code_line, "serial") and part_of(code_line, "transit"):
                yield f"code {code_line}"
