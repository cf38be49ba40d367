import numpy as np
import pytest

from formreader.geometry import Rect, quarter_turns

ROW = Rect(10, 20, 60, 8).corners


@pytest.mark.parametrize("turns", range(4))
def test_an_outline_tells_how_it_was_turned_even_if_it_lies_askew(turns):
    angle = np.radians(90 * turns + 5)
    turn = [(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))]

    assert quarter_turns(ROW @ np.transpose(turn)) == turns
