"""Reads what a language model decides or grades, and the new rows that it writes, in the words of the request."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from .columns import column_at
from .instructing import (
    Work,
    free_name,
    mention,
    model_at,
    named_columns,
    on_column,
    open_mention,
    quoted_prompt,
    sentence,
    which_text,
    words_of,
    work_at,
)
from .quantities import plain
from .vocabulary import DROP, KEEP, ROW_NOUNS, TEXT_NOUNS
from .wording import ARTICLES, BREAKS, JOINS, Missing, TableMention, Wording

FILTER, SCORE, NEW_ROWS = "llm_filter", "llm_score", "llm_generate_rows"

_DECIDING: Final = frozenset("judge decide check determine tell say verify see ask classify assess evaluate".split())
_WHETHER: Final = frozenset({"whether", "if"})
_THOSE: Final = frozenset(
    "those them these it ones the only just rows texts documents which that are is do does so where for says yes all "
    "one".split()
)
_NOT: Final = frozenset("not no don't doesn't aren't isn't".split())
_SUBJECTS: Final = ROW_NOUNS | TEXT_NOUNS | ARTICLES | frozenset({"they", "it"})
_OPINIONS: Final = frozenset(
    "considers consider thinks think says say judges finds find deems calls believes rates regards".split()
)
_RATING: Final = frozenset("score rate grade evaluate assess judge mark rating scoring grading".split())
_RANGE: Final = re.compile(
    r"(?:\bon )?(?:an? |the )?(?:scale )?(?:(?:from|of|between)\s+)?"
    r"(\d{1,3})\s*(?:-|–|to|and)\s*(\d{1,3})(?:\s+scale)?",
    re.IGNORECASE,
)
_OUT_OF: Final = re.compile(r"\bout of (\d{1,3})", re.IGNORECASE)
_OBJECT: Final = re.compile(
    r"\b(?:of |in |for )?(?:each|every|all|the|these|those)(?: the)? "
    r"(?:texts?|rows?|documents?|records?|examples?|items?|articles?|pages?|posts?)\b",
    re.IGNORECASE,
)
_MAKING: Final = frozenset("generate create make write add produce invent synthesize synthesise augment".split())
_NEW: Final = frozenset("new more additional extra synthetic further".split())
_MADE: Final = frozenset("questions question instructions instruction prompts prompt sentences reviews".split())
_LIKE: Final = frozenset("like in with from using similar of by and to".split())
_ALIKE: Final = (
    _LIKE | ROW_NOUNS | JOINS | ARTICLES | frozenset("style existing data examples ones seed my same mine".split())
)
_TOPIC: Final = ("about", "on the topic of", "concerning", "on the subject of")
_TWO: Final = 2


def find_consultation(said: Wording, at: int) -> TableMention | None:
    """Reads "use a model to judge whether …", "let an LLM score …", "generate 50 more questions like these"."""
    opinion = _opinion(said, at)
    if opinion is not None:
        return opinion
    work = work_at(said, at)
    if work is None:
        return None
    if work.explicit and _whether(said, work) is not None:
        return _decision(said, work)
    if work.explicit and said.low(work.verb) in _RATING:
        return _grade(said, work)
    filtering = said.low(at) in KEEP | DROP | {"filter"} and {said.low(one) for one in range(at, work.end)} <= _VAGUE
    if filtering and work.explicit:
        question = Missing("What should the model be asked about each row, to be answered by yes or no?", _ASKED)
        return open_mention(work, FILTER, question)
    return _new_rows(said, work)


_ASKED: Final = 'use a model to decide whether "{}" and keep those'
_VAGUE: Final = (
    KEEP | DROP | _SUBJECTS | frozenset("filter with using by an llm model a language rows question gpt ai".split())
)


# Decisions


def _whether(said: Wording, work: Work) -> int | None:
    """Where "whether" or "if" stands behind a verb of deciding."""
    place = said.skip(work.verb, _DECIDING)
    if said.low(place) in _WHETHER and (place > work.verb or said.low(work.start) in ("ask", "let", "have", "use")):
        return place
    return None


def _decision(said: Wording, work: Work) -> TableMention | None:
    """Reads "judge whether each text is about chemistry and keep those"."""
    begin = (_whether(said, work) or work.verb) + 1
    places = [at for at in range(begin, work.end) if at not in work.left_out]
    tail = _tail(said, work.end)
    if not places:
        return None
    if tail is None:
        whole = said.text(work.start, work.end)
        asked = Missing(
            "Should the rows for which the answer is yes be kept or dropped?",
            f"{whole} and {{}}",
            ("keep those", "drop those"),
        )
        return open_mention(work, FILTER, asked)
    whole_work = replace(work, end=tail[1])
    return _filtered(said, whole_work, places, keep_if=tail[0])


def _tail(said: Wording, at: int) -> tuple[str, int] | None:
    """Which answer is kept by "and keep those", "; drop the ones for which it says yes", and where that ends."""
    place = said.skip(at, BREAKS | {"then", "finally"})
    if place == at or said.low(place) not in KEEP | DROP | {"only"}:
        return None
    place = said.skip(place, {"only"})
    keeps, end, turned = said.low(place) in KEEP, place + 1, False
    while end < said.reach(place) and not said.ends(end):
        if said.low(end) not in _THOSE | _NOT:
            return None
        turned = turned or said.low(end) in _NOT
        end += 1
    return ("yes" if keeps != turned else "no"), end


def _opinion(said: Wording, at: int) -> TableMention | None:
    """Reads "keep only texts that the model considers helpful", "drop rows an LLM thinks are spam"."""
    if said.low(at) not in KEEP | DROP or not (said.ends(at - 1) or said.low(at - 1) in ("then", "please", "also")):
        return None
    place = said.skip(at + 1, _SUBJECTS | {"only", "which", "where", "for"})
    named = [
        found[0]
        for one in range(at + 1, min(place + 1, len(said.tokens)))
        if (found := column_at(said.tokens, one, said.profile))
    ]
    place = said.skip(place, {"that", "which", *named, *(f"{name}s" for name in named)})
    place = place - 1 if said.low(place - 1) in ARTICLES and model_at(said, place - 1) else place
    after = model_at(said, place)
    if after is None or said.low(after) not in _OPINIONS:
        return None
    end = after + 1
    while end < said.reach(at) and not said.ends(end):
        end += 1
    work = Work(at, after + 1, end, explicit=True)
    places = [*range(said.skip(after + 1, {"to", "be", "as", "that", "it", "they"}), end)]
    if not places:
        return None
    turned = said.low(places[0]) in _NOT
    keep_if = "yes" if (said.low(at) in KEEP) != turned else "no"
    return _filtered(said, work, places[turned:], keep_if=keep_if, columns=named, adjective=True)


def _filtered(
    said: Wording,
    work: Work,
    places: Sequence[int],
    *,
    keep_if: str,
    columns: Sequence[str] = (),
    adjective: bool = False,
) -> TableMention:
    quoted = quoted_prompt(said, work)
    names = [*columns] or named_columns(said, [work.verb, *places])
    missing = None if names else which_text(said, work)
    if missing is not None:
        return open_mention(work, FILTER, missing)
    options: dict[str, JsonValue] = {"question": quoted or _question(said, places, adjective=adjective)}
    if len(names) >= _TWO:
        options["prompt"] = "\n\n".join(f"{{{name}}}" for name in names)
    else:
        options |= on_column(names)
    if keep_if == "no":
        options["keep_if"] = "no"
    return mention(work, FILTER, options)


def _question(said: Wording, places: Sequence[int], *, adjective: bool) -> str:
    """The question for yes or no behind "whether": "each text is about chemistry" asks "Is the text about …?"."""
    subject = 0
    while subject < len(places) - 1 and said.low(places[subject]) in _SUBJECTS:
        subject += 1
    rest = words_of(said, places[subject + 1 :])
    if said.low(places[subject]) in ("is", "are") and rest:
        return f"Is the text {rest}?"
    if adjective:
        return f"Is the text {words_of(said, places)}?"
    return f"Is it true that {words_of(said, places)}?"


# Grades


def _grade(said: Wording, work: Work) -> TableMention:
    """Reads "score helpfulness from 1 to 5", "rate the clarity of each text", "grade each answer for correctness"."""
    places = [*work.tokens()][1:]
    text = words_of(said, places)
    scale = _RANGE.search(text)
    out_of = _OUT_OF.search(text)
    low, high = (int(scale[1]), int(scale[2])) if scale else (1, int(out_of[1]) if out_of else 5)
    rubric = _OUT_OF.sub("", _RANGE.sub("", text))
    columns = named_columns(said, [work.verb, *places])
    rubric = " ".join(re.sub(r"\b(?:by|for|on)$", "", _OBJECT.sub("", rubric).strip(" ,")).split())
    for name in columns:  # "each answer for correctness"
        rubric = re.sub(rf"^(?:the |each |every |all )?{re.escape(name)}s? (?=for |by |on )", "", rubric, flags=re.I)
    rubric = re.sub(r"^(?:for|by|on|according to)\s+", "", rubric)
    if not rubric or {*rubric.lower().split()} <= ARTICLES | {"a", "rubric", "them", "it", *columns}:
        filled = f"{said.text(work.start, work.end)} for {{}}"
        return open_mention(work, SCORE, Missing("By what should the model grade each row?", filled))
    if len(columns) < _TWO and not columns and (missing := which_text(said, work)) is not None:
        return open_mention(work, SCORE, missing)
    options: dict[str, JsonValue] = {"rubric": sentence(rubric)}
    if len(columns) >= _TWO:
        options["prompt"] = "\n\n".join(f"{{{name}}}" for name in columns)
    else:
        options |= on_column(columns)
    options |= {name: value for name, value, usual in (("min_scale", low, 1), ("max_scale", high, 5)) if value != usual}
    for name, wanted in (("output", work.output or "score"), ("feedback", "feedback")):
        free = wanted if wanted == work.output else free_name(said, wanted)
        options |= {name: free} if free != {"output": "score"}.get(name, name) else {}
    return mention(work, SCORE, options)


# New rows


def _new_rows(said: Wording, work: Work) -> TableMention | None:
    """Reads "generate 50 more questions like these", "add 500 synthetic rows about volcanoes"."""
    verb = said.low(work.verb)
    if verb not in _MAKING:
        return None
    place = said.skip(work.verb + 1, ARTICLES | {"up", "with", "data", "dataset", "another", "by"})
    quantity = said.quantities.get(place)
    place = quantity.end if quantity is not None else place
    noun = said.skip(place, _NEW | {"llm", "some", "of", "such"})
    fresh = {said.low(at) for at in range(place, noun)} & _NEW
    column = column_at(said.tokens, noun, said.profile) if noun < work.end else None
    is_noun = said.low(noun) in (ROW_NOUNS | TEXT_NOUNS | _MADE) - {"all", "everything"} or column is not None
    if not fresh or not is_noun or (quantity is not None and (quantity.share or quantity.unit)):
        return None
    if quantity is None:
        filled = f"{said.text(work.start, place)} {{}} {said.text(place, work.end)}"
        return open_mention(work, NEW_ROWS, Missing("How many new rows should there be?", filled, ("50", "100", "500")))
    columns = [column[0]] if column else [said.main] if said.main else [*said.profile.text_candidates()]
    options: dict[str, JsonValue] = {"count": int(plain(quantity.value))}
    if columns and columns != ["text"]:
        options["columns"] = [*columns]
    return mention(work, NEW_ROWS, options | _described(said, work, column[1] if column else noun + 1))


def _described(said: Wording, work: Work, at: int) -> dict[str, JsonValue]:
    """What the new rows are about, and what else is said of them; that they are like the old ones needs no saying."""
    places = [place for place in range(at, work.end) if place not in work.left_out]
    if not places:
        return {}
    about = next((place for place in places if said.phrase(place, _TOPIC)), None)
    if about is not None:
        begin = said.phrase(about, _TOPIC) or about
        return {"topic": words_of(said, [place for place in places if place >= begin])}
    alike = said.low(places[0]) in _LIKE and {said.low(place) for place in places} <= _ALIKE
    return {} if alike else {"instruction": sentence(words_of(said, places))}
