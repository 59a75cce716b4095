"""The one error root. A Problem says what is wrong, where, and what would be right.

Two readers exist. Analysts read a workspace problem as the English `what` and `fix`, with file and line. Business users
never see these texts: a reply is worded, in their language, from `code` and `parts`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Reason = Literal[
    "not_defined",
    "no_such_data",
    "outside_period",
    "not_allowed",
    "off_topic",
    "ambiguous",
    "unbound_word",
    "too_small",
    "not_available",
    "failed_check",
    "internal",
]
"""The closed list of reasons that the output contract knows."""

REASON_OF: dict[str, Reason] = {
    "unknown_metric": "not_defined",
    "unknown_field": "not_defined",
    "unknown_entity": "not_defined",
    "unknown_term": "not_defined",
    "unknown_parameter": "not_defined",
    "unknown_value": "not_defined",
    "unknown_tag": "not_defined",
    "unknown_segment": "not_defined",
    "unknown_key": "no_such_data",
    "day_to_come": "outside_period",
    "too_many_points": "not_available",
    "too_few_groups": "not_available",
    "wrong_days": "outside_period",
    "no_whole": "no_such_data",
    "same_groups": "not_available",
    "unreachable_field": "not_defined",
    "ambiguous_field": "ambiguous",
    "wrong_value": "not_defined",
    "not_conformed": "ambiguous",
    "no_time": "no_such_data",
    "no_hours": "no_such_data",
    "no_last_year": "no_such_data",
    "no_earlier_period": "no_such_data",
    "share_of_ratio": "not_defined",
    "bad_request": "not_defined",
    "field_hidden": "not_allowed",
    "dataset_denied": "not_allowed",
    "beyond_grant": "not_allowed",
    "sql_denied": "not_allowed",
    "kind_not_compiled": "not_available",
    "export_denied": "not_allowed",
    "export_raw": "not_allowed",
    "export_sensitive": "not_allowed",
    "export_empty": "no_such_data",
    "export_singles_out": "too_small",
    "unknown_suppression": "not_defined",
    "no_days": "not_defined",
    "small_groups": "not_available",
    "role_not_available": "not_available",
    "not_loaded": "not_available",
    "not_predicted": "not_available",
    "no_prediction": "not_available",
    "too_slow": "not_available",
    "no_drafts": "not_available",
    "segment_cycle": "not_defined",
    "cancelled": "internal",
    "engine_failed": "internal",
}
"""The contract's reason of each code of ours that is not itself a reason."""


def reason_of(code: str) -> Reason:
    """The contract's reason for one of our finer codes; a reason stands for itself."""
    if code in get_args(Reason):
        return code  # pyright: ignore[reportReturnType]
    return REASON_OF.get(code, "internal")


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a workspace's files. Lines count from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and what would be right.

    Attributes:
        code: A stable name of the kind of problem; wording and tests go by it.
        what: One English sentence for an analyst or developer.
        fix: What would be right, in English; may be empty.
        where: File and line, for problems of a workspace.
        parts: Named values (names, dates, lists) from which a reply to a business user is worded.
    """

    code: str
    what: str
    fix: str = ""
    where: Where | None = None
    parts: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def reason(self) -> Reason:
        return reason_of(self.code)

    def __str__(self) -> str:
        place = f"{self.where}  " if self.where else ""
        cure = f"\n{' ' * len(place)}{self.fix}" if self.fix else ""
        return f"{place}{self.what}{cure}"


class HuaxiangError(Exception):
    """Root of all errors that this project raises on purpose; carries one or more problems."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))

    @property
    def problem(self) -> Problem:
        return self.problems[0]


class WorkspaceError(HuaxiangError):
    """The workspace's files are invalid; holds every problem found, not only the first."""


class RequestError(HuaxiangError):
    """A typed request cannot be answered: it names what is not there, not reachable, not allowed or not computed."""


class DataError(HuaxiangError):
    """Data could not be loaded, opened or queried."""


def request_error(code: str, what: str, fix: str = "", **parts: Any) -> RequestError:
    """Shorthand for the common case of a request with one problem."""
    return RequestError(Problem(code, what, fix, parts=parts))


def no_time(dataset: str, *metrics: str) -> RequestError:
    """Days, buckets or trailing windows of rows that have no time."""
    return request_error("no_time", f"dataset '{dataset}' has no time of its own", dataset=dataset, metrics=list(metrics))


def closest(word: str, candidates: Iterable[str], count: int = 3, cutoff: float = 0.6) -> list[str]:
    """The candidates most like a mistyped word, best first; the only "did you mean" of the project."""
    lowered = {candidate.lower(): candidate for candidate in candidates}
    found = difflib.get_close_matches(word.lower(), lowered, n=count, cutoff=cutoff)
    return [lowered[name] for name in found]


LISTED = 12
"""How many names an error lists."""


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A sentence "Did you mean 'x'?", or the candidates when none is close."""
    names = sorted(set(candidates))
    near = closest(word, names)
    if near:
        return f"Did you mean {' or '.join(repr(name) for name in near)}?"
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"Known: {', '.join(names[:LISTED])}{more}." if names else "None is defined."
