"""Readings of a request that go together with the one taken: they are asked about only if the data tells them apart."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ...tools.profile import Profile
from ..state import Question
from .clauses import Clause
from .doubts import Decisions, Doubt, Opening
from .languages import LanguageMention
from .quantities import plain
from .wishes import Wish

if TYPE_CHECKING:
    from .understanding import Understanding

_TOLD_ALIKE: Final = frozenset(
    "exact exactly identical identically same verbatim literal literally word-for-word byte-for-byte equal equals "
    "repeat repeats repeated repeatedly near nearly almost similar fuzzy fuzzily close".split()
)
"""Words that say how alike copies are."""
_BOUNDS: Final = frozenset("limit threshold cutoff cut-off bound boundary mark".split())
_LIMITING: Final = frozenset(
    "to most least maximum minimum max min under over below above more fewer less than up down upper lower exceed "
    "exceeds exceeding beyond within reach reaches respect longer shorter cap capped ceiling floor too".split()
)
"""Words that say on which side of a bound the rows are to be."""
_ORDERED: Final = frozenset(
    "first last ascending descending asc desc increasing decreasing rising falling longest shortest growing reverse "
    "reversed top bottom upwards downwards up down short long".split()
)
_SIDE: Final = frozenset("out for only just keep drop to away down not".split())
"""Words that say whether what is filtered stays or goes."""
_CASES: Final = frozenset({"lowercase_text"})
_OWN_COLUMN: Final = frozenset("any all every everything each both".split())
_MOST: Final = 3
_WORDED: Final = 2.0
"""Words that a column has on average whose texts may be meant by "the text"."""
_SENTENCES: Final = 6.0
"""Words of a text that is long enough to be in a language."""


def rival_doubt(understood: "Understanding", decisions: Decisions, profile: Profile) -> Doubt | None:
    """The question between the reading that is planned and others as sensible; None where there are none.

    Its first option is the reading that is planned. Whoever asks it first looks whether the answers come to different
    rows; a person who settled one is not asked again.
    """
    if decisions.settled:
        return None
    for wish in understood.wishes:
        asked = _asked(wish, understood.main, profile)
        if asked is not None and len(asked[1]) > 1 and wish.clause.text in decisions.request:
            return _between(wish.clause, asked[0], tuple(dict.fromkeys(asked[1]))[:_MOST])
    return None


def copies_doubt(wish: Wish, main: str | None, profile: Profile) -> Doubt | None:
    """Asks which columns must say the same for rows to be copies; None where only one way is sensible."""
    asked = _ways_to_be_copies(wish, main, profile)
    return None if asked is None else _between(wish.clause, *asked)


def _between(clause: Clause, text: str, options: Sequence[str]) -> Doubt:
    by_words = {option.replace("`", ""): option for option in options}

    def decide(answer: str, so_far: Decisions) -> Decisions | None:
        option = answer if answer in options else by_words.get(answer) or _meant(answer, options)
        if option is None:
            return None
        return replace(so_far, request=so_far.request.replace(clause.text, option, 1), settled=True)

    order = all(option.startswith("sort ") for option in options)
    opening = Opening(clause.text, "order") if order else Opening(clause.text)
    return Doubt(
        Question(text=text, options=tuple(options)), decide, None if options[0].startswith("remove ") else opening
    )


def _meant(answer: str, options: Sequence[str]) -> str | None:
    """The option that alone has the most words of an answer."""
    words = {word.strip("`.,!").lower() for word in answer.split()}
    shared = [len(words & {word.strip("`.,").lower() for word in option.split()}) for option in options]
    best = max(shared)
    return options[shared.index(best)] if best and shared.count(best) == 1 else None


def _asked(  # noqa: PLR0911 - one way out for each kind of step
    wish: Wish, main: str | None, profile: Profile
) -> tuple[str, list[str]] | None:
    """The question that a step leaves, and its answers."""
    clause = wish.clause
    if wish.where is not None or (wish.fixed and wish.card.name == "sort_rows"):
        return None
    if wish.card.name == "exact_dedup":
        return _copies(wish, main, profile)
    if wish.card.name == "language_filter":
        return _language(wish, clause, main, profile)
    if wish.card.name == "sort_rows" and wish.options.get("by") == "length":
        return _length(wish, clause, main, profile)
    if wish.card.name == "word_count_filter":
        return _bound(wish, clause, main)
    if wish.card.name in _CASES and not wish.columns and not _OWN_COLUMN & {*clause.words}:
        names = _texts(profile, main)
        return f"Which column is meant in {clause.text!r}?", [f"make `{name}` lower case" for name in names]
    return None


def _texts(profile: Profile, main: str | None) -> list[str]:
    """The columns with texts of several words, the main one first and then the longest."""
    worded = [
        one
        for one in profile.columns
        if one.dtype == "text"
        and (one.mean_words or 0) >= _WORDED
        and not {"identifier", "label", "code"} & {*one.looks}
    ]
    prose = [one.name for one in sorted(worded, key=lambda one: -(one.mean_chars or 0))]
    return [*([main] if main else []), *(name for name in prose if name != main)][:_MOST]


def _copies(wish: Wish, main: str | None, profile: Profile) -> tuple[str, list[str]] | None:
    if _TOLD_ALIKE & {*wish.clause.words} or wish.clause.conditions:
        return None
    return _ways_to_be_copies(wish, main, profile)


def _ways_to_be_copies(wish: Wish, main: str | None, profile: Profile) -> tuple[str, list[str]] | None:
    names = [*wish.columns] or ([main] if main else [])
    text = f"Which copies go in {wish.clause.text!r}?"
    if not names and len(worded := _texts(profile, None)) > 1:
        alone = [f"remove exact duplicates of `{name}`" for name in worded[:2]]
        return text, [alone[0], f"remove exact duplicates of `{worded[0]}` and `{worded[1]}`", alone[1]]
    if len(names) != 1:
        return None
    exact = [f"remove exact duplicates of `{names[0]}`"]
    others = [name for name in _texts(profile, names[0]) if name != names[0]]
    if not wish.columns and others:
        exact.append(f"remove exact duplicates of `{others[0]}` and `{names[0]}`")
    options = [*exact, f"remove near duplicates of `{names[0]}`"]
    return text, options


def _language(wish: Wish, clause: Clause, main: str | None, profile: Profile) -> tuple[str, list[str]] | None:
    long = {one.name for one in profile.columns if (one.mean_words or 0) >= _SENTENCES}
    names = [*wish.columns] or [name for name in _texts(profile, main) if name == main or name in long]
    mentions = clause.languages
    if not names or not mentions or any(clause.negations_before(one.start) for one in mentions):
        return None
    said = _said(clause, mentions)
    neutral = clause.words[:1] in (("filter",), ("filtering",)) and not _SIDE & {*clause.words}
    if neutral:
        first = names[0]
        options = [f"{verb} rows whose `{first}` is in {said}" for verb in ("keep", "drop")]
        return f"Should rows in {said} be kept or dropped in {clause.text!r}?", options
    verb = "drop" if clause.polarity == "drop" else "keep"
    options = [f"{verb} rows whose `{name}` is in {said}" for name in names]
    return f"Which text must be in {said} in {clause.text!r}?", options


def _said(clause: Clause, mentions: Sequence[LanguageMention]) -> str:
    return " or ".join(clause.marked.text(one.start, one.end) for one in mentions)


def _length(wish: Wish, clause: Clause, main: str | None, profile: Profile) -> tuple[str, list[str]] | None:
    told = bool(_ORDERED & {*clause.words})
    named = [name for name in wish.options.get("columns") or () if isinstance(name, str)]  # type: ignore[union-attr]
    column = named[0] if named else main
    if column is None:
        return None
    own = any(
        column in mention.names for mention in clause.marked.columns if clause.start <= mention.start < clause.end
    )
    own = own or column.lower() in clause.text.lower()
    others = [] if own else [name for name in _texts(profile, column) if name != column]
    falls = "descending" in str(wish.options.get("order") or "")
    way, back = ("longest", "shortest") if falls else ("shortest", "longest")
    options = [f"sort by the length of `{column}`, {way} first"]
    if not told:
        options.append(f"sort by the length of `{column}`, {back} first")
    options += [f"sort by the length of `{name}`, {way} first" for name in others]
    return f"Which length, and which way, is meant in {clause.text!r}?", options


def _bound(wish: Wish, clause: Clause, main: str | None) -> tuple[str, list[str]] | None:
    """A bare "limit of 20 words" may be the most or the fewest."""
    column = next(iter(wish.columns), main)
    words = {*clause.words}
    numbers = {
        value for name, value in wish.options.items() if name in ("min_words", "max_words") and value is not None
    }
    if column is None or len(numbers) != 1 or not _BOUNDS & words or _LIMITING & words:
        return None
    number = next(iter(numbers))
    said = plain(number) if isinstance(number, int | float) else number
    options = [f"keep rows whose `{column}` is a text with {way} {said} words" for way in ("at most", "at least")]
    return f"Is the limit in {clause.text!r} the most or the fewest words?", options
