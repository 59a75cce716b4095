"""A conversation saved as HTML, opened from disk in a browser: charts are drawn, and nothing is loaded or run besides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from assistant.render.charts import figure
from assistant.render.conversation_html import conversation_html
from assistant.render.transcript import Asked
from assistant.reply import Reply
from browser.conftest import WINDOW, Heard

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "question"), [("zh", "2017年11月各品牌销售额"), ("en", "Sales by brand in November 2017")])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_saved_conversation_draws_its_charts_and_runs_no_text(
    chromium: Browser, told: Callable[..., Reply], tmp_path: Path, language: str, question: str, scheme: str
) -> None:
    hostile = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
    reply = told(question)
    rows = [[hostile, *row[1:]] if index == 0 else row for index, row in enumerate(reply.rows)]
    turn = Asked(question=hostile, at=datetime(2025, 3, 1), reply=reply.model_copy(update={"rows": rows}))

    def drawing(reply: Reply) -> dict[str, object] | None:
        drawn = figure(reply)
        return drawn.to_plotly_json() if drawn is not None else None

    path = tmp_path / "saved.html"
    path.write_bytes(conversation_html("Saved", [turn], drawing, language))
    page = chromium.new_context(viewport=WINDOW, color_scheme="dark" if scheme == "dark" else "light").new_page()
    heard = Heard()
    heard.listen_to(page)
    page.goto(path.as_uri())
    expect(page.locator(".chart .bars .point")).to_have_count(len(rows))
    assert page.locator("td").first.inner_text() == hostile
    assert page.title() == "Saved"
    assert page.locator("img").count() == 0
    assert heard.addresses == [path.as_uri()]
    assert heard.errors == []
    page.context.close()
