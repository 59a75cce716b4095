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
from assistant.language.single_periods import days_of
from assistant.language.text import Question
from assistant.language.words import language_data
from assistant.planner.asked_of_those import entity_counted
from assistant.planner.defining.tag_values import with_values_in_full
from assistant.planner.draft import Draft
from assistant.planner.outcome import Outcome, Plan, Refuse
from assistant.planner.rules.those import those_counted
from assistant.planner.scope import bindings_of
from semantic_layer.conditions import Field, InSegment, Tag, all_of, parts_of, refs_of
from semantic_layer.model.profiles import day_of_profile, profile_name
from semantic_layer.model.tags import ExportedSegment, ListTag
from semantic_layer.model.workspace import Workspace
from semantic_layer.requests import EntityQuery, MetricQuery, plain
from semantic_layer.tag_parts import mentioned
from tools.requests import AudienceQuery

NO_GROUP = "audience_group"
NOTHING_NAMED = ("metric", "off_topic")
"""What a text is turned away with that names nothing at all."""
REFERS = re.compile(r"\s*(?:them|these|those|it|(?:他|她|它)们?|这些人?|这批人?)?[\s,，、]*", re.IGNORECASE)


def is_audience(question: Question, workspace: Workspace) -> bool:
    """Whether a question asks for a group as a file; one that says to save the group defines a segment instead."""
    return _Cut(question.original.strip(), question.language, workspace).asked


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
        request = members_of(last, draft.workspace) if last is not None else None
        if request is None:
            return Refuse(code=NO_GROUP, span=text, bindings=bindings)
    else:
        group = with_values_in_full(cut.rest, draft.workspace)
        _, outcome = read(language_data(language)["audience"]["before"].format(group=group))
        if not isinstance(outcome, Plan):
            return outcome if outcome.code not in NOTHING_NAMED else Refuse(code=NO_GROUP, span=cut.rest, bindings=bindings)
        request = members_of(outcome.readings[0], draft.workspace) if len(outcome.readings) == 1 else None
        if request is None:
            return Refuse(code=NO_GROUP, span=cut.rest.strip(" ,，"), bindings=bindings)
    columns = tuple(dict.fromkeys((*cut.columns, *(ref for ref in request.columns if isinstance(ref, Tag | Field)))))
    found = AudienceQuery.model_validate(
        {"entity": request.entity, "where": request.where, "columns": columns, **cut.options(request.entity)}
    )
    return Plan(readings=(plain(found),), bindings=bindings)


def claim_came_back(draft: Draft) -> None:
    """ "How many of the June audience came back in July": of an audience it says that they did it in days after it had left."""
    named = [draft.workspace.segment(part.name) for part in draft.conditions if isinstance(part, InSegment)]
    left = [segment for segment in named if isinstance(segment, ExportedSegment)]
    words = [item for item in draft.items if item.free and item.says("did_again")]
    if len(left) == 1 and words and len(draft.periods) == 1 and days_of(draft.periods[0], draft.today)[0] > left[0].left_on:
        draft.claim("came back", *words)


def members_of(asked: dict[str, Any], workspace: Workspace) -> EntityQuery | None:
    """Those whom a request lists, looks at or counts; None where it is about nobody in particular, or about the first few."""
    if asked.get("limit") is not None or (asked.get("by") and asked.get("kind") == "metric_query"):
        return None
    if asked.get("kind") == "metric_query":
        return _counted(MetricQuery.model_validate(asked), workspace)
    if asked.get("kind") not in ("entity_query", "profile_query", "audience_query") or not asked.get("where"):
        return None
    columns = asked.get("columns", ()) if asked["kind"] == "entity_query" else ()
    return EntityQuery.model_validate({"entity": asked["entity"], "where": asked["where"], "columns": columns})


def _counted(asked: MetricQuery, workspace: Workspace) -> EntityQuery | None:
    """Those who are in a state as of a day, or who did something in a period."""
    if asked.compare is not None or asked.share_of is not None or asked.of_each is not None or asked.window is not None:
        return None
    profile, _, name = asked.metrics[0].rpartition(".") if len(asked.metrics) == 1 else ("", "", "")
    if profile and profile in (profile_name(name), profile_name(name, day_of_profile(profile))):
        return EntityQuery(entity=name, where=asked.where) if asked.where is not None and asked.period is None else None
    entity = entity_counted(workspace, asked)
    if entity is None or (asked.period is None and asked.where is None):
        return None
    parts = parts_of(asked.where)
    states = tuple(part for part in parts if all(isinstance(ref, Tag) for ref in refs_of(part)) and any(mentioned(part)))
    rest = asked.model_copy(update={"where": all_of(tuple(part for part in parts if part not in states))})
    those = those_counted(workspace, entity, rest)
    return EntityQuery(entity=entity, where=all_of((*states, *parts_of(those))))


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
        parts = ("named", "no_control", "control", "contacted", "seed", "raw", "hashed", "purpose")
        for part in parts:
            self._take(part, _patterns(language, part))
        self.suppressed: list[str] = []
        names = _names_left_out(workspace)
        if names:
            patterns = _with_names(self.forms["suppress"], self.forms["lead"], names)
            while self._take("suppress", patterns):
                self.suppressed.append(names[self.found.pop("suppress")["name"].lower()])
        if re.search(self.forms["keeps"], text, re.IGNORECASE):
            self.asked = False
            return
        self.asked = self._take("asks", _patterns(language, "asks"))
        verb = self._take("verbs", _patterns(language, "verbs"))
        of_a_file = {"control", "no_control", "contacted", "purpose"} & {*self.found}
        self.asked = self.asked or (verb and bool(of_a_file or self.suppressed))
        while self.asked and self._take("verbs", _patterns(language, "verbs")):
            pass
        self.columns = self._named_columns() if self.asked else ()
        self.rest = self._trimmed(names)

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

    def _trimmed(self, names: dict[str, str]) -> str:
        """What names the group, without the noun of the file: "the loyal customers list", but not a list of that name."""
        rest = re.sub(r"[\s，,。.；;？?！!、:：]+$", "", re.sub(r"^[\s，,、；;:：]+", "", self.rest))
        shorter = re.sub(self.forms["tail"], "", rest, flags=re.IGNORECASE).strip()
        named = any(rest.lower().endswith(name) for name in names)
        return shorter if self.asked and shorter and not named else rest

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
            said["not_contacted_in"] = _number(contacted.get("number", "1")) * self.forms["units"][contacted["unit"].lower()]
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
    """10%, 百分之十, 一成, 10 percent, a tenth."""
    figures = re.search(r"[0-9]+(?:\.[0-9]+)?", text)
    if figures is not None:
        return float(figures[0]) / 100
    parts = language_data("en")["audience"]["fractions"]
    if text.lower() in parts:
        return 1 / parts[text.lower()]
    tenths = text.endswith("成")
    number = han_number(text.removesuffix("成").removeprefix("百分之")) or 0
    return number / 10 if tenths else number / 100


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return han_number(text) or word_number([text.lower()]) or 1
