"""All words of a workspace, ready for look-up; and the ones that a mistyped word may have meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as slot

from assistant.language.meanings import (
    AbsentTerm,
    ConditionTerm,
    DatasetTerm,
    ExplainedTerm,
    FieldTerm,
    GrainTerm,
    Meaning,
    MetricTerm,
    ParameterTerm,
    ParameterValueTerm,
    SegmentTerm,
    SeveralTerm,
    Span,
    TagTerm,
    TagValueTerm,
    UnitTerm,
    ValueTerm,
    VerbTerm,
    Word,
)
from assistant.language.text import Question, is_han, key_of, read_question
from assistant.language.words import Trie, add, language_data, language_trie, with_term, written_words
from semantic_layer.model.datasets import Field
from semantic_layer.model.metrics import Aggregate, AnyMetric
from semantic_layer.model.tags import Segment
from semantic_layer.model.workspace import Workspace
from semantic_layer.words import Definition

Values = Mapping[str, tuple[bool | int | str, ...]]
"""Known values of categorical fields, as the viewer may see them."""

SKIPPABLE = frozenset(
    {
        "the",
        "a",
        "an",
        "our",
        "were",
        "was",
        "is",
        "are",
        "been",
        "got",
        "get",
        "we",
        ".",
        "(",
        ")",
        "_",
        "的",
        "了",
        "过",
        "各",
    }
)
"""Words that may stand inside a term of several words: "orders that were returned", 客户的数量."""
STOPS = frozenset({".", "(", ")"})
MOST_SKIPPED = 2
LONGEST_TERM = 9
MOST_WORDS = 4
"""Words of a term that a spelling is compared with."""


@dataclass
class Lexicon:
    """Look-up of every word that a question may use.

    Attributes:
        trie: The workspace's terms; the languages' own words are in another one, shared by all workspaces.
        spellings: Terms that fuzzy matching may correct to, with their meanings.
    """

    workspace: Workspace
    values: Values
    trie: Trie = slot(default_factory=dict)
    spellings: dict[str, list[Meaning]] = slot(default_factory=dict[str, list[Meaning]])

    @staticmethod
    def of(workspace: Workspace, values: Values) -> Lexicon:
        lexicon = Lexicon(workspace, values)
        for meaning, words in _terms(workspace):
            for word in words:
                add(lexicon.trie, word, meaning)
                lexicon.spellings.setdefault(word.lower(), []).append(meaning)
        for holiday in workspace.holidays:
            # Not in the trie: the grammar of periods reads them. A slip of the pen is put right all the same.
            for word in holiday.words():
                lexicon.spellings.setdefault(word.lower(), [])
        for name, known in values.items():
            declared = {str(meaning.value) for meaning in _declared(workspace, name)}
            for value in known:
                text = str(value)
                if text not in declared and _can_stand_alone(text):
                    add(lexicon.trie, text, ValueTerm(name, value, declared=False))
        return lexicon

    def with_segments(self, workspace: Workspace, segments: Iterable[Segment]) -> Lexicon:
        """The same words and those of more segments, in no time: a viewer's own.

        Args:
            workspace: The one that holds them.
        """
        trie, spellings = self.trie, dict(self.spellings)
        for segment in segments:
            meaning = SegmentTerm(segment.name)
            for word in segment.words():
                trie = with_term(trie, word, meaning)
                spellings[word.lower()] = [*spellings.get(word.lower(), []), meaning]
        return Lexicon(workspace, self.values, trie, spellings)

    def spans(self, question: Question) -> list[Span]:
        """Every stretch of tokens that is a term of the workspace or a word of the language."""
        found: list[Span] = []
        keys = [token.key for token in question.tokens]
        for start in range(len(keys)):
            for each in _walk(self.trie, keys, start, SKIPPABLE):
                span = _without_hyphened_verb(each, question)
                span = _as_typed(span, question) if span is not None else None
                found += [span] if span is not None else []
            found += _walk(language_trie(), keys, start, STOPS)
        return [span for span in found if not self._counts_several(span, question)]

    def _counts_several(self, span: Span, question: Question) -> bool:
        """ "Average orders" are no average order, nor is "in orders" in order: the noun is what is counted."""
        last = question.tokens[span.end - 1]
        if span.length < 2 or last.kind != "word" or last.text.lower() == last.key:
            return False
        noun = self.trie.get(last.key, {}).get(None, ())
        written = question.words(span.start, span.end).lower()
        if not any(isinstance(each, FieldTerm | MetricTerm) for each in noun):
            return False
        if all(isinstance(each, Word) for each in span.meanings):
            return written not in written_words()
        first = language_trie().get(question.tokens[span.start].key, {}).get(None, ())
        return any(isinstance(each, Word) and each.code == "average" for each in first) and written not in self.spellings


def _without_hyphened_verb(span: Span, question: Question) -> Span | None:
    """Words with a hyphen between them describe and do nothing: "drop-in guests" are not all who drop in."""
    if span.length < 2 or "-" not in question.words(span.start, span.end):
        return span
    kept = tuple(
        each for each in span.meanings if not isinstance(each, VerbTerm) and not (isinstance(each, MetricTerm) and each.weak)
    )
    return Span(span.start, span.end, kept, span.corrected) if kept else None


def _as_typed(span: Span, question: Question) -> Span | None:
    """Raw values, which nobody gave words to, must stand as they are stored: a cart is not the product type CARTS."""
    raw = [meaning for meaning in span.meanings if isinstance(meaning, ValueTerm) and not meaning.declared]
    if not raw:
        return span
    kept = tuple(meaning for meaning in span.meanings if meaning not in raw or _is_typed(span, str(meaning.value), question))  # pyright: ignore[reportAttributeAccessIssue]
    return Span(span.start, span.end, kept) if kept else None


def _is_typed(span: Span, value: str, question: Question) -> bool:
    """Whether a value stands as it is stored; one with a word of the language in it ("13 IN") also in its case."""
    stored = [token.text for token in read_question(value).tokens if token.kind != "stop"]
    if stored != [token.text for token in question.tokens[span.start : span.end]]:
        return False
    grammar = any(None in (language_trie().get(key) or ()) for text in stored for key in key_of(text)[:1])
    return not grammar or question.words(span.start, span.end) == value


def _walk(trie: Trie, keys: list[str], start: int, skip: frozenset[str]) -> list[Span]:
    found: list[Span] = []
    node, end, skipped = trie, start, 0
    while end < len(keys):
        following = node.get(keys[end])
        if following is None:
            if end > start and keys[end] in skip and skipped < MOST_SKIPPED:
                end, skipped = end + 1, skipped + 1
                continue
            break
        node, end = following, end + 1
        meanings = node.get(None) or ()
        if skipped:
            # A verb and a noun with 的 between them are not the name of a tag.
            meanings = [each for each in meanings if not isinstance(each, TagTerm | TagValueTerm | SegmentTerm)]
        if meanings:
            found.append(Span(start, end, tuple(meanings)))
    return found


def _can_stand_alone(text: str) -> bool:
    """Whether a stored value that nobody gave words to may be found by itself: no number, no word of the language."""
    if (len(text) < 3 and not any(is_han(char) for char in text)) or text.replace(".", "").isdigit():
        return False
    node = language_trie()
    for key in key_of(text):
        node = node.get(key)
        if node is None:
            return True
    return None not in node


def _terms(workspace: Workspace) -> Iterable[tuple[Meaning, Iterable[str]]]:
    """Each meaning with its words."""
    for metric in workspace.metrics:
        if not metric.hidden:
            yield MetricTerm(metric.name), (*metric.words(), *_asked_by_unit(metric))
            yield MetricTerm(metric.name, weak=True), metric.verbs.all()
    for entity in workspace.entities:
        yield FieldTerm(entity.key_name, entity.name), (*entity.words(), entity.key_name)
        yield FieldTerm(entity.key_name, entity.name, key=True), _names_of_keys(entity.words())
    for _, each in workspace.dimension_fields():
        yield FieldTerm(each.name), each.words()
        if each.type in ("date", "time"):
            yield from _time_names(each)
        if each.ordered and each.unit.zh != each.unit.en:
            yield UnitTerm(each.name), tuple(unit for unit in (each.unit.zh, each.unit.en) if unit)
        for meaning in _declared(workspace, each.name):
            entry = each.value_words(meaning.value)
            if entry is not None:
                yield meaning, (*entry.all(), *_as_written(meaning.value))
    yield from _kinds(workspace)
    for dataset in workspace.datasets:
        yield VerbTerm(dataset.name), dataset.verbs.all()
        yield DatasetTerm(dataset.name), dataset.synonyms.all()
    for tag in workspace.tags:
        yield TagTerm(tag.name), tag.words()
        for entry in tag.values:
            yield TagValueTerm(tag.name, entry.value), entry.all()
        if tag.type == "boolean":
            yield TagValueTerm(tag.name, True), (word for word in _labels(tag))
    for segment in workspace.segments:
        yield SegmentTerm(segment.name), (*segment.words(), *_without_noun(workspace, segment))
    for condition in workspace.conditions:
        yield ConditionTerm(condition.name), condition.words()
    for parameter in workspace.parameters:
        yield ParameterTerm(parameter.name), parameter.words()
        for entry in parameter.values:
            name = str(entry.value)
            own = (name, name.replace("_", " ")) if "_" in name else ()
            yield ParameterValueTerm(parameter.name, name), (*entry.all(), *own)
    for term in workspace.terms:
        yield ExplainedTerm(term.name), term.words()
    for index, several in enumerate(workspace.ambiguous):
        yield SeveralTerm(index), several.words.all()
    for index, absent in enumerate(workspace.absent):
        yield AbsentTerm(index), absent.words.all()


def _without_noun(workspace: Workspace, segment: Segment) -> Iterable[str]:
    """ "Declining high-value customers" are "the declining high-value group" as well: two words or more without the noun."""
    entity = workspace.entity(segment.entity)
    nouns = {word.lower() for word in (entity.words() if entity is not None else ())}
    nouns |= {f"{noun}s" for noun in nouns}
    for word in segment.words():
        *lead, last = word.split()
        if len(re.split(r"[ -]", " ".join(lead))) > 1 and last.lower() in nouns:
            yield " ".join(lead)


def _names_of_keys(nouns: Iterable[str]) -> Iterable[str]:
    """分店号: a noun with an ending names the key by which its things are told apart."""
    for noun in nouns:
        if any(is_han(char) for char in noun):
            yield from (noun + ending for ending in language_data("zh")["key_names"]["endings"])


def _kinds(workspace: Workspace) -> Iterable[tuple[Meaning, Iterable[str]]]:
    """展会类型 names the field, and so do 类展会 and 类型展会 behind a word that lists; where it is clear of which field."""
    table = language_data("zh")["kind_names"]
    for noun in dict.fromkeys(word for entity in workspace.entities for word in entity.words() if any(map(is_han, word))):
        named = {
            ending: [each.name for _, each in workspace.dimension_fields() if noun + ending in each.words()]
            for ending in table["endings"]
        }
        for ending, names in named.items():
            for name in dict.fromkeys(names):
                yield FieldTerm(name), (ending + noun,)
        fields = {name for names in named.values() for name in names}
        if len(fields) == 1:
            yield FieldTerm(fields.pop()), (table["bare"].format(noun=noun),)


def _asked_by_unit(metric: AnyMetric) -> Iterable[str]:
    """多少件 asks for the metric that adds up pieces."""
    unit = metric.unit.zh
    if isinstance(metric, Aggregate) and metric.agg == "sum" and metric.type == "count" and unit:
        yield from (form.format(unit=unit) for form in language_data("zh")["amounts"]["forms"])


def _time_names(field: Field) -> Iterable[tuple[Meaning, Iterable[str]]]:
    """The names of a time field cut by a grain: 付款时间 makes 付款月份, "payment date" makes "payment month"."""
    for language in ("zh", "en"):
        table = language_data(language)["time_names"]
        label = field.label.zh if language == "zh" else field.label.en
        words = [label, *getattr(field.synonyms, language)] if label else list(getattr(field.synonyms, language))
        for word in words:
            ending = next((each for each in table["endings"] if word.lower().endswith(each) and len(word) > len(each) + 1), None)
            if ending is None:
                continue
            stem = word[: len(word) - len(ending)].strip()
            for ending_word, grain in table["grains"].items():
                yield GrainTerm(grain, field=field.name), (table["form"].format(stem=stem, grain=ending_word),)


def _labels(definition: Definition) -> tuple[str, ...]:
    return tuple(text for text in (definition.label.zh, definition.label.en) if text) + definition.synonyms.all()


def _declared(workspace: Workspace, name: str) -> list[ValueTerm]:
    return [
        ValueTerm(name, entry.value) for _, each in workspace.dimension_fields() if each.name == name for entry in each.values
    ]


def _as_written(value: bool | int | str) -> tuple[str, ...]:
    text = str(value)
    return () if isinstance(value, bool) or text.isdigit() or len(text) < 2 else (text,)


@dataclass(frozen=True)
class Correction:
    """A mistyped stretch of tokens and what it was taken for."""

    span: Span
    word: str
    score: float


def corrections(lexicon: Lexicon, question: Question, start: int, end: int) -> list[Correction]:
    """What the tokens around a stretch that was not understood may have been meant to be, best first.

    English words go by edit distance; in Chinese one character may be another of the same sound. Short words never match.
    """
    han = any(is_han(question.tokens[index].text[0]) for index in range(start, end))
    found = _han_corrections(lexicon, question, start, end) if han else _word_corrections(lexicon, question, start, end)
    return sorted(found, key=lambda each: (-each.score, -each.span.length))


def respelled_word(question: Question, start: int, end: int) -> str | None:
    """The month or weekday that one mistyped English word was meant to be."""
    from rapidfuzz import fuzz

    if end - start != 1:
        return None
    typed = question.tokens[start].text
    data = language_data("en")
    names = [*data["periods"]["month_names"], *(name for each in data["weekday"].values() for name in each)]
    long = [name for name in names if len(name) >= 6]
    best = max(long, key=lambda name: fuzz.ratio(typed, name))
    return best if len(typed) >= 5 and typed[0] == best[0] and fuzz.ratio(typed, best) >= 82 else None


def _word_corrections(lexicon: Lexicon, question: Question, start: int, end: int) -> list[Correction]:
    from rapidfuzz import fuzz, process

    found: list[Correction] = []
    windows = [
        (first, last)
        for first in range(max(0, start - 2), start + 1)
        for last in range(start + 1, min(len(question.tokens), start + 3) + 1)
        if last - first <= MOST_WORDS
    ]
    glued = question.tokens[start].text
    for word in lexicon.spellings if end - start == 1 else ():
        if " " in word and len(glued) >= MOST_WORDS and word.replace(" ", "") == glued:
            found.append(Correction(Span(start, end, tuple(lexicon.spellings[word]), corrected=word), word, 100.0))
    for first, last in windows:
        tokens = question.tokens[first:last]
        text = " ".join(token.text for token in tokens)
        if len(text) < 4 or any(token.kind != "word" or not token.text.isascii() for token in tokens):
            continue
        choices = [word for word in lexicon.spellings if word.isascii() and abs(len(word) - len(text)) <= 2]
        for word, score, _ in process.extract(
            text, choices, scorer=fuzz.ratio, limit=2, score_cutoff=82 if len(text) > 5 else 88
        ):
            meant = Span(first, last, tuple(lexicon.spellings[word]), corrected=word)
            span = _without_hyphened_verb(meant, question) if _word_by_word(text, word) else None
            if span is not None:
                found.append(Correction(span, word, score))
    return found


def _word_by_word(typed: str, meant: str) -> bool:
    """Each word is the same or a small slip of a word of some length; a short word is never another one."""
    from rapidfuzz import fuzz

    pairs = list(zip(typed.split(), meant.split(), strict=False))
    if len(typed.split()) != len(meant.split()):
        return False
    return all(a == b or (min(len(a), len(b)) >= 4 and fuzz.ratio(a, b) >= 75 and a[0] == b[0]) for a, b in pairs)


def _han_corrections(lexicon: Lexicon, question: Question, start: int, end: int) -> list[Correction]:
    found: list[Correction] = []
    tokens = question.tokens
    by_length: dict[int, list[str]] = {}
    for word in lexicon.spellings:
        if len(word) >= 3 and all(is_han(char) for char in word):
            by_length.setdefault(len(word), []).append(word)
    for length in range(3, LONGEST_TERM + 1):
        for first in range(max(0, end - length), start + 1):
            last = first + length
            if last > len(tokens) or last < end or any(tokens[i].kind != "han" for i in range(first, last)):
                continue
            window = "".join(token.text for token in tokens[first:last])
            for word in by_length.get(length, []):
                same = sum(a == b for a, b in zip(window, word, strict=True))
                if same < length - 1 or same == length:
                    continue
                wrong = next(i for i in range(length) if window[i] != word[i])
                if (start - 1 <= first + wrong <= end or length > 3) and _sounds_alike(window[wrong], word[wrong]):
                    score = 90.0 + length
                    span = Span(first, last, tuple(lexicon.spellings[word]), corrected=word)
                    found.append(Correction(span, word, score))
    return [each for each in found if each.score >= 84]


def _sounds_alike(one: str, other: str) -> bool:
    from pypinyin import lazy_pinyin

    return lazy_pinyin(one) == lazy_pinyin(other)
