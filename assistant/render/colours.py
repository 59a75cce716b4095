"""The colours of charts on a light and on a dark page: after Okabe and Ito, moved apart for those who see fewer hues."""

from __future__ import annotations

from typing import Literal, NamedTuple

Ground = Literal["light", "dark", "either"]
"""The page under a chart; `either` where it is not known, or changes under the chart."""

PAGES: dict[Ground, tuple[str, ...]] = {
    "light": ("#FFFFFF", "#F6F8FA"),
    "dark": ("#212121", "#1C2229"),
    "either": ("#FFFFFF", "#F6F8FA", "#212121", "#1C2229"),
}
"""What is taken to be behind a chart: the chat's page, and the cards of a saved conversation."""


class Look(NamedTuple):
    """The colours of one ground.

    Attributes:
        text: A contrast of 4.5:1 or more; no grey has that on light and dark, so `either` has it on white alone.
        series: In the order of use. They and the other marks have a contrast of 3:1 or more to the ground.
        minus: Of values below zero, beside the first of `series`.
        previous: Beside the first of `series`, of which it is a paler kind.
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
    edge: str
    panel: str
    ramp: tuple[str, str]


LOOKS: dict[Ground, Look] = {
    "light": Look(
        text="#4A5059", grid="rgba(90,98,110,0.18)",
        series=("#0072B2", "#E55604", "#12996A", "#7A2E78", "#755A1E", "#3A94DE", "#252A33"),
        minus="#E55604", previous="#5F93B8", unknown="#858B97", rest="#5F656E",
        edge="#FFFFFF", panel="#FFFFFF", ramp=("#DCEAF4", "#00568A"),
    ),
    "dark": Look(
        text="#C3C8CF", grid="rgba(200,208,218,0.16)",
        series=("#3A97D3", "#DE801D", "#7CE3A9", "#C4527A", "#E4BC20", "#B5E0FC", "#F3F79A"),
        minus="#DE801D", previous="#6B8799", unknown="#969A9F", rest="#B7BBC6",
        edge="#212121", panel="#2A2D31", ramp=("#2A4A60", "#9AD4F8"),
    ),
    "either": Look(
        text="#767676", grid="rgba(128,128,128,0.22)",
        series=("#0072B2", "#F55D1A", "#28A363", "#B77BAC", "#80683A", "#4185DD", "#AF3DA5"),
        minus="#F55D1A", previous="#5F93B8", unknown="#808081", rest="#6A6E78",
        edge="rgba(0,0,0,0)", panel="#FFFFFF", ramp=("#B9D6E8", "#00568A"),
    ),
}  # fmt: skip

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon")
MARKS = ("●", "■", "◆", "▲", "✚", "✖", "★", "⬢")
"""The same in text, so that a key needs no colour."""


def contrast(one: str, other: str) -> float:
    """How far two colours are apart in light, from 1 to 21.

    Source: W3C, "Web Content Accessibility Guidelines 2.2", contrast ratio.
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """Black or white, whichever can be read on a colour; one of them always has a contrast of 4.5:1."""
    return max("#000000", "#FFFFFF", key=lambda ink: contrast(ink, colour))


def between(low: str, high: str, part: float) -> str:
    """A colour on the way from one to another, as a browser mixes them."""
    mixed = (round(255 * (a + (b - a) * min(1, max(0, part)))) for a, b in zip(_rgb(low), _rgb(high), strict=True))
    return "#" + "".join(f"{each:02X}" for each in mixed)


def faded(colour: str, opacity: float) -> str:
    red, green, blue = (round(255 * each) for each in _rgb(colour))
    return f"rgba({red},{green},{blue},{opacity})"


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
