"""Print code lines of cheques in E-13B, the magnetic print of North America, India and others.

ISO 1004-1 draws its fourteen characters on a grid of 0.013 inch, seven cells wide and nine high,
eight to the inch.
"""

import math
from functools import cache

import numpy as np

from formreader.code_parts import PITCH_MM
from formreader.images import InkImage

CELL_MM = 0.3302
HEIGHT_CELLS = 9
WIDTH_CELLS = 7
WIDTH_MM = WIDTH_CELLS * CELL_MM
DOTS_PER_CELL = 8
DOTS_PER_MM = DOTS_PER_CELL / CELL_MM

TRANSIT, ON_US, AMOUNT, DASH = "TUAD"
SPACE = " "

SHAPES: dict[str, tuple[str, ...]] = {
    "0": (
        "#######",
        "#.....#",
        "#.....#",
        "#.....#",
        "#.....#",
        "#.....#",
        "#.....#",
        "#.....#",
        "#######",
    ),
    "1": (
        "...##..",
        "....#..",
        "....#..",
        "....#..",
        "....#..",
        "...####",
        "...####",
        "...####",
        "...####",
    ),
    "2": (
        "...####",
        "......#",
        "......#",
        "......#",
        "...####",
        "...#...",
        "...#...",
        "...#...",
        "...####",
    ),
    "3": (
        "..####.",
        ".....#.",
        ".....#.",
        ".....#.",
        "..#####",
        ".....##",
        ".....##",
        ".....##",
        "..#####",
    ),
    "4": (
        ".##....",
        ".##....",
        ".##....",
        ".##....",
        ".##....",
        ".##..##",
        ".######",
        ".....##",
        ".....##",
    ),
    "5": (
        "..#####",
        "..#....",
        "..#....",
        "..#....",
        "..#####",
        "......#",
        "......#",
        "......#",
        "..#####",
    ),
    "6": (
        ".####..",
        ".#..#..",
        ".#.....",
        ".#.....",
        ".#.....",
        ".######",
        ".#....#",
        ".#....#",
        ".######",
    ),
    "7": (
        "..#####",
        "..#...#",
        "......#",
        "......#",
        "....###",
        "....#..",
        "....#..",
        "....#..",
        "....#..",
    ),
    "8": (
        ".#####.",
        ".#...#.",
        ".#...#.",
        ".#...#.",
        "#######",
        "##...##",
        "##...##",
        "##...##",
        "#######",
    ),
    "9": (
        ".######",
        ".#....#",
        ".#....#",
        ".#....#",
        ".######",
        ".....##",
        ".....##",
        ".....##",
        ".....##",
    ),
    TRANSIT: (
        "....###",
        "....###",
        "##..###",
        "##.....",
        "##.....",
        "##.....",
        "##..###",
        "....###",
        "....###",
    ),
    ON_US: (
        "....###",
        "#.#.###",
        "#.#.###",
        "#.#.###",
        "#.#....",
        "#.#....",
        "#.#....",
        "#.#....",
        ".......",
    ),
    AMOUNT: (
        ".....##",
        ".....##",
        ".....##",
        "...#.##",
        "...#.##",
        "##.#...",
        "##.#...",
        "##.....",
        "##.....",
    ),
    DASH: (
        ".......",
        ".......",
        ".......",
        "##.##.#",
        "##.##.#",
        "##.##.#",
        "##.##.#",
        ".......",
        ".......",
    ),
}
"""Each character on its grid, from the top."""


def draw_code_line(text: str) -> InkImage:
    """Return the ink of a code line, `DOTS_PER_CELL` to a cell, cut out from end to end.

    Args:
        text: characters of `SHAPES` and spaces.

    Raises:
        KeyError: if the font lacks a character.
    """
    pitch = PITCH_MM / CELL_MM * DOTS_PER_CELL
    width = math.ceil((len(text) - 1) * pitch) + WIDTH_CELLS * DOTS_PER_CELL
    ink = np.zeros((HEIGHT_CELLS * DOTS_PER_CELL, width), np.uint8)
    for index, character in enumerate(text):
        if character != SPACE:
            glyph = _glyph(character)
            left = round(index * pitch)
            ink[:, left : left + glyph.shape[1]] = glyph
    return ink


@cache
def _glyph(character: str) -> InkImage:
    cells = np.array([[cell == "#" for cell in row] for row in SHAPES[character]])
    dots = cells.repeat(DOTS_PER_CELL, axis=0).repeat(DOTS_PER_CELL, axis=1)
    return np.where(dots, 255, 0).astype(np.uint8)
