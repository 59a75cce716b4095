"""Answers worded by a language model, where that is switched on: it sees no value, and writes no number and no comparison.

It is given placeholders with what each stands for, and the words that may stand around them. Its sentence is used if it
holds every placeholder in order and nothing else but those words; we fill it. In all other cases our own wording stands.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from langchain_core.messages import HumanMessage, SystemMessage

from assistant.metered import metered, within_budget
from assistant.model import ModelTerms
from assistant.turn import TurnContext
from assistant.wording.facts import Fact
from assistant.wording.texts import templates
from semantic_layer.errors import DataError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

RULES = """You word the answer to a business question in {language}. You are given placeholders, in order, and what each
stands for; what they hold is not shown to you. Write one to three sentences that hold every placeholder exactly once, in
this order, written as {{f1}}. Between them use only these words and the signs {signs}:
{words}
No digits, no numbers in words, no comparisons, no markup, nothing before or after the sentences."""
LANGUAGES = {"zh": "Chinese", "en": "English"}
SIGNS = {"zh": "，、；：。", "en": ",;:."}
STOP = {"zh": "。", "en": "."}
MOST_SENTENCES = 3
LONGEST = 2000
"""Characters of a model's sentence that are looked at."""
PLACEHOLDER = re.compile(r"\{(\w*)\}")


async def worded(model: BaseChatModel, terms: ModelTerms, turn: TurnContext, facts: Sequence[Fact], language: str) -> str | None:
    """The model's wording of facts, filled; None where it gives none that can be used.

    Raises:
        DataError: `cancelled`, when the user stops the turn meanwhile.
    """
    if not facts or not await within_budget(turn, terms):
        return None
    messages = [SystemMessage(instructions(language)), HumanMessage(shown(facts))]
    try:
        message = await metered(
            turn,
            terms,
            lambda: model.ainvoke(messages),
            lambda given: given,
            lambda: "".join(each.text for each in messages),
        )
    except DataError:
        raise
    except Exception as error:
        log.warning("the model worded no answer (%s)", type(error).__name__)
        return None
    return filled(message.text, facts, language)


def instructions(language: str) -> str:
    """What the model is told of how to write; the same for every answer."""
    words = " ".join(templates(language)["model_wording"]["words"])
    return RULES.format(language=LANGUAGES[language], signs=" ".join(SIGNS[language]), words=words)


def shown(facts: Sequence[Fact]) -> str:
    """What the model is told of one answer: what each placeholder stands for."""
    return json.dumps({each.name: each.stands_for for each in facts}, ensure_ascii=False)


def filled(sentence: str, facts: Sequence[Fact], language: str) -> str | None:
    """The sentence with the facts in their places; None if it is not one that can be used."""
    text = sentence.strip()
    if len(text) > LONGEST or PLACEHOLDER.findall(text) != [each.name for each in facts]:
        return None
    around = PLACEHOLDER.split(text)[::2]
    stop = STOP[language]
    if not text.endswith(stop) or not 1 <= sum(part.count(stop) for part in around) <= MOST_SENTENCES:
        return None
    if not all(_allowed(part, language) for part in around):
        return None
    written = ""
    for words, fact in zip(around, [*facts, None], strict=True):
        written += words if written else _large(words)
        begins = not written.strip() or written.rstrip().endswith(stop)
        written += "" if fact is None else _large(fact.text) if begins and fact.opens else fact.text
    return written


def _allowed(part: str, language: str) -> bool:
    """Whether a stretch between placeholders holds nothing but known words and signs, in whatever order."""
    words: list[str] = templates(language)["model_wording"]["words"]
    if language == "en":
        bare = "".join(" " if sign in SIGNS["en"] else sign for sign in part)
        return all(word.lower() in words for word in bare.split(" ") if word)
    one = "|".join(re.escape(each) for each in (*words, *SIGNS["zh"], " "))
    return re.fullmatch(f"(?:{one})*", part) is not None


def _large(text: str) -> str:
    """A text that opens a sentence."""
    return text[:1].upper() + text[1:]
