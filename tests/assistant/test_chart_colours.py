"""The colours of charts: readable on their page, and apart for those who see fewer hues."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple, get_args

import pytest
from charting import CITY, RATE, TEA, drawing, reply, towns

from assistant.render.colours import LOOKS, PAGES, SYMBOLS, Ground, between, contrast, ink_on
from semantic_layer.columns import UNKNOWN

GROUNDS: tuple[Ground, ...] = get_args(Ground)

Matrix = tuple[tuple[float, float, float], ...]
SEEN_BY: dict[str, Matrix] = {
    "everybody": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopes": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopes": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
"""On linear RGB. Source: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
Deficiency", IEEE TVCG 2009, severity 1."""
APART = 5.5
"""Between any two colours, in hundredths of OKLab; about 2 is the least that is seen side by side."""


class Lab(NamedTuple):
    """A colour in OKLab, in hundredths."""

    light: float
    green_red: float
    blue_yellow: float

    def distance(self, other: Lab) -> float:
        return sum((a - b) ** 2 for a, b in zip(self, other, strict=True)) ** 0.5


def times(matrix: Matrix, vector: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def seen(colour: str, by: str) -> Lab:
    """A colour as somebody sees it. Source of OKLab: Ottosson, "A perceptual color space for image processing", 2020."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = tuple(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    simulated = tuple(min(1, max(0, share)) for share in times(SEEN_BY[by], linear))
    cones = times(((0.4122, 0.5363, 0.0514), (0.2119, 0.6807, 0.1074), (0.0883, 0.2817, 0.6300)), simulated)
    roots = tuple(cone ** (1 / 3) for cone in cones)
    found = times(((0.2105, 0.7936, -0.0041), (1.9780, -2.4286, 0.4506), (0.0259, 0.7828, -0.8087)), roots)
    return Lab(*(100 * each for each in found))


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_mark_has_a_contrast_of_three_to_one_to_its_pages(ground: Ground) -> None:
    look = LOOKS[ground]
    for colour in (*look.series, look.minus, look.previous, look.unknown, look.rest):
        assert min(contrast(colour, page) for page in PAGES[ground]) >= 3, colour


@pytest.mark.parametrize(("ground", "pages", "least"), [("light", PAGES["light"], 4.5), ("dark", PAGES["dark"], 4.5), ("either", ("#FFFFFF",), 4.5), ("either", PAGES["either"], 3.5)])  # fmt: skip
def test_text_has_a_contrast_of_four_and_a_half_to_one_where_the_page_is_known(
    ground: Ground, pages: tuple[str, ...], least: float
) -> None:
    assert min(contrast(LOOKS[ground].text, page) for page in pages) >= least


@pytest.mark.parametrize("by", SEEN_BY)
@pytest.mark.parametrize("ground", GROUNDS)
def test_colours_stay_apart_for_the_colour_blind(ground: Ground, by: str) -> None:
    look = LOOKS[ground]
    pairs = [
        *combinations((*look.series, look.unknown, look.rest), 2),
        (look.series[0], look.minus),
        (look.series[0], look.previous),
    ]
    assert [pair for pair in pairs if seen(pair[0], by).distance(seen(pair[1], by)) < APART] == []


@pytest.mark.parametrize("by", SEEN_BY)
@pytest.mark.parametrize("ground", GROUNDS)
def test_a_map_grows_darker_or_lighter_all_the_way(ground: Ground, by: str) -> None:
    steps = [seen(between(*LOOKS[ground].ramp, part / 10), by).light for part in range(11)]
    assert steps in (sorted(steps), sorted(steps, reverse=True))
    assert abs(steps[0] - steps[-1]) > 25


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_numbers_on_colours_can_be_read() -> None:
    rows = [(city, tea, (5 * x + y) / 24) for x, city in enumerate("ABCDE") for y, tea in enumerate("vwxyz")]
    for ground in GROUNDS:
        look = LOOKS[ground]
        _, numbers = drawing(reply([CITY, TEA, RATE], rows), ground=ground, kind="heatmap")["data"]
        cells = [between(*look.ramp, float(text.rstrip("%")) / 100) for text in numbers["text"]]
        assert all(contrast(ink, cell) >= 4.5 for ink, cell in zip(numbers["textfont"]["color"], cells, strict=True))
        run_out = drawing(reply([CITY, RATE], [(UNKNOWN, 9), ("A", 0.1), ("B", 0.1)]), ground=ground)["layout"]["annotations"][0]
        assert contrast(run_out["font"]["color"], look.unknown) >= 4.5
        assert contrast(ink_on(look.rest), look.rest) >= 4.5


def test_what_hovering_says_can_be_read() -> None:
    for ground in GROUNDS:
        label = drawing(towns(3), ground=ground)["layout"]["hoverlabel"]
        assert contrast(label["font"]["color"], label["bgcolor"]) >= 4.5


def test_the_page_shows_through_and_there_are_as_many_marks_as_lines() -> None:
    layout = drawing(towns(3), ground="dark")["layout"]
    assert (layout["paper_bgcolor"], layout["plot_bgcolor"]) == ("rgba(0,0,0,0)", "rgba(0,0,0,0)")
    assert all(len(set(SYMBOLS)) > len(look.series) for look in LOOKS.values())
