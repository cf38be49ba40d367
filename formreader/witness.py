"""Gather evidence from pages whose answers are known."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from formreader.answers import same_value
from formreader.decide import decide_page
from formreader.digits.card import Hand
from formreader.evidence import NO_EVIDENCE, Evidence
from formreader.policy import AcceptAll, kind_of
from formreader.results import PageReading, Status
from formreader.shift import TRAITS, SeenPages
from formreader.template import Template
from formreader.traits import inks_of, traits_of, usual_styles


class Witness:
    """Sees pages read, and what is written on them."""

    def __init__(self, hand: Hand | None) -> None:
        """Begin with nothing seen.

        Args:
            hand: how the network reads digits of one writer by each other; None: each by itself.
        """
        self._hand = hand
        self._usual = usual_styles(hand)
        self._fields: list[tuple[str, str, float, bool]] = []
        self._pages: list[tuple[str, int]] = []
        self._traits: list[npt.NDArray[np.float64]] = []

    def add(
        self,
        reading: PageReading,
        template: Template,
        truths: Mapping[str, str],
        writer: str,
        condition: str,
    ) -> None:
        """See one page.

        Args:
            reading: of the page.
            template: that it was read by.
            truths: the values known, by the names of their fields.
            writer: of the page.
            condition: how the page was made.
        """
        boxes, traits = traits_of(inks_of(reading), template, self._usual)
        if boxes:
            self._pages.append((condition, boxes))
            self._traits.append(traits)
        record = decide_page(("", 1), reading, template, AcceptAll(self._hand))
        for decision in (field.decision for field in record.fields):
            if decision.name in truths:
                kind = kind_of(template.field(decision.name), template)
                sure = 0.0 if decision.status is Status.REVIEW else decision.confidence
                is_right = same_value(decision.value, truths[decision.name])
                self._fields.append((kind, writer, sure, is_right))

    @property
    def evidence(self) -> Evidence:
        """What was seen."""
        if not self._fields:
            return NO_EVIDENCE
        kinds, writers, confidence, right = map(list, zip(*self._fields, strict=True))
        conditions = [condition for condition, _ in self._pages]
        boxes = [count for _, count in self._pages]
        return Evidence(
            np.array(kinds, np.str_),
            np.array(writers, np.str_),
            np.array(confidence, np.float64),
            np.array(right, np.bool_),
            SeenPages(
                np.array(conditions, np.str_),
                np.array(boxes, np.int64),
                np.array(self._traits).reshape(len(boxes), len(TRAITS)),
            ),
        )
