"""One case: the compiler's answer held against the truth, and what it was about, counted."""

from __future__ import annotations

from collections.abc import Iterator

from oracle.compare import assert_right
from oracle.engine import Compiled, Found
from oracle.model import Plain, Viewer, World
from oracle.tally import TALLY, labels
from oracle.truth.ask import truth
from oracle.truth.query import Outcome
from oracle.truth.sight import Sight
from semantic_layer.requests import REQUEST, plain


def judge(compiled: Compiled, request: Plain, viewer: Viewer, typed: bool = False) -> bool:
    """Whether a case could be judged. The truth reads the request as it was written, or in its typed form.

    Raises:
        AssertionError: the compiler is wrong; the message has all that is needed to see it.
    """
    world = compiled.world
    outcome = truth(world, plain(REQUEST.validate_python({"kind": "metric_query", **request})) if typed else request, viewer)
    found = compiled.ask(request, viewer)
    verdict = standing(compiled.sight, request, viewer, outcome, found)
    TALLY.add({verdict, *labels(compiled.sight, request, viewer)})
    if verdict not in ("answered", "refused"):
        return False
    hold(found, outcome, request, viewer, world)
    return True


def hold(found: Found, outcome: Outcome, request: Plain, viewer: Viewer, world: World) -> None:
    """Holds a result against the truth; where they differ all is told that a reader needs."""
    try:
        assert_right(found, outcome)
    except AssertionError as error:
        raise AssertionError(f"{error}\n\n{request}\n{viewer}\n{world}\n{found.sql}") from None


def standing(sight: Sight, request: Plain, viewer: Viewer, outcome: Outcome, found: Found) -> str:
    """Whether a case is to be judged, and if not, why."""
    if found.code == "beyond_grant" and is_beyond(sight, viewer, found):
        return "beyond the grant"
    if outcome.unsure:
        return "not laid down"
    return "refused" if outcome.refusals else "answered"


def is_beyond(sight: Sight, viewer: Viewer, found: Found) -> bool:
    """A refusal that is in order: the request names values that an attribute of a rule does not hold."""
    named = set((found.parts or {}).get("values", ()))
    rules = sight.workspace.roles[viewer.role or ""].get("datasets", {}).values()
    held = [viewer.attributes.get(name) for rule in rules for name in _attributes(rule)]
    lists = [each if isinstance(each, list) else [each] for each in held]
    return bool(named) and any(not named & {str(value) for value in values} for values in lists)


def _attributes(rule: object) -> Iterator[str]:
    if isinstance(rule, dict):
        if "attribute" in rule:
            yield rule["attribute"]
        for each in rule.values():
            yield from _attributes(each)
    elif isinstance(rule, list):
        for each in rule:
            yield from _attributes(each)
