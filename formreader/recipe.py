"""Recipes: what decides how a page is read, so that it is read again when that changes."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

import numpy as np

from formreader.digits.card import ModelCard
from formreader.digits.recogniser import Recogniser
from formreader.errors import SetupError
from formreader.evidence import Evidence, gathered
from formreader.strips.card import LineCard, LineKind
from formreader.strips.network import LineNetwork, kind_of_line
from formreader.template import Field, FieldType, Template

LAYOUT = {"name", "type", "groups", "region", "pitch", "guide"}  # of a field: what reading needs


class Model(Recogniser, Protocol):
    """A recogniser that says what it is."""

    @property
    def card(self) -> ModelCard:
        """Its name, its version, what it was trained on."""
        ...

    @property
    def evidence(self) -> Evidence:
        """How it errs on fields: what promises rest on."""
        ...


@dataclass(frozen=True)
class Recipe:
    """The forms a page may be, and the network that reads it."""

    templates: tuple[Template, ...]
    """By name: the order in which they were given changes nothing."""
    model: Model
    lines: Mapping[LineKind, LineNetwork] = field(default_factory=dict)
    """The networks of what is written without boxes, as far as the templates need them."""

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Let it be sent to processes that read: what is worked out of it stays where it is."""
        return Recipe, (self.templates, self.model, self.lines)

    @cached_property
    def layouts(self) -> Mapping[str, str]:
        """The digest of each template's layout, by the template's name."""
        return {template.name: layout_digest(template) for template in self.templates}

    @cached_property
    def digest(self) -> str:
        """What tells this recipe from others, hexadecimal."""
        card = self.model.card
        scale = (card.temperature, card.no_digit_weight)  # calibrating changes these alone
        parts = [sorted(self.layouts.items()), card.sha256, scale]
        if self.lines:
            lines = [network.card for _, network in sorted(self.lines.items())]
            parts.append([_version_of(card) for card in lines])
        return _sha256(parts)

    @cached_property
    def evidence(self) -> Evidence:
        """How its networks err on fields; what was measured with the model comes first."""
        own = self.model.evidence
        theirs = [self.lines[kind].evidence for kind in sorted(self.lines)]
        new = [each for each in theirs if not np.isin(each.kinds[:1], own.kinds).any()]
        return gathered([own, *new]) if new else own


def lines_needed(templates: Iterable[Template]) -> frozenset[LineKind]:
    """Return which kinds of line network templates need."""
    fields = (field for template in templates for field in template.fields)
    return frozenset(kind_of_line(field) for field in fields if field.region is not None)


def make_recipe(
    templates: Iterable[Template],
    model: Model,
    lines: Mapping[LineKind, LineNetwork] = MappingProxyType({}),
) -> Recipe:
    """Return the recipe for pages that may be any of these forms.

    Raises:
        SetupError: if two templates have one name.
    """
    by_name: dict[str, Template] = {}
    for template in templates:
        if by_name.setdefault(template.name, template).digest != template.digest:
            raise SetupError(f"two different templates are called {template.name!r}; rename one")
    return Recipe(tuple(by_name[name] for name in sorted(by_name)), model, dict(lines))


def layout_digest(template: Template) -> str:
    """Return what tells a template from others as far as reading goes: where everything is.

    Checks, rules and promises do not count: to change them makes no page be read again.
    """
    return _sha256(
        [
            template.name,
            template.page.model_dump(mode="json"),
            template.registration.model_dump(mode="json"),
            hashlib.sha256(template.blank).hexdigest(),
            [_layout_of(field) for field in template.fields],
        ]
    )


def _layout_of(each: Field) -> dict[str, object]:
    """Return what reading needs of a field; a new setting counts only where it is made."""
    layout = each.model_dump(mode="json", include=LAYOUT)
    newer: dict[str, object] = {"drift": each.drift, "from": each.from_}
    if each.type is FieldType.MICR:  # where its line belongs, and what it should have
        newer["country"] = each.country or None
    return layout | {name: value for name, value in newer.items() if value is not None}


def _version_of(card: LineCard) -> tuple[object, ...]:
    """Return what tells a line network from others; a digit network counts only where it helps."""
    version = card.sha256, card.temperature, card.slants
    return version if card.looks_again is None else (*version, card.looks_again.sha256)


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
