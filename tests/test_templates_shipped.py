"""The templates that come with the program: their names, their sums, their places on paper."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from formreader.boxes.rows import find_rows
from formreader.geometry import Transform
from formreader.images import GrayImage
from formreader.shipped import template_folders
from formreader.template import Template
from formreader.template_file import load_template, template_files

FILES = template_files(template_folders()[1:])
EMPTY_FORMS = {
    "c-digital-data": "c.hasil_data.png",
    "c-digital-pwp": "c.hasil_pwp_3.png",
    "c-digital-dpr-s08": "c.hasil_dpr_s08_v2.png",
    "c-digital-dpr-s10": "c.hasil_dpr_s10_v2.png",
    "c-digital-dpr-j": "c.hasil_dpr_j_v2.png",
}
SCORED = {
    "c-digital-data": "c-digital/data_sample_01.jpg",
    "c-digital-pwp": "c-digital/pwp_sample_01.jpg",
    "c-digital-dpr-s10": "c-digital/dpr10_sample_01.jpeg",
    "karvy-kyc": "karvy-kyc/filled.jpg",
    **{f"kpu-c1-2019 {n}": f"kpu-c1-2019/test{n}.jpg" for n in (1, 2, 3, 10, 11, 14)},
}
WITHIN_MM = 0.1


def shipped(name: str) -> Template:
    return load_template(FILES[name])


def gray(path: Path) -> GrayImage:
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(picture, np.uint8)


def true_values(data_folder: Path, file: str) -> dict[str, str]:
    folder, name = file.split("/")
    truth = pd.read_csv(data_folder / "real" / folder / "score.csv", dtype=str).fillna("")
    rows = truth[truth["file"] == name]
    return dict(zip(rows["field"], rows["value"], strict=True))


@pytest.mark.parametrize("name", FILES)
def test_each_is_valid_and_called_like_its_file(name):
    assert shipped(name).name == name
    assert shipped(name).title


def test_the_sample_form_shows_every_type_and_is_as_long_as_a_real_one():
    form = shipped("expense-claim")

    types = {field.type.value for field in form.fields}
    assert types == {"digits", "integer", "amount", "date", "time", "checkbox"}
    assert sum(field.box_count for field in form.fields) >= 60


@pytest.mark.parametrize("case", SCORED)
def test_fields_are_called_as_in_the_known_answers(case, data_folder):
    names = {field.name for field in shipped(case.split()[0]).fields}

    assert true_values(data_folder, SCORED[case]).keys() <= names


@pytest.mark.parametrize("case", SCORED)
def test_rules_hold_on_real_forms(case, data_folder):
    values: dict[str, Decimal] = defaultdict(Decimal)
    known = true_values(data_folder, SCORED[case])
    values |= {name: Decimal(value or 0) for name, value in known.items() if "-" not in value}

    rules = [rule for rule in shipped(case.split()[0]).rules if known.keys() >= {*rule.fields}]
    assert all(rule.holds(values) for rule in rules)


@pytest.mark.parametrize("name", EMPTY_FORMS)
def test_boxes_lie_where_the_empty_form_has_them(name, data_folder):
    image = gray(data_folder / "real" / "c-digital" / "blank" / EMPTY_FORMS[name])
    form = shipped(name)
    page_to_scan = Transform.scaling(image.shape[0] / form.page.size[1])

    found = find_rows(image, form, page_to_scan.then(Transform.shift(-0.5, -0.5)))

    offsets = [(row.lattice.dx_mm, row.lattice.dy_mm) for row in found.rows]
    assert found.evidence > 0.95
    assert np.abs(offsets).max() < WITHIN_MM
