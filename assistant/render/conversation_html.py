"""A conversation as one HTML file that stands alone: it loads nothing, links nowhere, and runs only scripts known by hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from html import escape
from importlib import resources
from typing import Any

from assistant.render.columns import is_number
from assistant.render.evidence import evidence_of
from assistant.render.legal_text import legal
from assistant.render.reply_tables import ReplyTable, tables_of
from assistant.render.transcript import Asked
from assistant.reply import Reply
from assistant.wording.texts import fill, templates

LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}
Figure = Callable[[Reply], dict[str, Any] | None]
"""The Plotly figure of a reply in plain form, with `data` and `layout`; None where it has none."""


def conversation_html(title: str, asked: Sequence[Asked], figure: Figure, language: str) -> bytes:
    """Questions with their answers, charts, tables, evidence and SQL.

    Args:
        figure: Asked once for each turn. Where no turn has a chart, the file holds no script.
        language: Of the frame; a reply brings its own.
    """
    drawn = [figure(turn.reply) for turn in asked]
    articles = "\n".join(_turn(index, turn, chart) for index, (turn, chart) in enumerate(zip(asked, drawn, strict=True)))
    scripts = [_plotly(), _file("conversation.js")] if any(chart is not None for chart in drawn) else []
    shown = _text(title) or templates(language)["download"]["conversation"]
    count = fill(language, "download", "questions", count=len(asked))
    page = f"""<!doctype html>
<html lang="{LANGUAGE_TAGS[language]}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{shown}</title>
<style>{_file("conversation.css")}</style>
</head>
<body>
<header><h1>{shown}</h1><p>{count}</p></header>
<main>
{articles}
</main>
{"".join(f"<script>{script}</script>" for script in scripts)}
</body>
</html>
"""
    return page.encode()


def _policy(scripts: Sequence[str]) -> str:
    """Nothing from anywhere, and only these scripts."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts)
    allowed = ["default-src 'none'", "script-src " + (hashes or "'none'"), "style-src 'unsafe-inline'", "img-src data:"]
    return "; ".join([*allowed, "base-uri 'none'", "form-action 'none'"])


def _plotly() -> str:
    """Plotly's library as its package has it."""
    return (resources.files("plotly") / "package_data" / "plotly.min.js").read_text("utf-8")


def _file(name: str) -> str:
    return (resources.files("assistant.render") / name).read_text("utf-8")


def _text(text: str) -> str:
    return escape(legal(text), quote=True)


def _turn(index: int, turn: Asked, chart: dict[str, Any] | None) -> str:
    reply, texts = turn.reply, templates(turn.reply.language)["download"]
    moment = f'<time datetime="{turn.at.isoformat()}">{turn.at:%Y-%m-%d %H:%M}</time>'
    parts = [f"<h2>{_text(turn.question)}</h2>", f'<p class="when">{moment} · {texts["outcomes"][reply.status]}</p>']
    parts += [f"<p>{_text(line)}</p>" for line in reply.answer.split("\n") if line.strip()]
    if chart is not None:
        parts.append(_chart(f"chart-{index}", chart, reply.reading))
    for table in tables_of(reply):
        parts += [_table(table, reply.reading), *_note(table)]
    parts += [*_evidence(reply), *_sql(reply)]
    body = "\n".join(parts)
    return f'<article lang="{LANGUAGE_TAGS[reply.language]}" class="{reply.status}">\n{body}\n</article>'


def _chart(name: str, chart: dict[str, Any], label: str) -> str:
    """A place for the chart and its figure as data; no text of it can end the element."""
    from plotly.io.json import to_json_plotly

    plain = {"data": chart.get("data", []), "layout": chart.get("layout", {})}
    # Plotly escapes most of it already, and does not promise to
    figure = str(to_json_plotly(plain)).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return (
        f'<div class="chart" role="img" aria-label="{_text(label)}" data-figure="{name}"></div>\n'
        f'<script type="application/json" id="{name}">{figure}</script>'
    )


def _table(table: ReplyTable, caption: str) -> str:
    sides = [' class="figure"' if is_number(column) else "" for column in table.columns]
    pairs = zip(table.headings, sides, strict=True)
    heading = "".join(f'<th scope="col"{side}>{_text(text)}</th>' for text, side in pairs)
    rows = "\n".join(_row(cells, sides) for cells in table.first_rows_shown())
    sums = "\n".join(_row(cells, sides, f' class="{kind}"') for kind, cells in table.sums_shown())
    below = f"\n<tfoot>\n{sums}\n</tfoot>" if sums else ""
    return (
        f'<div class="scrolls" tabindex="0" role="region" aria-label="{_text(caption)}"><table>\n'
        f"<caption>{_text(caption)}</caption>\n<thead><tr>{heading}</tr></thead>\n<tbody>\n{rows}\n</tbody>{below}\n</table></div>"
    )


def _row(cells: Sequence[str], sides: Sequence[str], kind: str = "") -> str:
    shown = "".join(f"<td{side}>{_text(cell)}</td>" for cell, side in zip(cells, sides, strict=True))
    return f"<tr{kind}>{shown}</tr>"


def _note(table: ReplyTable) -> list[str]:
    note = table.cut_note()
    return [f'<p class="when">{note}</p>'] if note else []


def _evidence(reply: Reply) -> list[str]:
    lines = "\n".join(f"<dt>{_text(line.name)}</dt><dd>{_text(line.text)}</dd>" for line in evidence_of(reply))
    if not lines:
        return []
    return [f"<details><summary>{templates(reply.language)['chat']['evidence']}</summary>\n<dl>\n{lines}\n</dl></details>"]


def _sql(reply: Reply) -> list[str]:
    return [f"<details><summary>SQL</summary>\n<pre><code>{_text(reply.sql)}</code></pre></details>"] if reply.sql else []
