"""Rules of holidays: each has days, and a word means one of them."""

from __future__ import annotations

from semantic_layer.errors import did_you_mean
from semantic_layer.loading.found import Found, problem
from semantic_layer.loading.yaml_tree import Path, Tree
from semantic_layer.model.holidays import Holiday, common_holidays
from semantic_layer.model.workspace import Workspace


def holidays_fit(workspace: Workspace, tree: Tree) -> Found:
    """A holiday says when it is or is a common one; its years have days in them; names and words stand once."""
    names: dict[str, Path] = {}
    words: dict[str, int] = {}
    for index, holiday in enumerate(workspace.holidays):
        path: Path = ("holidays", index)
        if holiday.name in names:
            where = tree.place(names[holiday.name])
            yield problem(tree, path, "doubled_name", f"the name '{holiday.name}' is taken", f"It is defined at {where}.")
            continue
        names[holiday.name] = path
        if not holiday.is_placed:
            what = f"holiday '{holiday.name}' does not say when it is, and no common one is called so"
            fix = f"Write day:, weekday:, start: with end:, or dates:. {did_you_mean(holiday.name, common_holidays())}"
            yield problem(tree, path, "unknown_holiday", what, fix)
        yield from _years(holiday, tree, path)
        for word in dict.fromkeys(each.casefold() for each in holiday.words()):
            other = words.setdefault(word, index)
            if other != index:
                first = workspace.holidays[other]
                what = f"'{word}' means holiday '{holiday.name}' and holiday '{first.name}'"
                fix = f"Take it from one of them (the other is at {tree.place(('holidays', other))})."
                yield problem(tree, _place_of(holiday, word, path), "doubled_word", what, fix)


def _years(holiday: Holiday, tree: Tree, path: Path) -> Found:
    for year, days in holiday.dates.items():
        if year not in (days.start.year, days.end.year):
            what = f"holiday '{holiday.name}': the days of {year} are not in {year} ({days.start} to {days.end})"
            yield problem(tree, (*path, "dates", str(year)), "wrong_year", what, f"Write them under {days.start.year}:.")


def _place_of(holiday: Holiday, word: str, path: Path) -> Path:
    """Where a word of a holiday stands."""
    for language in ("zh", "en"):
        if (getattr(holiday.label, language) or "").casefold() == word:
            return (*path, "label", language)
        for index, each in enumerate(getattr(holiday.synonyms, language)):
            if each.casefold() == word:
                return (*path, "synonyms", language, index)
    return path
