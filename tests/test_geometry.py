import numpy as np
import pytest

from formreader.geometry import Rect, Transform, quarter_turns

ROW = Rect(10, 20, 60, 8).corners


@pytest.mark.parametrize("turns", range(4))
def test_an_outline_tells_how_it_was_turned_even_if_it_lies_askew(turns):
    angle = np.radians(90 * turns + 5)
    turn = [(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))]

    assert quarter_turns(ROW @ np.transpose(turn)) == turns


SLANTED = Transform(np.array([[3.4, 0.5, 40], [-0.2, 3.9, 60], [-6e-4, 1e-3, 1.0]]))


def test_few_points_are_mapped_as_many_are():
    few = SLANTED.apply_few(map(tuple, ROW.tolist()))

    assert np.array(few) == pytest.approx(SLANTED.apply(ROW))


def test_a_point_on_the_horizon_is_nowhere():
    horizon = Transform(np.array([[1.0, 0, 0], [0, 1, 0], [1, 0, -10]]))

    assert np.isnan(horizon.apply_few([(10, 20)])).all()
