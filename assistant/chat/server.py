"""The server around the chat: this machine only, one local user, its own pages beside Chainlit's."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.chat.shared import Served
    from assistant.runtime import Runtime
    from assistant.state.store import Store
    from semantic_layer.policy import Viewer

log = logging.getLogger(__name__)
A_DAY = 86_400


def serve(app: FastAPI, port: int) -> None:
    """Serves the chat to this machine until it is stopped."""
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


def application(runtime: Runtime, viewer: Viewer, port: int) -> FastAPI:
    """The application that `serve` runs; one for a process, as Chainlit keeps its settings in modules.

    Raises:
        DataError: the model or the state store cannot be used.
    """
    from assistant.agent import Agent
    from assistant.chat.guard import kept_secret
    from assistant.chat.shared import Served, serve_with
    from assistant.chat.site import prepare
    from assistant.state.store import Store

    settings = runtime.settings
    store = Store.open(settings)
    now = Served.of(runtime, Agent.configured(settings), viewer, store)
    serve_with(now)
    runtime.reader(runtime.scope(viewer))
    cookie = f"huaxiang_{port}"
    # Two chats of one state folder have each its own pages, which the other's start does not take away.
    os.environ["CHAINLIT_APP_ROOT"] = str(prepare(settings.home / "chat" / str(port), port))
    os.environ["CHAINLIT_AUTH_SECRET"] = kept_secret(settings.home / "chat_secret")
    os.environ["CHAINLIT_AUTH_COOKIE_NAME"] = cookie  # cookies know no ports: two chats on one machine have one each
    os.environ["CHAINLIT_CUSTOM_AUTH"] = "1"
    os.environ.setdefault("OTEL_SDK_DISABLED", "true")
    return _application(now, store, port, cookie)


def _application(now: Served, store: Store, port: int, cookie: str) -> FastAPI:
    from assistant.chat.untraced import leave_out_tracing

    leave_out_tracing()
    from chainlit.auth.jwt import create_jwt, decode_jwt
    from chainlit.user import User
    from chainlit.utils import mount_chainlit
    from fastapi import FastAPI

    from assistant.chat import audience_routes
    from assistant.chat.guard import Guard
    from assistant.chat.routes import router

    runtime, user = now.runtime, now.viewer.user

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None]:
        cleaning = asyncio.create_task(_forget_daily(store, runtime.settings.keep_days))
        yield
        cleaning.cancel()

    app = FastAPI(openapi_url=None, lifespan=life)

    def token() -> str:
        return create_jwt(User(identifier=user))

    def known(value: str) -> bool:
        try:
            return decode_jwt(value).identifier == user
        except Exception:
            return False

    app.add_middleware(Guard, port=port, cookie=cookie, token=token, known=known)

    @app.get("/health")
    def health() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"status": "ok", "workspace": runtime.workspace.name, "data": runtime.opened().version.id}

    app.include_router(router)
    app.include_router(audience_routes.router)
    mount_chainlit(app=app, target=str(Path(__file__).with_name("handlers.py")), path="/")
    return app


async def _forget_daily(store: Store, keep_days: int) -> None:
    """Deletes conversations that are older than the settings keep them: at the start, and once a day."""
    from assistant.state.conversations import delete_older

    while True:
        try:
            await asyncio.to_thread(delete_older, store, keep_days)
        except Exception as error:
            log.error("old conversations are not deleted: %s", type(error).__name__)
        await asyncio.sleep(A_DAY)
