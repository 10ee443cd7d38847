"""Reads what a language model is to do with each row: the person's own words become its prompt or instruction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue

from .columns import column_at
from .vocabulary import ACTIONS, DROP, KEEP, NEGATIONS, ROW_NOUNS, STRIP, TEXT_NOUNS
from .wording import ARTICLES, BREAKS, Missing, TableMention, Wording

GENERATE, REWRITE, CHUNKS = "llm_generate", "llm_rewrite", "llm_map_chunks"
AS_PAIRS: Final = "rewrite_as_qa"

_LEADS: Final = frozenset("use using let have ask make get prompt tell instruct with via".split())
_WITH: Final = frozenset("with using by via through from".split())
_MODELS: Final = frozenset("model models llm llms gpt chatgpt ai judge".split())
_OF_MODELS: Final = frozenset("a an the some my our your large language good local small ai judge llm chat".split())
_OPENERS: Final = frozenset("please also now first finally just kindly next afterwards then lastly".split())
_HARD: Final = frozenset({".", ";", "!", "?", "|", "•", "→", "->", "=>"})
_NOUN_LIKE: Final = frozenset("answer count label order rank sample score split tag chunk open post".split())
_TRANSLATING: Final = frozenset("translate translating".split())
_REWRITING: Final = frozenset("rewrite rewriting rephrase rephrasing paraphrase paraphrasing reword rewording".split())
_ALONE: Final = frozenset("rephrase paraphrase reword polish proofread".split())
"""Verbs that say all that is to be done."""
_IMPROVING: Final = frozenset("polish proofread simplify shorten improve correct fix edit adapt formalise make".split())
_STARTS: Final = ACTIONS | KEEP | DROP | _LEADS | _TRANSLATING | _REWRITING | _ALONE | _IMPROVING | frozenset(
    "filter process map list name identify find infer guess suggest outline describe invent decide check determine "
    "summarising summarizing say verify see mark rating scoring grading run".split()
)  # fmt: skip
"""Words that a wording for a model may begin with."""
_SUMMARISING: Final = frozenset("summarize summarise summarizing summarising".split())
_RESULTS: Final = MappingProxyType(
    {
        "summary": "summarize summarise summarizing summarising summary summaries",
        "translation": "translate translation",
        "title": "title titles headline headlines",
        "label": "classify categorize categorise label tag",
        "keywords": "keyword keywords keyphrases",
        "answer": "answer answers",
        "explanation": "explain explanation",
    }
)
"""What a result is called that these words ask for."""
_BY_PIECES: Final = (
    "piece by piece", "chunk by chunk", "part by part", "section by section", "in pieces", "in chunks", "in parts",
    "for every chunk", "for each chunk", "each part of", "every part of", "each chunk of", "every chunk of",
)  # fmt: skip
_TASKS: Final = frozenset(
    "write extract describe explain classify categorize categorise label tag answer list name identify find detect "
    "tell give produce create infer guess suggest summarize summarise outline".split()
)
"""Verbs for which a model is asked, where one is named."""
_WRITES: Final = ("write a summary", "write summaries", "answer each question", "answer every question")
_OBJECTS: Final = ARTICLES | ROW_NOUNS | TEXT_NOUNS | frozenset("of in whole long about data dataset".split())
_AS_PAIRS: Final = (
    "as q & a",
    "as qa",
    "as questions and answers",
    "as question and answer",
    "into questions and answers",
)
_TARGETS: Final = frozenset("to into in as".split())


@dataclass(frozen=True)
class Work:
    """The words of one request to a model.

    Args:
        start: first token of the wording.
        verb: the token that says what is done, behind words such as "use a model to".
        end: one past its last token.
        explicit: whether a model is named.
        left_out: tokens that only name the model or the column to write to.
        output: the column to write to that was named.
    """

    start: int
    verb: int
    end: int
    explicit: bool
    left_out: frozenset[int] = frozenset()
    output: str | None = None

    def tokens(self) -> Iterable[int]:
        """The tokens that say what the model is to do."""
        return (at for at in range(self.verb, self.end) if at not in self.left_out)


def find_instruction(said: Wording, at: int) -> TableMention | None:
    """Reads "translate everything to French", "summarise each text with a model", "rewrite the answers politely"."""
    work = work_at(said, at)
    if work is None or said.low(work.verb) in NEGATIONS:
        return None
    verb = said.low(work.verb)
    if work.explicit and _is_bare(said, work):
        question = "What should the model be asked about each row?"
        return open_mention(work, GENERATE, Missing(question, 'use a model to answer "{}"'))
    pieces = any(said.phrase(place, _BY_PIECES) for place in work.tokens())
    if pieces and (work.explicit or verb in _SUMMARISING):
        return _by_pieces(said, work)
    if verb in _TRANSLATING | _REWRITING or (work.explicit and verb in _IMPROVING):
        return _rewriting(said, work)
    writes = verb in _SUMMARISING or said.phrase(
        work.verb, ("write a summary", "write summaries", "answer each question")
    )
    if writes or (work.explicit and _says_a_task(said, work)):
        return _writing(said, work)
    return None


def work_at(said: Wording, at: int) -> Work | None:
    """The wording for a model that begins here; None where a clause does not begin here."""
    if said.low(at) not in _STARTS or not (said.ends(at - 1) or said.low(at - 1) in _OPENERS):
        return None
    lead = _lead(said, at)
    verb = at if lead is None else lead
    end = _end(said, verb)
    left_out, output = set[int](), None
    for place in range(verb + (lead is None), end):
        after = model_at(said, place + 1) if said.low(place) in _WITH else None
        if after is not None and after <= end:
            left_out |= {*range(place, after)}
        named = _output(said, place)
        if named is not None and named[1] <= end:
            output, left_out = named[0], left_out | {*range(place, named[1])}
    explicit = lead is not None or any(said.low(place) in _MODELS for place in left_out)
    return Work(at, verb, end, explicit, frozenset(left_out), output) if verb < end or explicit else None


def model_at(said: Wording, at: int) -> int | None:
    """Where a noun phrase for a language model ends that begins here."""
    place = at
    while place < at + 5 and said.low(place) in _OF_MODELS and not _closes(said, place):
        place += 1
    return place + 1 if said.low(place) in _MODELS else None


def _closes(said: Wording, at: int) -> bool:
    """Whether "judge" or "LLM" is the noun itself and does not stand before it."""
    return said.low(at) in _MODELS and said.low(at + 1) not in _MODELS


def _lead(said: Wording, at: int) -> int | None:
    """Where "use a model to", "let an LLM", "ask GPT to" ends."""
    if said.low(at) not in _LEADS:
        return None
    after = model_at(said, at + 1)
    if after is None:
        return None
    return said.skip(after, {"to", "for", "please"})


def _end(said: Wording, at: int) -> int:
    """Where the wording ends: at a full stop, or where another clause with a verb of its own begins."""
    place, last = at, said.reach(at)
    while place < last:
        token = said.tokens[place]
        if token.kind == "break" or (token.kind == "sign" and token.low in _HARD):
            break
        if token.low in BREAKS and _new_clause(said, place):
            break
        place += 1
    return place


def _new_clause(said: Wording, at: int) -> bool:
    place = said.skip(at, BREAKS | _OPENERS | {"then"})
    word = said.low(place)
    if "then" in said.lows(at, place - at):
        return True
    acts = word in ACTIONS - _NOUN_LIKE - ROW_NOUNS or word in DROP | STRIP or word in KEEP - {"need", "needs", "must"}
    return acts or (word in ("only", "do", "don't", "no", "use", "let", "ask", "have") and said.low(at) != "or")


def _output(said: Wording, at: int) -> tuple[str, int] | None:
    """The column in "into the column x", "in a new column called x", "as column x", and where that ends."""
    if said.low(at) not in _TARGETS:
        return None
    place = said.skip(at + 1, ARTICLES | {"new", "another", "separate"})
    if said.low(place) not in ("column", "field"):
        if said.low(place + 1) in ("column", "field") and not said.ends(place) and place > at + 1:
            return said.tokens[place].text, place + 2
        return None
    place = said.skip(place + 1, {"called", "named"})
    if said.ends(place):
        return None
    return said.tokens[place].text, place + 1


# What the words say


def words_of(said: Wording, places: Iterable[int]) -> str:
    """These tokens as they were written, neighbours with what stands between them."""
    pieces: list[str] = []
    last = -2
    for at in places:
        token = said.tokens[at]
        gap = said.request[said.tokens[last].end : token.start] if at == last + 1 else " "
        pieces.append((gap if pieces else "") + said.request[token.start : token.end])
        last = at
    return "".join(pieces).strip(" ,:;-")


def sentence(text: str) -> str:
    """A text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def named_columns(said: Wording, places: Iterable[int]) -> list[str]:
    """The columns that these tokens name: behind "the", "each", "of" and the like, or right behind the verb."""
    names: list[str] = []
    tokens = [*places]
    for position, at in enumerate(tokens[1:], 1):
        found = column_at(said.tokens, at, said.profile)
        led = position == 1 or said.low(at - 1) in ARTICLES | {"of", "column", "columns", "field", "and", ","}
        if found is not None and (led or said.tokens[at].kind == "quoted") and said.low(at) != "score":
            names.append(found[0])
    return list(dict.fromkeys(names))


def quoted_prompt(said: Wording, work: Work) -> str | None:
    """The one quoted text in the wording, which is the prompt or the question itself."""
    quoted = [said.tokens[at].text for at in work.tokens() if said.tokens[at].kind == "quoted"]
    names = set(said.profile.schema.names)
    quoted = [text for text in quoted if text not in names]
    return quoted[0] if len(quoted) == 1 and len(quoted[0].split()) > 1 else None


def which_text(said: Wording, work: Work) -> Missing | None:
    """Asks for the column with the text, where the words leave it open."""
    if said.main is not None or not said.profile.columns:
        return None
    names = said.profile.text_candidates() or said.profile.schema.names
    whole = said.text(work.start, work.end)
    return Missing("Which column holds the text?", f"{whole} of the column `{{}}`", tuple(names[:3]))


def free_name(said: Wording, wanted: str) -> str:
    """A name that no column has yet."""
    names, number, name = {*said.profile.schema.names}, 2, wanted
    while name in names:
        name, number = f"{wanted}_{number}", number + 1
    return name


def on_column(columns: Sequence[str]) -> dict[str, JsonValue]:
    """The option `column` for the first of these, where it is not the default."""
    return {"column": columns[0]} if columns and columns[0] != "text" else {}


def mention(work: Work, operator: str, options: dict[str, JsonValue]) -> TableMention:
    """The step for a wording of which every word is read."""
    return TableMention(work.start, work.end, operator, options, options, whole=True, names_model=work.explicit)


def open_mention(work: Work, operator: str, missing: Missing) -> TableMention:
    """A wording that leaves something open."""
    return TableMention(work.start, work.end, operator, missing=missing, whole=True, names_model=work.explicit)


def _is_bare(said: Wording, work: Work) -> bool:
    """Whether the words only say that a model is asked: "ask a model about each row"."""
    if quoted_prompt(said, work) is not None:
        return False
    vague = _OBJECTS | {"process", "prompt", "run", "something", "question", "ask", "query", "them", "it"}
    return all(said.low(at) in vague or at in work.left_out for at in range(work.verb, work.end))


def _says_a_task(said: Wording, work: Work) -> bool:
    """Whether something is to be written or found out, or what the model is asked is quoted."""
    return said.low(work.verb) in _TASKS or quoted_prompt(said, work) is not None


# Steps


def _rewriting(said: Wording, work: Work) -> TableMention | None:
    """A text that takes the place of the old one."""
    verb, places = said.low(work.verb), [*work.tokens()]
    columns = named_columns(said, places)
    as_pairs = next((at for at in places if said.phrase(at, _AS_PAIRS)), None)
    if as_pairs is not None:  # that has an operator of its own
        return _as_pairs(work, columns) if said.phrase(as_pairs, _AS_PAIRS) == work.end else None
    behind = [at for at in places[1:] if said.low(at) not in _OBJECTS and not _names(said, at, columns)]
    if verb in _TRANSLATING and not any(said.low(at) in _TARGETS for at in places):
        return _ask_how(said, work, "Into which language is it translated?", "to {}")
    if not behind and verb not in _ALONE:
        return _ask_how(said, work, "How should the texts be rewritten?", "{}")
    if len(columns) > 1:  # which of them is rewritten, and which are only looked at, the words do not say
        return TableMention(work.start, work.end, REWRITE, whole=True, names_model=work.explicit)
    missing = None if columns else which_text(said, work)
    if missing is not None:
        return open_mention(work, REWRITE, missing)
    options: dict[str, JsonValue] = {"instruction": sentence(words_of(said, places)), **on_column(columns)}
    if work.output is not None:
        options["output"] = work.output
    return mention(work, REWRITE, options)


def _as_pairs(work: Work, columns: list[str]) -> TableMention:
    return replace(mention(work, AS_PAIRS, on_column(columns)), names_model=None)


def _writing(said: Wording, work: Work) -> TableMention:
    """A text of its own beside the row."""
    columns, missing = _material(said, work)
    if missing is not None:
        return open_mention(work, GENERATE, missing)
    words = [said.low(at) for at in work.tokens()]
    wanted = next((name for name, known in _RESULTS.items() if {*words[:5]} & {*known.split()}), "generated")
    output = work.output or free_name(said, wanted)
    prompt = _prompt(said, work, columns)
    options: dict[str, JsonValue] = {"prompt": prompt}
    if output != "generated":
        options["output"] = output
    return mention(work, GENERATE, options)


def _by_pieces(said: Wording, work: Work) -> TableMention:
    """A long text that is worked on piece by piece."""
    columns, missing = _material(said, work)
    if missing is not None:
        return open_mention(work, CHUNKS, missing)
    piece = next((said.quantities[at] for at in work.tokens() if at in said.quantities), None)
    rest = [at for at in work.tokens() if piece is None or not piece.start <= at < piece.end]
    gone = {place for at in rest if (end := said.phrase(at, (*_BY_PIECES, "of"))) for place in range(at, end)
            if said.phrase(at, _BY_PIECES) or (piece is not None and end == piece.start)}  # fmt: skip
    text = sentence(words_of(said, [at for at in rest if at not in gone]))
    options: dict[str, JsonValue] = {"prompt": f"{_escaped(text)}.\n\n{{{columns[0]}}}", **on_column(columns)}
    if piece is not None and piece.unit in ("words", "chars"):
        options |= {"size": int(piece.value), "unit": piece.unit}
    if work.output is not None:
        options["output"] = work.output
    return mention(work, CHUNKS, options)


def _material(said: Wording, work: Work) -> tuple[list[str], Missing | None]:
    """The columns that the model is shown, or the question for them."""
    columns = named_columns(said, work.tokens())
    missing = None if columns else which_text(said, work)
    return columns or ([said.main] if said.main else []), missing


def _prompt(said: Wording, work: Work, columns: list[str]) -> str:
    """The words of the request, then the values of the columns; a quoted prompt with places for them as it is."""
    quoted = quoted_prompt(said, work)
    if quoted is not None and any(f"{{{name}}}" in quoted for name in said.profile.schema.names):
        return quoted
    text = _escaped(quoted or sentence(words_of(said, work.tokens())))
    stop = "" if text.endswith((".", "?", "!")) else "."
    return f"{text}{stop}\n\n" + "\n\n".join(f"{{{name}}}" for name in columns)


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _names(said: Wording, at: int, columns: list[str]) -> bool:
    found = column_at(said.tokens, at, said.profile)
    return found is not None and found[0] in columns


def _ask_how(said: Wording, work: Work, question: str, ending: str) -> TableMention:
    missing = Missing(question, f"{said.text(work.start, work.end)} {ending}")
    return open_mention(work, REWRITE, missing)
