"""A group as a file: "export the loyal customers as an audience", 把高价值客户导出成人群包，留10%对照组，排除30天内联系过的.

What says how the file is to be is cut out of the question; the rest names the group, and is read as the question for its list, so
that whoever can be listed can be exported. Nothing is written before it is confirmed: a question gives a preview.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from assistant.language.numbers import han_number, word_number
from assistant.language.words import language_data
from assistant.planner.draft import Draft
from assistant.planner.outcome import Outcome, Plan, Refuse
from assistant.planner.scope import bindings_of
from semantic_layer.conditions import Field, Tag
from semantic_layer.model.profiles import profile_name
from semantic_layer.model.tags import ListTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import EntityQuery, plain
from tools.requests import AudienceQuery

NO_GROUP = "audience_group"
NOTHING_NAMED = ("metric", "off_topic")
"""What a text is turned away with that names nothing at all."""
REFERS = re.compile(r"\s*(?:them|these|those|it|(?:他|她|它)们?|这些人?|这批人?)?[\s,，、]*", re.IGNORECASE)


def audience(draft: Draft, read: Callable[[str], tuple[Draft, Outcome]], last: dict[str, Any] | None) -> Outcome | None:
    """The audience that a question asks for; None where it asks for none.

    Args:
        read: Reads a text as a question that nothing was asked before.
        last: The request that was answered before, whose group "them" are.
    """
    language, text = draft.language, draft.question.original.strip()
    cut = _Cut(text, language, draft.workspace)
    if not cut.asked:
        return None
    bindings = bindings_of(draft)
    if REFERS.fullmatch(cut.rest):
        request = _of_last(last)
        if request is None:
            return Refuse(code=NO_GROUP, span=text, bindings=bindings)
    else:
        own, outcome = read(language_data(language)["audience"]["before"].format(group=cut.rest))
        if not isinstance(outcome, Plan):
            return outcome if outcome.code not in NOTHING_NAMED else Refuse(code=NO_GROUP, span=cut.rest, bindings=bindings)
        listed = outcome.readings[0]
        request = EntityQuery.model_validate(listed) if listed.get("kind") == "entity_query" else None
        if len(outcome.readings) != 1 or request is None or request.where is None or request.limit is not None:
            return Refuse(code=NO_GROUP, span=cut.rest.strip(" ,，"), bindings=bindings)
        for item in own.items:
            item.role = item.role or "group"
    columns = tuple(dict.fromkeys((*cut.columns, *(ref for ref in request.columns if isinstance(ref, Tag | Field)))))
    found = AudienceQuery.model_validate(
        {"entity": request.entity, "where": request.where, "columns": columns, **cut.options(request.entity)}
    )
    return Plan(readings=(plain(found),), bindings=bindings)


def _of_last(last: dict[str, Any] | None) -> EntityQuery | None:
    """The group of the answer before: of a list, a profile, a number of members, or another audience."""
    if last is None or not last.get("where") or last.get("limit") is not None or last.get("by"):
        return None
    entity = last.get("entity") if last.get("kind") in ("entity_query", "profile_query", "audience_query") else _counted(last)
    return EntityQuery.model_validate({"entity": entity, "where": last["where"]}) if entity else None


def _counted(last: dict[str, Any]) -> str | None:
    """The entity whose members were counted as of "today"."""
    metrics = last.get("metrics") or ()
    profile, _, entity = metrics[0].rpartition(".") if len(metrics) == 1 else ("", "", "")
    return entity if entity and profile == profile_name(entity) else None


class _Cut:
    """A question with the forms of an audience cut out.

    Attributes:
        asked: Whether it asks for an audience at all.
        rest: What is left.
    """

    def __init__(self, text: str, language: str, workspace: Workspace) -> None:
        self.workspace, self.language, self.rest = workspace, language, text
        self.forms = language_data(language)["audience"]
        self.found: dict[str, dict[str, str]] = {}
        parts = ("named", "control", "contacted", "seed", "raw", "hashed")
        for part in parts:
            self._take(part, _patterns(language, part))
        self.suppressed: list[str] = []
        names = _names_left_out(workspace)
        if names:
            patterns = _with_names(self.forms["suppress"], self.forms["lead"], names)
            while self._take("suppress", patterns):
                self.suppressed.append(names[self.found.pop("suppress")["name"].lower()])
        self.asked = self._take("asks", _patterns(language, "asks"))
        verb = self._take("verbs", _patterns(language, "verbs"))
        self.asked = self.asked or (verb and bool({"control", "contacted"} & {*self.found}))
        while self.asked and self._take("verbs", _patterns(language, "verbs")):
            pass
        self.columns = self._named_columns() if self.asked else ()
        self.rest = re.sub(r"[\s，,。.；;？?！!、]+$", "", re.sub(r"^[\s，,、；;]+", "", self.rest))

    def _take(self, part: str, patterns: Iterable[re.Pattern[str]]) -> bool:
        """Cuts out the first form that fits; what it calls `group` stays in its place."""
        for pattern in patterns:
            met = pattern.search(self.rest)
            if met is not None:
                said = {name: value for name, value in met.groupdict().items() if value}
                self.found[part] = said
                kept = said.get("group", "")
                before, behind = self.rest[: met.start()], self.rest[met.end() :]
                between = self.forms["rest"] if before.strip() and behind.strip() else ""
                self.rest = before + (kept or between) + behind
                return True
        return False

    def _named_columns(self) -> tuple[Tag | Field, ...]:
        """ "With their tier and city": where each word is a tag or a field; anything else is read with the group."""
        known = _words_of_columns(self.workspace)
        for pattern in _patterns(self.language, "columns"):
            for met in pattern.finditer(self.rest):
                words = [each.strip().lower() for each in re.split(self.forms["parts"], met["columns"])]
                if words and all(word in known for word in words):
                    self.rest = self.rest[: met.start()] + self.rest[met.end() :]
                    return tuple(known[word] for word in words)
        return ()

    def options(self, entity: str) -> dict[str, Any]:
        """What was said of the file."""
        said: dict[str, Any] = {"suppress": tuple(dict.fromkeys(self.suppressed))}
        if "control" in self.found:
            said["control"] = _share(self.found["control"]["share"])
        if "contacted" in self.found:
            contacted = self.found["contacted"]
            said["not_contacted_in"] = _number(contacted["number"]) * self.forms["units"][contacted["unit"].lower()]
        if "seed" in self.found:
            said["seed"] = int(self.found["seed"]["number"])
        if "named" in self.found:
            said["name"] = self.found["named"]["name"].strip()
        if "raw" in self.found:
            said["ids"] = "raw"
        return said


@lru_cache(maxsize=32)
def _patterns(language: str, part: str) -> tuple[re.Pattern[str], ...]:
    forms = language_data(language)["audience"]
    units = "|".join(sorted(forms["units"], key=len, reverse=True))
    lead = "" if part in ("asks", "verbs") else forms["lead"]
    filled = (_filled(form, share=forms["share"], number=forms["number"], unit=units) for form in forms[part])
    return tuple(re.compile(lead + each, re.IGNORECASE) for each in filled)


def _filled(form: str, **slots: str) -> str:
    for name, value in slots.items():
        form = form.replace(f"{{{name}}}", value)
    return form


def _with_names(forms: list[str], lead: str, names: dict[str, str]) -> tuple[re.Pattern[str], ...]:
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return tuple(re.compile(lead + _filled(form, names=either), re.IGNORECASE) for form in forms)


def _words_of_columns(workspace: Workspace) -> dict[str, Tag | Field]:
    """The words of tags, and of fields that describe an entity which has tags."""
    found: dict[str, Tag | Field] = {}
    for entity in workspace.entities:
        for home in workspace.declared_homes_of(entity.name) if workspace.profile(entity.name) is not None else ():
            found |= {word.lower(): Field(name=field.name) for field in home.fields for word in field.words()}
    return found | {word.lower(): Tag(name=tag.name) for tag in workspace.tags for word in tag.words()}


def _names_left_out(workspace: Workspace) -> dict[str, str]:
    """The words of suppressions and of imported lists, with the name of each."""
    lists = [tag for tag in workspace.tags if isinstance(tag, ListTag)]
    found = [(word.lower(), each.name) for each in (*workspace.suppressions, *lists) for word in each.words() if word]
    return dict(found)


def _share(text: str) -> float:
    """10%, 百分之十, 一成, 10 percent."""
    figures = re.search(r"[0-9]+(?:\.[0-9]+)?", text)
    if figures is not None:
        return float(figures[0]) / 100
    tenths = text.endswith("成")
    number = han_number(text.removesuffix("成").removeprefix("百分之")) or 0
    return number / 10 if tenths else number / 100


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return han_number(text) or word_number([text.lower()]) or 1
