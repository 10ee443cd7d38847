"""What one clause asks for: operators with their options, or why it stays open."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...operators.core.errors import near_name
from ...operators.core.expression import Expression
from ...operators.core.operator import Kind
from ...tools.profile import Profile
from ..state import Check
from . import doubts, proofs
from .cards import OperatorCard
from .clauses import Clause
from .directions import Limit
from .doubts import Decisions, Doubt
from .facets import Facet, FacetBinder
from .matching import SURE, Match, Matcher
from .slots import EXPRESSION, LANGUAGES, Options, fill_limit, fill_words, missing_options, with_both_ends
from .tables import steps_of
from .vocabulary import MODALS, SIZE_WORDS

REFINES: Final = 0.1
"""How much more likely a treatment of texts is than a filter, where a part of the texts is to go."""
FILTERS: Final = frozenset[Kind]({"filter"})
_ROWS: Final = frozenset({"row", "rows", "record", "records", "entry", "entries"})


@dataclass(frozen=True)
class Wish:
    """One step that a clause asks for.

    Args:
        options: what the clause states, columns left out.
        columns: the columns it names for this.
        where: the rows it is for, as an expression.
        proofs: pieces of the clause, each with how it is proven.
        concepts: what the operator was chosen by.
    """

    clause: Clause
    card: OperatorCard
    options: Options
    columns: tuple[str, ...] = ()
    where: str | None = None
    proofs: tuple[tuple[str, Check], ...] = ()
    concepts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What was understood of a clause.

    Args:
        not_covered: pieces of it that no operator serves.
        doubt: what must be decided first.
        scope: a condition that is meant for the clauses it belongs to.
    """

    clause: Clause
    wishes: tuple[Wish, ...] = ()
    not_covered: tuple[str, ...] = ()
    doubt: Doubt | None = None
    scope: str | None = None


class Reader:
    """Reads clauses against the operators there are and the columns of the data."""

    def __init__(self, matcher: Matcher, profile: Profile, decisions: Decisions) -> None:
        self.matcher, self.profile, self.decisions = matcher, profile, decisions
        self.main = decisions.column or profile.text_column()

    def read(self, clause: Clause, *, scope_allowed: bool = True) -> Reading:
        """What the clause asks for.

        Args:
            scope_allowed: whether a condition that reads like "only where …" may belong to other clauses.
        """
        unknown = next((name for c in clause.columns for name in c.unknown if not c.after_into), None)
        if unknown is not None:
            names = list(self.profile.schema.names)
            near = near_name(unknown, names)
            listed = [near] if near else list(self.profile.text_candidates() or names)
            return Reading(clause, doubt=doubts.unknown_column(clause, unknown, listed))
        if clause.is_scope and scope_allowed:
            return Reading(clause, scope=str(Expression(clause.stated_condition())))
        return self._tables(clause) if clause.tables else _ClauseReader(self, clause).read()

    def _tables(self, clause: Clause) -> Reading:
        """A clause about the table as a whole."""
        steps = steps_of(clause, self.matcher)
        if steps is None:
            return Reading(clause, not_covered=(clause.text,))
        if isinstance(steps, Doubt):
            return Reading(clause, doubt=steps)
        proven = ((clause.text, Check()),)
        return Reading(clause, tuple(Wish(clause, card, options, proofs=proven) for card, options in steps))

    def about(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The columns a wish is about: those named, else the main text."""
        return tuple(columns) or ((self.main,) if self.main else ())


def _treats(card: OperatorCard) -> bool:
    """Whether an operator treats texts one by one."""
    return card.cls.kind == "refine" and card.cls.scope == "row"


class _ClauseReader:
    def __init__(self, reader: Reader, clause: Clause) -> None:
        self.reader, self.clause, self.matcher = reader, clause, reader.matcher
        self.concepts = list(dict.fromkeys([*clause.verb_concepts, *(concept for _, concept in clause.concepts)]))
        if any(limit.unit for limit in clause.limits):  # "no more than 500 words long" says the size by its number
            self.concepts = [concept for concept in self.concepts if concept not in SIZE_WORDS]
        self.columns = self.named_columns()
        self.best = self.choose()
        column = next(iter(reader.about(self.columns)), None)
        self.binder = FacetBinder(clause, column, self.concepts, self.best, self.matcher)
        self.facets: list[Facet] = []

    def read(self) -> Reading:
        clause = self.clause
        if clause.polarity == "protect":
            return self.open()
        doubt = self.size_doubt() or self.direction_doubt()
        if doubt is not None:
            return Reading(clause, doubt=doubt)
        where = self.where()
        self.facets, unbound = self.binder.limits()
        languages = self.binder.languages()
        if unbound or languages is None:
            doubt = self.binder.open_unit(unbound)
            return Reading(clause, doubt=doubt) if doubt else self.open()
        self.facets += languages
        if where is None and clause.conditions:
            rows = self.binder.kept_rows()
            if rows is None:
                return self.open()
            self.facets.append(rows)
        return self.conclude(where)

    def open(self) -> Reading:
        """Nothing is done about the clause."""
        return Reading(self.clause, not_covered=(self.clause.text,))

    # Columns and the operator that the words choose

    def named_columns(self) -> tuple[str, ...]:
        """The columns the clause names; words that may name one do so where they do not choose the operator."""
        columns = [n for c in self.clause.columns if c.marked and not c.after_into for n in c.names]
        for mention in self.clause.columns:
            if mention.marked or mention.names == (self.reader.main,):
                continue
            inside = {c for at, c in self.clause.concepts if mention.start <= at < mention.end}
            without = [concept for concept in self.concepts if concept not in inside]
            if not inside or self.clause.measures(mention) or self.add_nothing(inside, without):
                columns += mention.names
                self.concepts = without
        return tuple(dict.fromkeys(columns))

    def add_nothing(self, inside: Collection[str], without: Sequence[str]) -> bool:
        """Whether the rest of the clause chooses an operator as well as all of it does."""
        full = self.matcher.rank(self.concepts, self.clause.text, self.kinds())
        less = self.matcher.rank(without, self.clause.text, self.kinds())
        if not less or not less[0].accepted:
            return False
        known = any(map(self.matcher.is_known, inside))
        if not known and (not full or less[0].coverage > full[0].coverage):
            return True
        if not full:
            return False
        same = less[0].card.name == full[0].card.name
        return same and less[0].card.cls.kind == "filter" and less[0].coverage >= full[0].coverage

    def kinds(self) -> frozenset[Kind] | None:
        """What may happen here: where whole rows are kept or dropped, only filters do that."""
        clause = self.clause
        rows = clause.polarity in ("drop", "filter") and clause.about_rows
        return FILTERS if rows or clause.polarity == "keep" else None

    def choose(self) -> Match | None:
        """The operator that the words choose; what a person chose goes first."""
        chosen = self.reader.decisions.operators.get(self.clause.text)
        ranked = self.matcher.rank(self.concepts, self.clause.text, self.kinds())
        if chosen is not None:
            return next((match for match in ranked if match.card.name == chosen), None)
        # With a number an option's name says enough: "confidence of at least 90 %".
        accepted = [match for match in ranked if match.accepted and (match.named or self.clause.limits)]
        plain = [limit for limit in self.clause.limits if limit.unit is None]
        covering = [match for match in ranked if match.covers]
        takes = [match for match in covering if plain and all(self.takes(match, limit) for limit in plain)]
        if self.clause.polarity in ("drop", "strip") and not self.clause.about_rows and not plain:
            # What goes is in the texts: what treats texts comes before what drops rows for it.
            accepted.sort(key=lambda match: -match.score - (REFINES if _treats(match.card) else 0.0))
        return next(iter(takes or accepted), None)

    def takes(self, match: Match, limit: Limit) -> bool:
        """Whether an operator has an option for a number, whatever its direction."""
        return fill_limit(match.card, limit, limit.interval, self.concepts) is not None

    # Doubts

    def size_doubt(self) -> Doubt | None:
        """Asks how short is short."""
        sizes = [one for one in self.concepts if one in SIZE_WORDS]
        if not sizes or self.clause.limits or self.clause.polarity not in ("keep", "drop"):
            return None
        cards = [self.best.card] if self.best is not None else []
        if len(sizes) == len(self.concepts):
            cards += self.binder.unit_cards("words")
        side = "max" if self.clause.is_upper else "min"
        options = (option for card in cards for option in card.limits() if option.unit and option.side == side)
        option = next(options, None)
        return doubts.how_long(self.clause, option) if option else None

    def without_number(self, own: Match | None) -> Doubt | None:
        """Asks for the number of a filter that does nothing but count, and was given none."""
        limits = list(own.card.limits()) if own is not None and own.card.cls.kind == "filter" else []
        if not limits or not all(option.unit for option in limits):
            return None
        side = "max" if self.clause.is_upper else "min"
        option = next((option for option in limits if option.side == side), limits[0])
        return doubts.how_long(self.clause, option)

    def direction_doubt(self) -> Doubt | None:
        """Asks whether rows are kept or dropped, or which way a bare number limits, where no word says it."""
        clause = self.clause
        describes = any(limit.stated and not limit.requirement for limit in clause.limits)
        rows = any(limit.unit for limit in clause.limits) or self.best is None
        if clause.polarity in ("filter", None) and describes and rows and not clause.scope_led:
            return doubts.keep_or_drop(clause)
        if clause.polarity == "filter" and (clause.languages or clause.conditions):
            return doubts.keep_or_drop(clause)
        for limit in clause.limits:
            if not limit.stated and limit.unit and not self.binder.takes(limit):
                return doubts.at_least_or_at_most(clause, limit)
        return None

    def where(self) -> str | None:
        """The rows that the clause is for, where its conditions only say that."""
        clause = self.clause
        if not clause.conditions:
            return None
        treats = self.best is not None and self.best.card.cls.kind != "filter"
        drops_some = clause.polarity == "drop" and bool(self.best or clause.limits or clause.languages)
        if treats or drops_some or (clause.scope_led and self.best is not None):
            return str(Expression(clause.stated_condition()))
        return None

    # Conclusion

    def conclude(self, where: str | None) -> Reading:
        clause = self.clause
        contents = self.by_content()
        if contents is not None:
            self.facets.append(contents)
        nouns = self.nouns()
        rest = [c for c in self.concepts if not contents and c not in nouns]
        rest = [c for c in rest if not any(self.answers(facet.card, c) for facet in self.facets)]
        own = self.best if not self.facets else self.best_for(rest)
        missing = [c for c in rest if own is None or not self.answers(own.card, c)]
        if own is None and not self.facets:
            return self.open()
        unlimited = self.without_number(own)
        if unlimited is not None:
            return Reading(clause, doubt=unlimited)
        conflict = self.conflict(own)
        if conflict is not None:
            return conflict
        if missing and self.is_risky(missing, own):
            return self.open()
        wishes = tuple(self.wishes(own, where))
        if not wishes or self.columns_unused(wishes) or self.quotes_unused(wishes):
            return self.open()
        return Reading(clause, wishes, not_covered=tuple(self.pieces(missing)))

    def nouns(self) -> set[str]:
        """Names of columns that only stand for rows, beside a condition: "hard questions"."""
        spans = self.clause.columns if self.clause.conditions and self.clause.polarity in ("keep", "drop") else ()
        places = {at for column in spans if not column.marked for at in range(column.start, column.end)}
        return {concept for at, concept in self.clause.concepts if at in places}

    def best_for(self, rest: Sequence[str]) -> Match | None:
        """The operator for what no facet answers to."""
        served = {facet.card.name for facet in self.facets}
        if self.best is not None and self.best.card.name in served:
            return None
        ranked = self.matcher.rank(rest, self.clause.text, self.kinds())
        return next((match for match in ranked if match.accepted and match.card.name not in served), None)

    def by_content(self) -> Facet | None:
        """Rows kept or dropped for what they contain, where no filter is named after that."""
        if self.clause.polarity not in ("keep", "drop") or not self.clause.about_rows or self.facets:
            return None
        if self.best is not None and self.best.card.name_concepts & {*self.concepts}:
            return None
        return self.binder.containing()

    def answers(self, card: OperatorCard, concept: str) -> bool:
        """Whether an operator answers to a concept."""
        return self.matcher.answers(card, concept) >= SURE

    def conflict(self, own: Match | None) -> Reading | None:
        """A treatment of only some texts, or a drop of rows that are several things, cannot be said by steps."""
        others = {
            facet.card.name: f"rows where {facet.text}"
            if EXPRESSION in facet.options
            else f"texts that are {facet.text}"
            for facet in self.facets
            if own is None or facet.card.name != own.card.name
        }
        if not others:
            return None
        if own is not None and own.card.cls.kind != "filter":
            return self.open()
        if self.clause.polarity != "drop" or len(others) + (own is not None) < 2:
            return None
        known = [] if own is None else [c for _, c in self.clause.concepts if c not in own.missing]
        parts = [*filter(None, [" ".join(self.pieces(known))]), *others.values()]
        return Reading(self.clause, doubt=doubts.all_of_them(self.clause, parts))

    def is_risky(self, missing: Sequence[str], own: Match | None) -> bool:
        """Whether going on without what was not understood would do something else than what was asked."""
        clause = self.clause
        first = clause.concepts[0][1] if clause.concepts else None
        modal = any(word in MODALS for word in clause.words)
        unknown_verb = (first in missing and not clause.own_verb) or any(c in missing for c in clause.verb_concepts)
        unknown_verb = unknown_verb or (modal and bool(clause.concepts) and clause.concepts[-1][1] in missing)
        if unknown_verb or clause.polarity == "keep":
            return unknown_verb
        known = [at for at, concept in clause.concepts if concept not in missing]
        unknown = [at for at, concept in clause.concepts if concept in missing]
        # "… that are broken" narrows down what is treated or dropped; more than was asked would be.
        return own is None or not known or not unknown or max(unknown) > min(known)

    def columns_unused(self, wishes: Sequence[Wish]) -> bool:
        """Whether a column was named that no step works on."""
        conditions = any(EXPRESSION in wish.options for wish in wishes)
        return bool(self.columns) and not any(wish.columns for wish in wishes) and not conditions

    def quotes_unused(self, wishes: Sequence[Wish]) -> bool:
        """Whether a quoted text was not read by any rule."""
        used = {value for wish in wishes for value in wish.options.values() if isinstance(value, str)}
        used |= {name for mention in self.clause.columns for name in (*mention.names, *mention.unknown)}
        marked = self.clause.marked
        places = (at for at in range(self.clause.start, self.clause.end) if at not in marked.taken)
        return any(marked.tokens[at].kind == "quoted" and marked.tokens[at].text not in used for at in places)

    def pieces(self, concepts: Collection[str]) -> Iterator[str]:
        """The words of the request behind some concepts, neighbours together."""
        run: list[int] = []
        for at in [at for at, concept in self.clause.concepts if concept in concepts]:
            if run and at > run[-1] + 1:
                yield self.clause.marked.text(run[0], run[-1] + 1)
                run = []
            run.append(at)
        if run:
            yield self.clause.marked.text(run[0], run[-1] + 1)

    def wishes(self, own: Match | None, where: str | None) -> Iterator[Wish]:
        """The steps for the facets and for the words, one for each operator and set of columns."""
        cards = {facet.card.name: facet.card for facet in self.facets}
        if own is not None:
            cards.setdefault(own.card.name, own.card)
        for card in cards.values():
            mine = [facet for facet in self.facets if facet.card.name == card.name]
            options: Options = {}
            for facet in mine:
                options = with_both_ends(options, facet.options)
            chosen = tuple(concept for concept in self.concepts if self.answers(card, concept))
            options = {**fill_words(card, self.clause, chosen), **options}
            if any(option.name != LANGUAGES and not option.reads for option in missing_options(card, options)):
                continue
            for columns in self.column_sets(card):
                checks = [(facet.text if len(self.facets) > 1 else self.clause.text, facet.check) for facet in mine]
                if not mine:
                    checks = [(self.clause.text, proofs.concept_check(chosen, self.reader.about(columns)))]
                within = tuple((text, proofs.within(proofs.counted(one, options), where)) for text, one in checks)
                yield Wish(self.clause, card, options, columns, where, within, chosen)

    def column_sets(self, card: OperatorCard) -> list[tuple[str, ...]]:
        """The columns for each step of an operator: all together where it takes several, else one step each."""
        option = card.text_option
        if option is None:
            return [()]
        if option.many and not self.columns and "identical" in self.clause.words and _ROWS & {*self.clause.words}:
            return [self.reader.profile.schema.names]
        if not self.columns:
            return [()]
        return [self.columns] if option.many else [(name,) for name in self.columns]
