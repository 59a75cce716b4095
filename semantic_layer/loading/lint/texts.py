"""What people read of a definition: its label and description in both languages, and who answers for it."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.loading.lint.finding import Finding, Linted
from semantic_layer.loading.yaml_tree import Path
from semantic_layer.model.metrics import MetricBase
from semantic_layer.words import LANGUAGES, Definition

LANGUAGE_NAMES = {"zh": "Chinese", "en": "English"}


def told_in_both_languages(linted: Linted) -> Iterator[Finding]:
    """Metrics, tags and segments have a label and a description in both languages."""
    for kind, item, path in _definitions(linted):
        for key, rule, word in (("label", "no_label", "label"), ("description", "no_description", "description")):
            missing = [language for language in LANGUAGES if not getattr(getattr(item, key), language)]
            if missing:
                languages = " and ".join(LANGUAGE_NAMES[language] for language in missing)
                what = f"{kind} '{item.name}' has no {word} in {languages}"
                fix = f"Add {key}: {{{', '.join(f'{language}: …' for language in missing)}}}."
                yield Finding(rule, "hint", what, fix, linted.place((*path, key)), (item.name, *missing))


def answered_for(linted: Linted) -> Iterator[Finding]:
    """Metrics, tags and segments have an owner: their own, or the workspace's."""
    if linted.workspace.workspace.owner:
        return
    for kind, item, path in _definitions(linted):
        if not item.owner:
            fix = "Add owner: to it, or to the workspace for all that name none."
            yield Finding(
                "no_owner", "hint", f"{kind} '{item.name}' has no owner", fix, linted.place((*path, "name")), (item.name,)
            )


def _definitions(linted: Linted) -> Iterator[tuple[str, Definition, Path]]:
    """What people can ask for by name; building blocks are not."""
    workspace = linted.workspace
    for kind, section, items in (
        ("metric", "metrics", workspace.metrics),
        ("tag", "tags", workspace.tags),
        ("segment", "segments", workspace.segments),
    ):
        for item in items:
            if not (isinstance(item, MetricBase) and item.hidden):
                yield kind, item, linted.path(section, item.name)
