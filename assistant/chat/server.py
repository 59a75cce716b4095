"""The server around the chat: this machine only, and nothing loaded from outside."""

from __future__ import annotations

import json
import os
import re
import shutil
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.runtime import Runtime
    from semantic_layer.policy import Viewer

OUTSIDE = re.compile(r"\s*<link[^>]*(?:fonts\.googleapis|fonts\.gstatic|cdn\.jsdelivr)[^>]*/?>", re.DOTALL)
"""What Chainlit's page would load from other hosts: a web font and a stylesheet for formulas."""

PUBLIC = ("theme.json", "style.css", "logo_light.svg", "logo_dark.svg", "favicon.svg", "elements/LongTable.jsx")
"""What the page loads from our folder."""


def serve(runtime: Runtime, viewer: Viewer, port: int) -> None:
    """Serves the chat until it is stopped."""
    root = prepare(runtime.settings.home / "chat", port)
    os.environ["CHAINLIT_APP_ROOT"] = str(root)
    os.environ.setdefault("OTEL_SDK_DISABLED", "true")
    import uvicorn
    from fastapi import FastAPI
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from assistant.agent import Agent
    from assistant.chat.shared import Served, serve_with

    serve_with(Served(runtime, Agent.configured(runtime.settings), viewer))
    scope = runtime.scope(viewer)
    runtime.reader(scope)
    app = FastAPI(openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1"])

    @app.get("/health")
    def health() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "ok", "workspace": runtime.workspace.name, "data": runtime.opened().version.id}

    from chainlit.utils import mount_chainlit

    mount_chainlit(app=app, target=str(Path(__file__).with_name("handlers.py")), path="/")
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


def prepare(root: Path, port: int) -> Path:
    """Writes Chainlit's configuration and a copy of its page that loads nothing from outside."""
    import importlib.util

    (root / ".chainlit").mkdir(parents=True, exist_ok=True)
    site = resources.files("assistant.chat") / "site"
    settings = (site / "config.toml").read_text("utf-8").replace("{port}", str(port)).replace("{version}", version("chainlit"))
    (root / ".chainlit" / "config.toml").write_text(settings, "utf-8")
    (root / "chainlit.md").write_text("", "utf-8")
    public = root / "public"
    (public / "elements").mkdir(parents=True, exist_ok=True)
    for name in PUBLIC:
        (public / name).write_text((site / name).read_text("utf-8"), "utf-8")
    found = importlib.util.find_spec("chainlit")
    assert found is not None and found.submodule_search_locations
    package = Path(next(iter(found.submodule_search_locations)))
    _copy_page(package / "frontend" / "dist", root / "build")
    _translations(
        package / "translations", root / ".chainlit" / "translations", json.loads((site / "texts.json").read_text("utf-8"))
    )
    return root


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


def _copy_page(source: Path, target: Path) -> None:
    """The front end with a cleaned index.html; copied again only when Chainlit has changed."""
    mark = target / "version"
    wanted = version("chainlit")
    if mark.is_file() and mark.read_text("utf-8") == wanted:
        return
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    page = target / "index.html"
    page.write_text(OUTSIDE.sub("", page.read_text("utf-8")), "utf-8")
    mark.write_text(wanted, "utf-8")
