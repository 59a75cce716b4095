"""The colours of charts on a light and on a dark page: Okabe and Ito's palette, which colour-blind people can tell apart."""

from __future__ import annotations

from typing import Literal, NamedTuple

Ground = Literal["light", "dark", "either"]
"""The page under a chart; `either` where it is not known, or changes under the chart."""


class Look(NamedTuple):
    """The colours of one ground.

    Attributes:
        series: In the order of use; each has a contrast of 3:1 or more to the ground.
        minus: Of values below zero, beside the first of `series`.
        on_rest: Of text on a bar of the rest.
    edge: Between segments that touch.
        ramp: From little to much, on a map of colours.
    """

    text: str
    grid: str
    series: tuple[str, ...]
    minus: str
    previous: str
    unknown: str
    rest: str
    on_rest: str
    edge: str
    panel: str
    ramp: tuple[str, str]


_ON_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#B8568C", "#C08400", "#3D9BD9", "#30343B")
_ON_DARK = ("#3A97D3", "#E8763A", "#00B383", "#CC79A7", "#E69F00", "#8CCBF2", "#F0E442")
"""Okabe and Ito's hues, darker or lighter where the ground needs it; black and yellow each on the ground that they suit."""

LOOKS: dict[Ground, Look] = {
    "light": Look(
        "#4A5059", "rgba(90,98,110,0.18)", _ON_LIGHT, "#D55E00", "#7FA9C4", "#868C95", "#6B7280", "#FFFFFF",
        "#FFFFFF", "#FFFFFF", ("#E6F0F7", "#00568A"),
    ),
    "dark": Look(
        "#C3C8CF", "rgba(200,208,218,0.16)", _ON_DARK, "#E8763A", "#6F93AB", "#8F959E", "#A4AAB3", "#14171B",
        "#1E1E1E", "#2A2D31", ("#1C3140", "#8CCBF2"),
    ),
    "either": Look(
        "#767676", "rgba(128,128,128,0.22)", (*_ON_LIGHT[:6], "#8C6BB1"), "#D55E00", "#7FA9C4", "#868C95", "#6B7280", "#FFFFFF",
        "rgba(0,0,0,0)", "#FFFFFF", ("#B9D6E8", "#00568A"),
    ),
}  # fmt: skip

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon")
MARKS = ("●", "■", "◆", "▲", "✚", "✖", "★", "⬢")
"""The same in text, so that a key needs no colour."""
