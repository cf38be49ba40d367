"""Readings as they are stored: their structure as JSON, what networks say as bytes beside it."""

import json
from dataclasses import dataclass
from itertools import chain

import numpy as np

from formreader.geometry import Rect
from formreader.images import CLASSES, Probabilities, Styles
from formreader.results import BoxReading, BoxState, FieldReading, PageReading
from formreader.traits import Inks

FLOATS = "<f4"  # what networks give: a page of 60 boxes takes 3 kB, as JSON 14 kB


@dataclass(frozen=True, slots=True)
class PackedReading:
    """A reading as it is stored, and as workers send it: in that shape it costs a third."""

    template: str
    structure: str
    """JSON."""
    said: bytes
    """The probabilities and styles of what is in its boxes."""


def pack(reading: PageReading) -> PackedReading:
    """Bring a reading into the shape in which it is kept."""
    boxes = chain.from_iterable(field.boxes for field in reading.fields)
    inks = [box for box in boxes if box.state is BoxState.INK]
    fields = [
        {
            "name": field.name,
            "area": [field.area.x, field.area.y, field.area.width, field.area.height],
            "boxes": " ".join(box.state for box in field.boxes),
            "covers": [box.cover for box in field.boxes],
            "texts": field.texts,
            "doubt": field.doubt,
        }
        for field in reading.fields
    ]
    whole = {
        "template": reading.template,
        "residual_mm": reading.residual_mm,
        "turned": reading.turned,
        "doubt": reading.doubt,
        "style_size": max((len(box.style) for box in inks), default=0),
        "fields": fields,
    }
    numbers = np.array([box.probabilities for box in inks], FLOATS).tobytes()
    said = numbers + b"".join(box.style for box in inks)
    return PackedReading(reading.template, json.dumps(whole, ensure_ascii=False), said)


def unpack(structure: str, said: bytes) -> PageReading:
    """Put a reading together again; its probabilities are rounded to 32-bit floats."""
    whole = json.loads(structure)
    seen = zip(*_rows(said, whole.get("style_size", 0)), strict=True)

    def box(state: BoxState, cover: float | None) -> BoxReading:
        if state is BoxState.EMPTY:
            return BoxReading(state, cover=cover)
        probabilities, style = next(seen)
        return BoxReading(state, tuple(probabilities), cover, style)

    fields = tuple(
        FieldReading(
            name=field["name"],
            boxes=tuple(map(box, map(BoxState, states), covers)),
            area=Rect(*field["area"]),
            texts=tuple((text, probability) for text, probability in field.get("texts", ())),
            doubt=field.get("doubt", ""),
        )
        for field in whole["fields"]
        for states in (field["boxes"].split(),)
        for covers in (field.get("covers", [None] * len(states)),)  # runs of 0.1 have none
    )
    return PageReading(
        template=whole["template"],
        residual_mm=whole["residual_mm"],
        fields=fields,
        turned=whole["turned"],
        doubt=whole.get("doubt", ""),
    )


def unpack_inks(structure: str, said: bytes) -> Inks:
    """Return what was said of the ink on a page: all of it takes ten times as long."""
    whole = json.loads(structure)
    names = [
        field["name"]
        for field in whole["fields"]
        for state in field["boxes"].split()
        if state == BoxState.INK
    ]
    return Inks(names, *_said(said, whole.get("style_size", 0)))


def _said(said: bytes, style_size: int) -> tuple[Probabilities, Styles]:
    """Part what networks said into the probabilities and the styles of boxes."""
    count = len(said) // (CLASSES * np.dtype(FLOATS).itemsize + style_size)
    probabilities = np.frombuffer(said, FLOATS, count * CLASSES).reshape(count, CLASSES)
    styles = np.frombuffer(said, np.int8, count * style_size, probabilities.nbytes)
    return probabilities, styles.reshape(count, style_size)


def _rows(said: bytes, style_size: int) -> tuple[list[list[float]], list[bytes]]:
    """Return the probabilities and the style of each box."""
    probabilities, styles = _said(said, style_size)
    return probabilities.tolist(), [style.tobytes() for style in styles]
