"""All rules of lint over one workspace, without what the analyst means so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from semantic_layer.loading.lint.finding import Finding, KeyOf, Linted, Rule
from semantic_layer.loading.lint.tags import rules_leave_no_gap, tags_are_grouped
from semantic_layer.loading.lint.texts import answered_for, told_in_both_languages
from semantic_layer.loading.lint.unused import (
    datasets_are_asked,
    metrics_can_be_asked,
    numbers_are_used,
    parameters_are_used,
    sources_are_read,
)
from semantic_layer.loading.lint.words import colliding_words
from semantic_layer.loading.yaml_tree import Tree
from semantic_layer.model.workspace import Ignored, Workspace

LINT_RULES: tuple[Rule, ...] = (
    colliding_words,
    sources_are_read,
    datasets_are_asked,
    numbers_are_used,
    metrics_can_be_asked,
    parameters_are_used,
    rules_leave_no_gap,
    tags_are_grouped,
    told_in_both_languages,
    answered_for,
)


class Report(NamedTuple):
    """What lint found, in the order of the files.

    Attributes:
        silenced: Findings that the workspace's `ignore:` list means so.
    """

    findings: tuple[Finding, ...]
    silenced: tuple[Finding, ...]


def lint(workspace: Workspace, tree: Tree, key_of: KeyOf) -> Report:
    """Looks for what is likely to be a mistake.

    Args:
        tree: Where each part of the workspace is written.
        key_of: How the planner cuts a word.
    """
    linted = Linted.of(workspace, tree, key_of)
    found = [finding for rule in LINT_RULES for finding in rule(linted)]
    silenced = [finding for finding in found if any(_means(each, finding) for each in workspace.ignore)]
    shown = [finding for finding in found if finding not in silenced] + list(_unused(workspace.ignore, found, linted))
    return Report(tuple(sorted(shown, key=_place)), tuple(sorted(silenced, key=_place)))


def _place(finding: Finding) -> tuple[bool, str, int]:
    where = finding.where
    return (finding.severity != "warning", where.file if where else "", where.line if where else 0)


def _means(ignored: Ignored, finding: Finding) -> bool:
    return ignored.rule == finding.rule and set(ignored.about) <= set(finding.about)


def _unused(ignored: tuple[Ignored, ...], found: list[Finding], linted: Linted) -> Iterator[Finding]:
    """What is silenced and is not there any more."""
    for index, each in enumerate(ignored):
        if not any(_means(each, finding) for finding in found):
            about = f" about {', '.join(each.about)}" if each.about else ""
            what, fix = f"there is no finding '{each.rule}'{about} to ignore", "Take it from the list."
            yield Finding("unused_ignore", "warning", what, fix, linted.place(("ignore", index)), (each.rule, *each.about))
