"""The other dialect of the model on the loopback: Anthropic's messages, whole and as a stream, with its errors and its rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from loopback import KEY, Call, Fails, Says, bearer

RAW = "⟦raw⟧"
"""Stands for arguments that are spliced in as they are, JSON or not."""


class Anthropic:
    """`POST /v1/messages`: calls of tools are blocks of content, and their results are blocks of the user's."""

    provider, path, base, key = "anthropic", "/v1/messages", "", "ANTHROPIC_API_KEY"

    def completion(self, says: Says) -> str:
        text = [{"type": "text", "text": says.text}] if says.text else []
        content = [*text, *(_block(call, index, f"{RAW}{index}") for index, call in enumerate(says.calls))]
        whole = {**_message(says), "content": content, "stop_reason": _reason(says)}
        body = json.dumps(whole, ensure_ascii=False)
        for index, call in enumerate(says.calls):
            body = body.replace(json.dumps(f"{RAW}{index}", ensure_ascii=False), call.text)
        return body

    def events(self, says: Says) -> Iterator[str]:
        """Each call's arguments come in two pieces."""
        start = {**_message(says), "content": [], "stop_reason": None}
        start["usage"] = {**start["usage"], "output_tokens": 0}
        yield _event("message_start", message=start)
        texts = [says.text] if says.text else []
        for index, text in enumerate(texts):
            yield _event("content_block_start", index=index, content_block={"type": "text", "text": ""})
            yield _event("content_block_delta", index=index, delta={"type": "text_delta", "text": text})
            yield _event("content_block_stop", index=index)
        for index, call in enumerate(says.calls, len(texts)):
            half = len(call.text) // 2
            yield _event("content_block_start", index=index, content_block=_block(call, index - len(texts), {}))
            for piece in (call.text[:half], call.text[half:]):
                yield _event("content_block_delta", index=index, delta={"type": "input_json_delta", "partial_json": piece})
            yield _event("content_block_stop", index=index)
        yield _event(
            "message_delta",
            delta={"stop_reason": _reason(says), "stop_sequence": None},
            usage={"output_tokens": says.tokens_out},
        )
        yield _event("message_stop")

    def failure(self, fails: Fails) -> tuple[int, dict[str, Any]]:
        status, kind, said = {
            "authentication": (401, "authentication_error", f"invalid x-api-key: {KEY}"),
            "rate_limit": (429, "rate_limit_error", "This request would exceed your rate limit."),
            "overloaded": (529, "overloaded_error", "Overloaded"),
            "server": (500, "api_error", "Internal server error"),
        }[fails.kind]
        return status, {"type": "error", "error": {"type": kind, "message": said}}

    def fault(self, body: dict[str, Any]) -> str | None:
        """Each call needs its result first thing in the next message, and no text is empty."""
        waiting: set[str] = set()
        for message in body["messages"]:
            blocks = _blocks(message)
            if any(block["type"] == "text" and not block["text"].strip() for block in blocks):
                return "text content blocks must be non-empty"
            answered = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
            if answered != waiting:
                return "tool_use ids were found without tool_result blocks immediately after, or the other way round"
            waiting = {block["id"] for block in blocks if block["type"] == "tool_use"}
        return "the conversation ends with a tool_use" if waiting else None

    def told(self, body: dict[str, Any]) -> list[str]:
        blocks = [block for message in body["messages"] for block in _blocks(message)]
        return [_text(block["content"]) for block in blocks if block["type"] == "tool_result"]

    def calls_shown(self, body: dict[str, Any]) -> list[str]:
        blocks = [block for message in body["messages"] for block in _blocks(message)]
        return [block["name"] for block in blocks if block["type"] == "tool_use"]

    def key_of(self, headers: dict[str, str]) -> str | None:
        """Clients send it in either of two headers, by version."""
        return headers.get("x-api-key") or bearer(headers)


ANTHROPIC = Anthropic()


def _message(says: Says) -> dict[str, Any]:
    usage = {"input_tokens": says.tokens_in, "output_tokens": says.tokens_out}
    named = {"id": "msg_1", "type": "message", "role": "assistant", "model": "loopback"}
    return {**named, "stop_sequence": None, "usage": usage}


def _block(call: Call, index: int, given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": call.identity(index), "name": call.name, "input": given}


def _reason(says: Says) -> str:
    return "tool_use" if says.calls else "end_turn"


def _event(kind: str, **data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data}, ensure_ascii=False)}\n\n"


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(str(block.get("text", "")) for block in content)
