"""The files of the page: Chainlit's own, with nothing loaded from outside, and ours beside them."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from assistant.wording.texts import templates
from semantic_layer.words import LANGUAGES

OUTSIDE = re.compile(r"\s*<link[^>]*(?:fonts\.googleapis|fonts\.gstatic|cdn\.jsdelivr)[^>]*/?>", re.DOTALL)
"""What Chainlit's page would load from other hosts: a web font and a stylesheet for formulas."""
FIRST = re.compile(r"(?=<script type=\"module\")")
"""Where our own script goes: before the page's, which asks for the language as soon as it runs."""
START = '<script type="module" src="/public/page/start.js"></script>\n    '
UNSERVED = (".map",)
"""Files of the front end that only its developers need."""


def prepare(root: Path, port: int) -> Path:
    """Writes all that the page needs into a folder; what was there of an earlier version is replaced.

    Returns:
        The folder, which Chainlit calls its application root.
    """
    ours = resources.files("assistant.chat") / "site"
    settings = root / ".chainlit"
    settings.mkdir(parents=True, exist_ok=True)
    text = (ours / "config.toml").read_text("utf-8").replace("{port}", str(port)).replace("{version}", version("chainlit"))
    (settings / "config.toml").write_text(text, "utf-8")
    texts = json.loads((ours / "texts.json").read_text("utf-8"))
    for name in ("chainlit", *(f"chainlit_{language}" for language in texts)):
        # The page has no welcome text; one that is missing in a language would be logged at every load.
        (root / f"{name}.md").write_text("", "utf-8")
    public = root / "public"
    shutil.rmtree(public, ignore_errors=True)
    _copy(ours, public, without=("config.toml", "texts.json"))
    (public / "page" / "words.js").write_text(_words(), "utf-8")
    _link(Path(str(resources.files("plotly") / "package_data" / "plotly.min.js")), public / "plotly.min.js")
    chainlit = _package("chainlit")
    _front_end(chainlit / "frontend" / "dist", root / "build")
    _translations(chainlit / "translations", settings / "translations", texts)
    return root


def _package(name: str) -> Path:
    """Where a package is, without importing it."""
    found = importlib.util.find_spec(name)
    assert found is not None and found.submodule_search_locations
    return Path(next(iter(found.submodule_search_locations)))


def _copy(source: Traversable, target: Path, without: tuple[str, ...] = ()) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for each in source.iterdir():
        if each.name in without:
            continue
        if each.is_dir():
            _copy(each, target / each.name)
        else:
            (target / each.name).write_bytes(each.read_bytes())


def _words() -> str:
    """The page's own words in both languages, as a module."""
    words: dict[str, Any] = {}
    for language in LANGUAGES:
        texts = templates(language)["page"]
        words[language] = {**texts["labels"], "reasons": texts["reasons"]}
    return f"export const WORDS = {json.dumps(words, ensure_ascii=False, indent=1)};\n"


def _link(source: Path, target: Path) -> None:
    """The file itself where the system allows a second name for it, else a copy."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _front_end(source: Path, target: Path) -> None:
    """The front end with an index.html of ours; copied again only when Chainlit has changed."""
    mark, wanted = target / "version", f"{version('chainlit')} {START}"
    if mark.is_file() and mark.read_text("utf-8") == wanted:
        return
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*(f"*{ending}" for ending in UNSERVED)))
    page = target / "index.html"
    html, count = FIRST.subn(START, OUTSIDE.sub("", page.read_text("utf-8")), count=1)
    if not count:
        raise RuntimeError("Chainlit's page has changed: there is no place for the start script")
    page.write_text(html, "utf-8")
    mark.write_text(wanted, "utf-8")


def _translations(source: Path, target: Path, changes: dict[str, dict[str, str]]) -> None:
    """The interface's texts with ours put in: what the page says of models and tools is not true of this chat."""
    target.mkdir(exist_ok=True)
    for language, texts in changes.items():
        data = json.loads((source / f"{language}.json").read_text("utf-8"))
        for path, text in texts.items():
            *parents, last = path.split(".")
            node = data
            for name in parents:
                node = node[name]
            node[last] = text
        (target / f"{language}.json").write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
