"""How kept tags are, in words: of one tag sentence by sentence, of many the ones that stand out."""

from __future__ import annotations

from typing import Any

from assistant.wording.readings import Words
from assistant.wording.texts import fill, inner, listed, text_of
from semantic_layer.tags.drift import NOTABLE
from tools.answer import Finding

SECTION = "tag_health"
NAMED = 5
"""So many tags a sentence names."""
ORDER = {
    "all": ("freshness", "coverage", "spread", "change", "drift"),
    "freshness": ("freshness",),
    "coverage": ("coverage", "freshness"),
    "change": ("change", "freshness"),
    "drift": ("drift", "freshness"),
}
"""What is said, in this order, by what the question is after."""


def tag_health_text(finding: Finding, words: Words) -> str:
    """The text of an answer on the health of tags."""
    return _Health(finding, words).text()


class _Health:
    def __init__(self, finding: Finding, words: Words) -> None:
        self.code, self.parts, self.words, self.language = finding.code, finding.parts, words, words.language

    def text(self) -> str:
        if self.code == "tag_health_none":
            return self._none()
        tags, one = self.parts["tags"], self.code == "tag_health_one"
        topics = ORDER[self.parts["about"]] if self.parts["figures"] else ORDER["freshness"]
        said = [text for topic in topics for text in (self._of_one(topic, tags[0]) if one else self._of_all(topic, tags))]
        if one and topics[0] != "freshness" and said:
            said[0] = self._say("of_one", tag=self._label(tags[0]), said=said[0])
        if self.parts["never"]:
            said.append(self._say("never", names=self._names(self.parts["never"])))
        if self.parts["missing"]:
            said.append(self._say("missing", names=self._names(self.parts["missing"])))
        if any(each["due"] for each in tags):
            said.append(self._say("due", **self._command))
        elif self.parts["about"] == "freshness":
            said.append(self._say("none_due"))
        return ("" if self.language == "zh" else " ").join(said)

    def _none(self) -> str:
        names = self.parts["names"]
        if names and set(names) == set(self.parts["never"]):
            return self._say("never", names=self._names(names))
        code = "tag_health_none_named" if names else "tag_health_none"
        return fill(self.language, "findings", code, names=self._names(names), **self._command)

    @property
    def _command(self) -> dict[str, str]:
        return {"command": self.parts["command"]}

    def _say(self, code: str, **parts: Any) -> str:
        return fill(self.language, SECTION, code, **parts)

    def _names(self, names: list[str]) -> str:
        return listed(self.language, [inner(self.words.name(each), self.language) for each in names])

    # ---- one tag ----------------------------------------------------------------------------------------------------------

    def _of_one(self, topic: str, tag: dict[str, Any]) -> list[str]:
        match topic:
            case "freshness":
                code = "fresh_one" if tag["as_of"] == self.parts["today"] else "older_one"
                return [
                    self._say(code, tag=self._label(tag), today=self.parts["today"], as_of=tag["as_of"], made_at=tag["made_at"])
                ]
            case "coverage":
                if tag["coverage"] is None:
                    return []
                parts = {"known": f"{tag['known']:,}", "members": f"{tag['members']:,}", "share": f"{tag['coverage']:.1%}"}
                entity = self.words.many(tag["entity"])
                return [self._say("coverage_one", tag=self._label(tag), entity=entity, **parts)]
            case "spread":
                return self._spread()
            case "change":
                return self._change(tag)
            case _:
                return self._drift(tag)

    def _label(self, tag: dict[str, Any]) -> str:
        return self.words.name(tag["tag"])

    def _spread(self) -> list[str]:
        most = sorted(self.parts["spread"], key=lambda each: -each["share"])[:NAMED]
        said = [
            f"{text_of(each['label'], self.language) if each['label'] else each['value']} {each['share']:.1%}" for each in most
        ]
        return [self._say("spread", most=listed(self.language, said))] if said else []

    def _change(self, tag: dict[str, Any]) -> list[str]:
        if tag["since"] is None:
            return [self._say("first")]
        redefined = [self._say("redefined", since=tag["since"])] if tag["redefined"] else []
        if tag["changed"] is None:
            return [*redefined, self._say("not_compared")]
        counts = {key: f"{tag[key]:,}" for key in ("changed", "entered", "left") if tag[key] is not None}
        return [self._say("moved" if "entered" in counts else "changed", since=tag["since"], **counts), *redefined]

    def _drift(self, tag: dict[str, Any]) -> list[str]:
        if tag["drift"] is None:
            return [] if self.parts["about"] == "all" else [self._say("first" if tag["since"] is None else "not_compared")]
        return [self._say(f"drift_{tag['drifted']}", since=tag["since"], drift=f"{tag['drift']:.2f}")]

    # ---- many tags --------------------------------------------------------------------------------------------------------

    def _of_all(self, topic: str, tags: list[dict[str, Any]]) -> list[str]:
        match topic:
            case "freshness":
                return self._days(tags)
            case "coverage":
                known = [each for each in tags if each["coverage"] is not None]
                whole = [each for each in known if each["known"] == each["members"]]
                rest = sorted((each for each in known if each not in whole), key=lambda each: each["coverage"])
                least = [f"{self._short(each)} {each['coverage']:.1%}" for each in rest[:NAMED]]
                parts = {"whole": len(whole), "count": len(known), "least": listed(self.language, least)}
                return [self._say("coverage_all" if rest else "coverage_whole", **parts)] if known else []
            case "spread":
                return []
            case "change":
                changed = sorted((each for each in tags if each["changed"]), key=lambda each: -each["changed"])
                most = [f"{self._short(each)} {each['changed']:,}" for each in changed[:NAMED]]
                return [self._say("change_all", most=listed(self.language, most))] if most else self._nothing_before(tags)
            case _:
                compared = [each for each in tags if each["drift"] is not None]
                if not compared:
                    return [] if self.parts["about"] == "all" else self._nothing_before(tags)
                drifted = sorted((each for each in compared if each["drift"] >= NOTABLE), key=lambda each: -each["drift"])
                most = [f"{self._short(each)} {each['drift']:.2f}" for each in drifted[:NAMED]]
                parts = {"number": len(drifted), "count": len(compared), "most": listed(self.language, most)}
                return [self._say("drift_all" if drifted else "drift_none", **parts)]

    def _short(self, tag: dict[str, Any]) -> str:
        return inner(self._label(tag), self.language)

    def _nothing_before(self, tags: list[dict[str, Any]]) -> list[str]:
        return [self._say("first_all" if all(each["since"] is None for each in tags) else "unchanged_all")]

    def _days(self, tags: list[dict[str, Any]]) -> list[str]:
        last = max(each["as_of"] for each in tags)
        older = [each for each in tags if each["as_of"] < last]
        code = "fresh_all" if last == self.parts["today"] else "older_all"
        said = [self._say(code, count=len(tags) - len(older), as_of=last, today=self.parts["today"])]
        shown = [f"{self._short(each)} {each['as_of']}" for each in older[:NAMED]]
        return said + ([self._say("older_ones", count=len(older), older=listed(self.language, shown))] if older else [])
