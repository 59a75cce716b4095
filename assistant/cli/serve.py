"""`huaxiang chat`: serves the web chat."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.common import DEMO, AsOf, Attributes, Role, User, Workspace, bad_use, failed, options, out, settled
from semantic_layer.errors import HuaxiangError

LOCAL = ("127.0.0.1", "localhost")


def chat(
    host: Annotated[str, typer.Option("--host", help="Only this machine: 127.0.0.1.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port to listen on.")] = 8000,
    workspace: Workspace = DEMO,
    role: Role = None,
    user: User = "local",
    attr: Attributes = None,
    as_of: AsOf = None,
) -> None:
    """Serves the chat at http://localhost:8000."""
    if host not in LOCAL:
        bad_use(f"--host {host} is refused: there is no sign-in yet, so the chat listens on 127.0.0.1 only")
    chosen = options(workspace, role, user, attr, as_of)
    try:
        from assistant.cli.first_load import opened

        runtime = opened(chosen)
        runtime.scope(chosen.viewer)
        from assistant.chat.server import application, serve

        app = application(runtime, chosen.viewer, port)
    except HuaxiangError as error:
        failed(error)
    out.print(f"Huaxiang answers at http://localhost:{port}  (stop with Ctrl+C)")
    settled()
    serve(app, port)
