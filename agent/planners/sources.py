"""Reads what brings in other data: mixtures of inputs, joined tables, benchmarks that must not leak."""

from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from .quantities import plain
from .vocabulary import ROW_NOUNS
from .wording import ARTICLES, BREAKS, JOINS, Missing, TableMention, Wording

MIX, JOIN, DECONTAMINATE = "mix_sources", "join_table", "decontaminate_filter"

_PROPORTIONS: Final = ("1 to 1", "2 to 1", "70 to 30")
_MIXING: Final = frozenset("mix mixing mixed blend combine merge balance mixture".split())
_INPUTS: Final = frozenset("input inputs file files dataset datasets source sources data corpora corpus".split())
_RATIO: Final = frozenset("to : / - , and in with by weight weights weighted of ratio proportion the a at %".split())
_EVENLY: Final = frozenset("equally evenly equal even".split())
_JOINING: Final = frozenset("join joined merge enrich attach".split())
_BETWEEN: Final = ARTICLES | ROW_NOUNS | frozenset("data dataset left inner outer".split())
_NO_NAMES: Final = ARTICLES | frozenset(
    "another second other lookup look up table file csv jsonl parquet one with from by on via using metadata "
    "external some new".split()
)
_BENCHMARK_WORDS: Final = frozenset("benchmark benchmarks test eval evaluation set sets data questions dev".split())
_AGAINST: Final = ("against", "with", "from", "with respect to", "wrt", "for", "on", "of")


def find_mix(said: Wording, at: int) -> TableMention | None:
    """Reads "mix the two inputs 70 to 30", "mix wiki and news 2 to 1"."""
    if said.low(at) not in _MIXING or said.low(at + 1) == "up":
        return None
    place = said.skip(at + 1, ARTICLES | _INPUTS | {"two", "three", "by", "of"})
    labelled = _labels(said, place)
    weights, end = _weights(said, labelled[2] if labelled else place)
    inputs = bool({*said.lows(at + 1, place - at - 1)} & _INPUTS)
    if labelled is not None:
        return _of_labels(at, labelled, weights, end)
    if not inputs and not (len(weights) > 1 and place == at + 1):
        return None
    if len(weights) > 1:
        return TableMention(at, end, MIX, {"weights": [*weights]})
    if said.low(at) in ("merge", "combine") and not weights:
        return None  # inputs are read one after the other anyway
    missing = Missing("In which proportion are the inputs mixed?", "mix the inputs {}", _PROPORTIONS)
    return TableMention(at, max(place, end), MIX, missing=missing)


def _of_labels(start: int, labelled: tuple[str, list[str], int], weights: list[JsonValue], end: int) -> TableMention:
    """A mixture of the rows with these values of a column."""
    column, values, after = labelled
    if len(weights) == len(values):
        return TableMention(start, end, MIX, {"by": column, "weights": dict(zip(values, weights, strict=True))})
    missing = Missing("In which proportion are they mixed?", f"mix {' and '.join(values)} {{}}", _PROPORTIONS)
    return TableMention(start, max(end, after), MIX, missing=missing)


def _labels(said: Wording, at: int) -> tuple[str, list[str], int] | None:
    """Values of one column, such as "wiki and news"."""
    for column in said.profile.columns:
        values: list[str] = []
        place = end = at
        while (value := next((one for one in column.labels if said.phrase(place, (one.lower(),))), None)) is not None:
            values.append(value)
            end = place + len(value.split())
            place = said.skip(end, JOINS)
        if len(values) > 1:
            return column.name, values, end
    return None


def _weights(said: Wording, at: int) -> tuple[list[JsonValue], int]:
    """The numbers of a proportion, and where the last one ends."""
    weights: list[JsonValue] = []
    end = place = at
    even = said.skip(at, _RATIO)
    if said.low(even) in _EVENLY:
        return [1.0, 1.0], even + 1
    while place < said.reach(at):
        quantity = said.quantities.get(place)
        if quantity is not None and quantity.unit is None:
            weights.append(plain(quantity.value * 100 if quantity.share else quantity.value))
            end = place = quantity.end
        elif said.low(place) in _RATIO:
            place += 1
        else:
            break
    return weights, end


def find_join(said: Wording, at: int) -> TableMention | None:
    """Reads "join with table labels by id", "add columns from another table"."""
    word = said.low(at)
    added = said.phrase(said.skip(at + 1, ARTICLES), ("columns of", "columns from", "column of", "column from"))
    looked = word == "look" and said.low(at + 1) == "up"
    if word in ("left", "inner") and said.low(at + 1) in _JOINING:
        at, word = at + 1, said.low(at + 1)
    if not (word in _JOINING or (word in ("add", "attach") and added is not None) or looked):
        return None
    inner = said.low(at - 1) == "inner"
    return _joined(said, at, added or at + 1, inner)


def _joined(said: Wording, start: int, at: int, inner: bool) -> TableMention | None:
    place = said.skip(at, _BETWEEN)
    table = said.low(start - 1) in ("left", "inner")
    name, keys, keyed, end = None, list[str](), False, place
    while place < said.reach(start) and not (said.low(place) in BREAKS and said.low(place) != "and"):
        word = said.low(place)
        key = said.phrase(place, ("by", "on", "via", "using", "over", "by the", "on the"))
        if key is not None and (named := said.columns(key))[0]:
            keys, keyed, place = named[0], True, named[1]
        elif key is not None and said.low(key) == "key":
            place = key + 1
        elif word == "table":
            table, place = True, place + 1
            if name is None and not said.ends(place) and said.low(place) not in _NO_NAMES:
                name, place = said.tokens[place].text, place + 1
        elif word in _NO_NAMES | _BETWEEN:
            place += 1
        elif name is None and said.tokens[place].kind in ("word", "quoted") and not table and word not in JOINS:
            name, place = said.tokens[place].text, place + 1
        else:
            break
        end = place
    if not (table or (name and keyed)):
        return None
    start = start - 1 if inner else start
    options: dict[str, JsonValue] = {"unmatched": "drop"} if inner else {}
    missing = _open_join(said, "inner join" if inner else "join", name, keys)
    return TableMention(start, end, JOIN, {"table": name, "keys": [*keys], **options}, missing=missing)


def _open_join(said: Wording, lead: str, name: str | None, keys: list[str]) -> Missing | None:
    """What of a join is not said: the table, or the columns it is joined by."""
    if name is None:
        by = f" by {' and '.join(f'`{key}`' for key in keys)}" if keys else ""
        question = "Which table is joined? Give the name of a resource that is bound to it."
        return Missing(question, f"{lead} with table `{{}}`{by}")
    if not keys:
        names = [one.name for one in said.profile.columns if "identifier" in one.looks] or said.profile.schema.names
        question = f"By which column is the table {name!r} joined?"
        return Missing(question, f"{lead} with table `{name}` by `{{}}`", tuple(names[:3]))
    return None


def find_benchmark(said: Wording, at: int) -> TableMention | None:
    """Reads "decontaminate against gsm8k", "remove rows that overlap with the mmlu test set"."""
    word = said.low(at)
    size = said.quantities.get(at)
    if size is not None and said.low(size.end) in ("gram", "grams"):
        found = find_benchmark(said, size.end + 1)
        if found is None or found.kept is None:
            return found
        options = {**found.kept, "ngram_words": plain(size.value)}
        return replace(found, start=at, kept=options, dropped=options)
    if word in ("decontaminate", "decontamination", "decontaminated"):
        place = said.skip(at + 1, ARTICLES | ROW_NOUNS | {"data", "dataset"})
        behind = said.phrase(place, _AGAINST)
        return _decontaminated(said, at, behind, place)
    overlap = said.phrase(at, ("overlap with", "overlaps with", "overlapping with", "contamination with",
                               "contamination from", "contaminated by", "contaminated with"))  # fmt: skip
    if overlap is None:
        return None
    found = _decontaminated(said, at, overlap, overlap)
    named = {*said.lows(overlap, found.end - overlap)} & _BENCHMARK_WORDS
    sure = named or word.startswith("contaminat") or said.low(at - 1) in ("gram", "grams")
    return found if sure else None


def _names(said: Wording, at: int) -> bool:
    """Whether the name of a benchmark stands here."""
    return not said.ends(at) and said.low(at) not in _BENCHMARK_WORDS and said.tokens[at].kind in ("word", "quoted")


def _decontaminated(said: Wording, start: int, behind: int | None, nouns: int) -> TableMention:
    place = said.skip(nouns if behind is None else behind, ARTICLES)
    name, end = None, behind or nouns
    if behind is not None and _names(said, place):
        name = said.tokens[place].text
        end = place + 1
        place = end
    end = max(end, said.skip(place, _BENCHMARK_WORDS))
    lead = said.tokens[start].text
    if name is None:
        question = "Against which benchmark? Give the name of a resource that is bound to its texts."
        plain_lead = lead.lower().startswith("decontaminat")
        filled = f"{lead} against `{{}}`" if plain_lead else "overlap with the `{}` benchmark"
        return TableMention(start, end, DECONTAMINATE, missing=Missing(question, filled), wanted=False)
    # "drop what overlaps" and "no overlap" ask for the same as "decontaminate": it is no direction of the verb's.
    options: dict[str, JsonValue] = {"benchmark": name}
    return TableMention(start, end, DECONTAMINATE, options, options, wanted=False)
