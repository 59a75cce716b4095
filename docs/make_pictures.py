"""The pictures of the README: starts the chat on the demo with a state folder of its own, asks, and takes them.

    python docs/make_pictures.py        # or: make pictures

Chromium is taken from /usr/bin/chromium, or from where Playwright has put its own.
"""

from __future__ import annotations

import base64
import shutil
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from evals.bench.server import huaxiang, serving

HERE = Path(__file__).parent / "pictures"
CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 30_000
COLOURS = 256
ALIKE = 6
"""Steps of 256 within which two shades are alike."""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test name="family" compare="contains"><string>sans</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Noto Sans CJK SC</string></edit>
  </match>
</fontconfig>
"""
"""Chinese and Latin letters from one family, where the machine has it."""


class Picture(NamedTuple):
    """What is to be seen.

    Attributes:
        questions: Asked in conversations of their own, one after the other; the last one is shown.
        scale: Points of the picture to one of the page.
    """

    name: str
    language: str
    scheme: str
    width: int
    height: int
    questions: tuple[str, ...]
    scale: float = 1


PICTURES = (
    Picture(
        name="breakdown",
        language="en-US",
        scheme="light",
        width=1440,
        height=1260,
        questions=(
            "Average basket value on weekends and weekdays in Q4",
            "Orders per week in 2017",
            "What were sales in November?",
            "Average basket value by age in Q4",
        ),
    ),
    Picture(
        name="series",
        language="zh-CN",
        scheme="dark",
        width=1080,
        height=960,
        questions=("11月的销售额是多少", "客单价最高的5家门店", "四季度各年龄段的客单价", "2017年每月周末和工作日的销售额"),
    ),
    Picture(
        name="phone",
        language="zh-CN",
        scheme="light",
        width=390,
        height=844,
        questions=("四季度周末和工作日的客单价",),
        scale=2,
    ),
)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        loaded = Path(folder) / "loaded"
        huaxiang(["data", "load"], loaded)
        fonts = Path(folder) / "fonts.conf"
        fonts.write_text(FONTS, "utf-8")
        with sync_playwright() as playwright:
            own = str(CHROMIUM) if CHROMIUM.exists() else None
            arguments = ["--no-sandbox", "--no-proxy-server", "--font-render-hinting=none"]
            browser = playwright.chromium.launch(executable_path=own, args=arguments, env={"FONTCONFIG_FILE": str(fonts)})
            for picture in PICTURES:
                home = Path(shutil.copytree(loaded, Path(folder) / picture.name))
                with serving(home, "complete_journey") as server:
                    (HERE / f"{picture.name}.png").write_bytes(small(taken(picture, browser, server.address), browser))
            browser.close()


def taken(picture: Picture, browser: Browser, address: str) -> bytes:
    """Asks, and takes the picture."""
    context = browser.new_context(
        locale=picture.language,
        color_scheme="dark" if picture.scheme == "dark" else "light",
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=picture.scale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    for question in picture.questions:
        page.goto(address)
        page.locator("button[id^=starter]").first.wait_for()
        page.locator("#chat-input").fill(question)
        page.locator("#chat-submit").click()
        page.wait_for_url("**/thread/*")
        page.locator(".hx-card").wait_for()
    page.locator(".hx-plot .main-svg").first.wait_for()
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.id === 'chat-input' && document.activeElement.blur()")
    page.wait_for_timeout(500)
    shot = page.screenshot()
    context.close()
    return shot


# ---- small files --------------------------------------------------------------------------------------------------------

PIXELS = """async picture => {
    const drawn = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
    const canvas = new OffscreenCanvas(drawn.width, drawn.height);
    const context = canvas.getContext('2d');
    context.drawImage(drawn, 0, 0);
    const bytes = context.getImageData(0, 0, drawn.width, drawn.height).data;
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return {width: drawn.width, height: drawn.height, bytes: btoa(text)};
}"""


def small(picture: bytes, browser: Browser) -> bytes:
    """The same picture in few colours: of those that are alike, as at the edges of letters, the most frequent stands for all."""
    page = browser.new_page()
    read: dict[str, Any] = page.evaluate(PIXELS, base64.b64encode(picture).decode())
    page.close()
    pixels = np.frombuffer(base64.b64decode(read["bytes"]), np.uint8).reshape(-1, 4)[:, :3].astype(np.int64)
    packed, places, counts = np.unique(pixels @ (65536, 256, 1), return_inverse=True, return_counts=True)
    found = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1)[order := np.argsort(-counts)]
    _, firsts = np.unique(found // ALIKE @ (65536, 256, 1), return_index=True)
    kept = found[np.sort(firsts)[:COLOURS]]
    nearest = np.empty(len(found), np.uint8)
    nearest[order] = [np.argmin(((kept - colour) ** 2).sum(axis=1)) for colour in found]
    rows = nearest[places].reshape(read["height"], read["width"])
    lines = np.hstack([np.zeros((read["height"], 1), np.uint8), rows])  # each row says that it is as it stands
    header = struct.pack(">IIBBBBB", read["width"], read["height"], 8, 3, 0, 0, 0)
    parts = [
        (b"IHDR", header),
        (b"PLTE", kept.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(*part) for part in parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    main()
