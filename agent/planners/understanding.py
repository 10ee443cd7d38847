"""Reads a whole request: its clauses, what each asks for, and the order that is meant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ...tools.profile import Profile
from .antecedents import united, with_antecedents, with_rows_chosen
from .assembling import with_scopes
from .clauses import Clause
from .column_rests import with_only_columns
from .counting import only_counts
from .doubts import Decisions, Doubt, all_of_them
from .echoes import again, is_same_again, sized, spared, writing, written_to
from .gist import GistReader
from .grammar import SecondReader
from .judgements import spares
from .keeping import with_kept
from .labels import with_labels
from .marks import Marked, Span, mark
from .matching import Matcher
from .overlooked import overlooks, spared_in_texts, with_selected
from .reading import Reader
from .remarks import may_disagree, settled
from .splitting import order_is_meant, others_stay, split
from .spoken import spoken_text
from .tables import with_tables
from .tokens import is_numbered
from .wishes import Reading, Wish
from .wording import MOST_TOKENS


@dataclass(frozen=True)
class Understanding:
    """A request as it was read: what each clause asks for, in the order that is meant."""

    readings: tuple[Reading, ...]
    in_request_order: bool
    main: str | None

    @property
    def wishes(self) -> list[Wish]:
        """All steps asked for."""
        return [wish for reading in self.readings for wish in reading.wishes]

    @property
    def doubt(self) -> Doubt | None:
        """The first open question."""
        return next((reading.doubt for reading in self.readings if reading.doubt is not None), None)

    @property
    def not_covered(self) -> tuple[str, ...]:
        """What no step serves, as it was written."""
        return tuple(dict.fromkeys(piece for reading in self.readings for piece in reading.not_covered))

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is missing for some of that, in sentences."""
        return tuple(dict.fromkeys(reading.lacks for reading in self.readings if reading.lacks))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was taken for granted, in sentences."""
        return tuple(dict.fromkeys(reading.note for reading in self.readings if reading.note))


def clauses_of(request: str, profile: Profile, matcher: Matcher) -> list[Clause]:
    """The clauses of a request; for showing how it is read."""
    return split(read_marks(request, profile, matcher), matcher.verbs)


def read_marks(request: str, profile: Profile, matcher: Matcher, main: str | None = None) -> Marked:
    """The request with everything marked that rules read, also those that ask which operators there are.

    Args:
        main: the column with the main text, where it is known.
    """
    column = main or profile.text_column()
    return matcher.marked(
        (request, profile.schema.names, column),
        lambda: with_labels(with_tables(mark(request, profile), profile, matcher, column), profile, matcher),
    )


def understand(decisions: Decisions, profile: Profile, matcher: Matcher) -> Understanding:
    """Read a request clause by clause."""
    marked = read_marks(decisions.request, profile, matcher, decisions.column)
    reader = Reader(matcher, profile, decisions)
    spoken = spoken_text([token.low for token in marked.tokens], profile) if reader.main is None else None
    reader.main = spoken[1] if spoken is not None else reader.main
    clauses = split(marked, matcher.verbs)
    untouched = others_stay(marked)
    own = [
        clause
        for at, clause in enumerate(clauses)
        if not (at and (clause.is_echo or _says_nothing_new(clause, clauses[at - 1])))
        or clause.picks
        or may_disagree(clause)
    ]
    own = [clause for clause in own if not any(a <= clause.start and clause.end <= b for a, b in untouched)]
    alone = all(clause.is_scope for clause in own)
    readings = _scoped(_with_counts(own, lambda clause: _read(reader, clause, scope_allowed=not alone)))
    readings = with_kept(readings, profile, matcher)
    second = SecondReader(reader, marked)
    readings = with_selected(second.mended(readings), matcher)
    readings = with_only_columns(readings, matcher)
    readings = with_antecedents(readings, lambda clause: reader.read(clause, scope_allowed=False))
    readings += [_left_alone(marked, *one) for one in untouched]
    gist = GistReader(reader, marked, second)
    readings = gist.scoped(readings)
    readings = settled(united(spared(sized(_with_later_columns(readings)))), matcher, reader.about, second.says_of_rows)
    readings = _without_alternatives(_without_lead_in(_asked_about_both(readings), second.says_of_rows))
    explicit = order_is_meant(marked) or is_numbered(decisions.request)
    swapped = any(one.after_previous or one.before_next or one.said_last or one.said_first for one in clauses)
    mended = gist.scoped(gist.mended(readings))
    readings = settled(mended, matcher, reader.about, second.says_of_rows) if mended != readings else readings
    readings = gist.without_stories(readings)
    readings = with_rows_chosen(readings, matcher)
    readings += spared_in_texts(readings, marked)
    if spoken is not None and any(one.wishes for one in readings):
        readings += [Reading(readings[-1].clause, note=f"“{spoken[0]}” was taken for `{spoken[1]}`.")]
    return Understanding(tuple(_sequenced(readings)), explicit or swapped, reader.main)


def _says_nothing_new(clause: Clause, before: Clause) -> bool:
    """Whether a clause only says once more what becomes of the rows that the one before describes."""
    return clause.repeats(before) or clause.keeps_one_of(before) or clause.lies_beyond(before)


def _read(reader: Reader, clause: Clause, *, scope_allowed: bool) -> Reading:
    """What a clause asks for; what it says of the rest is judged by the other clauses."""
    if (clause.own_verb and may_disagree(clause)) or spares(clause.words):
        return Reading(clause, not_covered=(clause.text,))
    reading = reader.read(clause, scope_allowed=scope_allowed)
    return Reading(clause, not_covered=(clause.text,)) if overlooks(reading, reader.profile) else reading


def _left_alone(marked: Marked, start: int, end: int) -> Reading:
    """What is said of other rows: nothing is done about it."""
    clause = Clause(marked, start, end, polarity="protect", verb_at=start)
    return Reading(clause, not_covered=(clause.text,))


def _with_counts(clauses: Sequence[Clause], read: Callable[[Clause], Reading]) -> list[Reading]:
    """What the clauses ask for; "…, at most 5 per document" belongs to the clause before, where that takes it."""
    readings: list[Reading] = []
    for clause in clauses:
        same = again(clause, readings) if is_same_again(clause) else None
        if same is not None:
            readings.append(same)
            continue
        target = written_to(clause)
        if target and readings and (told := writing(readings[-1], target)) is not None:
            readings[-1] = told
            continue
        before = readings[-1].clause if readings else None
        short = before is not None and not clause.hard and clause.end - before.start <= MOST_TOKENS
        sized_later = before is not None and before.leaves_size_open and clause.only_limits
        counted = sized_later or only_counts(clause.marked, clause.start, clause.end)
        if before is not None and counted and (short or sized_later):
            both = read(replace(before, end=clause.end, polarity=before.polarity or clause.polarity))
            if both.wishes and not both.not_covered and both.doubt is None:
                readings[-1] = both
                continue
        readings.append(read(clause))
    return readings


_PLACED: Final = frozenset({"in", "from", "at"})


def _scoped(readings: Sequence[Reading]) -> list[Reading]:
    """A clause that only says for which rows goes to the clauses it belongs to."""
    done: list[Reading] = []
    waiting: str | None = None
    for reading in readings:
        if reading.scope is not None:
            before = done[-1].clause.group if done else None
            if (
                done
                and reading.clause.words[0] in _PLACED
                and _filters(done[-1])
                and done[-1].clause.polarity == "keep"
            ):
                done.append(Reading(reading.clause, not_covered=(reading.clause.text,)))  # "senior roles only, in tech"
                continue
            if before is None or reading.clause.hard:
                waiting = reading.scope
                continue
            done = [_with_scope(one, reading.scope) if one.clause.group == before else one for one in done]
        else:
            done.append(_with_scope(reading, waiting) if waiting else reading)
            waiting = None
    return done


def _with_later_columns(readings: Sequence[Reading]) -> list[Reading]:
    """In "mask e-mails and phone numbers in the reply" the column is meant for both, as in "in the reply mask …"."""
    done = list(readings)
    for at in reversed(range(len(done) - 1)):
        done[at] = _with_columns_of(done[at], done[at + 1], done[at + 1].clause)
    for at in range(len(done) - 1):
        clause = done[at].clause
        if clause.columns and clause.concepts and clause.columns[0].start < clause.concepts[0][0]:
            done[at + 1] = _with_columns_of(done[at + 1], done[at], done[at + 1].clause)
    return done


def _with_columns_of(reading: Reading, other: Reading, later: Clause) -> Reading:
    """The reading with the columns of another one, where one verb is for both and it names none itself."""
    shares = reading.clause.group == other.clause.group and not (later.own_verb or later.acts)
    columns = dict.fromkeys(wish.columns for wish in other.wishes if wish.card.cls.kind == "refine")
    plain = all(wish.card.cls.kind == "refine" and not wish.columns for wish in reading.wishes)
    if not shares or not columns or () in columns or not plain or reading.clause.columns:
        return reading
    wishes = (replace(wish, columns=named) for named in columns for wish in reading.wishes)
    return replace(reading, wishes=tuple(wishes))


def _without_alternatives(readings: Sequence[Reading]) -> list[Reading]:
    """Filters one after the other keep what is both; what is kept for one thing or another, they cannot say."""
    done: list[Reading] = []
    for reading in readings:
        before = done[-1] if done else None
        shared = before is not None and reading.clause.alternative and before.clause.group == reading.clause.group
        if before is None or not shared or reading.clause.polarity == "drop" or not _filters(reading, before):
            done.append(reading)
            continue
        clause = replace(before.clause, end=reading.clause.end)
        done[-1] = Reading(clause, not_covered=(clause.text,))
    return done


def _without_lead_in(readings: Sequence[Reading], says_of_rows: Callable[[Clause], bool]) -> list[Reading]:
    """A first clause such as "make a corpus out of this:" asks for nothing by itself."""
    if len(readings) < 2 or not _leads_in(readings[0]) or says_of_rows(readings[0].clause):
        return list(readings)
    return list(readings[1:])


_BETTER: Final = frozenset(
    "readable nice nicer tidy tidier presentable usable better pretty prettier cleaner shape ready proper "
    "properly".split()
)
"""What texts should become, which no step does by itself."""


def _leads_in(reading: Reading) -> bool:
    clause = reading.clause
    follows = clause.marked.tokens[clause.end].low if clause.end < len(clause.marked.tokens) else ""
    follows = ":" if clause.words[-1] == ":" else follows  # before a list on lines of its own
    stated = clause.limits or clause.languages or clause.conditions or clause.tables or reading.wishes or reading.doubt
    if follows in (":", "?") and not stated and clause.concepts:  # "can you make the body readable?"
        words = {clause.marked.tokens[at].low for at, _ in clause.concepts}
        named = {at for column in clause.columns for at in range(column.start, column.end)}
        words -= {clause.marked.tokens[at].low for at in named}
        if words and words <= _BETTER:
            return True
    vague = clause.polarity in (None, "keep") or (clause.polarity == "strip" and not clause.concepts)
    return follows == ":" and not stated and not clause.acts and vague


def _asked_about_both(readings: Sequence[Reading]) -> list[Reading]:
    """Asks about "drop texts that are English and under 50 words", which no row of filters can say."""
    done: list[Reading] = []
    for reading in readings:
        before = done[-1] if done else None
        if before is None or not _continues_relative(before, reading):
            done.append(reading)
            continue
        clause = replace(before.clause, end=reading.clause.end)
        parts = [_described(wish.clause) for one in (before, reading) for wish in one.wishes]
        done[-1] = Reading(clause, doubt=all_of_them(clause, parts))
    return done


def _continues_relative(before: Reading, after: Reading) -> bool:
    first, second = before.clause, after.clause
    joined = first.group == second.group and first.polarity == "drop" and not second.alternative
    if not joined or second.own_verb or second.about_rows or not (before.wishes and after.wishes):
        return False
    facets: list[Span] = [*first.limits, *first.languages, *first.conditions]
    start = min((facet.start for facet in facets), default=first.start)
    relative = any(first.marked.tokens[at].low in ("that", "which", "who") for at in range(first.start, start))
    described = bool(second.limits or second.languages or second.conditions)
    return relative and described and before.wishes[0].card.name != after.wishes[0].card.name


def _described(clause: Clause) -> str:
    """What rows a clause drops, in words that can stand by themselves."""
    stated: list[Span] = [*clause.languages, *clause.limits, *clause.conditions]
    named = sorted(stated, key=lambda one: one.start)
    return f"texts that are {clause.marked.text(named[0].start, named[-1].end)}" if named else clause.text


def _filters(*readings: Reading) -> bool:
    return all(wish.card.cls.kind == "filter" for reading in readings for wish in reading.wishes)


def _with_scope(reading: Reading, where: str) -> Reading:
    return replace(reading, wishes=tuple(with_scopes(reading.wishes, where)))


def _first_and_last(readings: Sequence[Reading]) -> list[Reading]:
    """What is said to come first or last goes there: "dedupe last", "but first strip the tags"."""
    first = {one.clause.group for at, one in enumerate(readings) if at and one.clause.said_first}
    last = {id(one) for one in readings if one.clause.said_last}
    ranked = [(0 if one.clause.group in first else 2 if id(one) in last else 1, one) for one in readings]
    return [one for _, one in sorted(ranked, key=lambda pair: pair[0])]


def _sequenced(readings: Sequence[Reading]) -> list[Reading]:
    """The readings in the order that "before" and "after" say."""
    done: list[Reading] = []
    held: Reading | None = None
    for reading in _first_and_last(readings):
        if reading.clause.before_next:
            held = reading
            continue
        if reading.clause.after_previous and done:
            done.insert(len(done) - 1, reading)
        else:
            done.append(reading)
        if held is not None:
            done.append(held)
            held = None
    return done if held is None else [*done, held]
