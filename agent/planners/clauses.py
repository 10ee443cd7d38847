"""A clause of a request: one thing to do, with its verb, its direction and what it is about."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from ...operators.core.expression import Condition
from .columns import ColumnMention
from .conditions import ConditionMention, complement, joined
from .directions import Limit
from .languages import LanguageMention
from .marks import Marked, Span, inside
from .quantities import SMALL
from .row_nouns import HELD, HOLDING, holds_something, idle_words
from .verbs import Polarity, negates
from .vocabulary import (
    ACTIONS,
    ASKING,
    DROP,
    EXCEPT,
    KEEP,
    ROW_NOUNS,
    SIZE_WORDS,
    SOFT,
    STRIP,
    concepts,
    stem,
)
from .wording import TableMention

_HEAD_ENDS: Final = frozenset(
    "from in of with that which whose where containing on for by who without inside when if across".split()
)
_SCOPE: Final = frozenset({"for", "in", "on", "if", "when", "where", "whenever", "unless"})
_WHICH_HAVE: Final = frozenset("with that which who containing having where of".split())
_REST: Final = frozenset({"rest", "others", "remainder", "remaining", "otherwise", "else"})
_COMPARES: Final = frozenset(
    "below under above over beyond shorter longer fewer less more else short long smaller larger".split()
)
_COMPARED: Final = {
    **dict.fromkeys("longer bigger larger lengthier wordier above over beyond".split(), 1),
    **dict.fromkeys("shorter smaller briefer under below".split(), -1),
}
"""On which side of a limit lies what words compare with it."""
_SAYING: Final = frozenset("say let's lets meaning ie i.e namely mean like perhaps i'd".split())
"""Words that lead to a number which was not said before."""
_ARTICLES: Final = frozenset("a an the any each every this that".split())
_REASONING: Final = frozenset("won't can't don't doesn't will would is are isn't aren't cannot may might could".split())
_RANGES: Final = frozenset("range ranges limit limits bounds outside beyond window interval".split())
_ANAPHORS: Final = frozenset("those these it them anything everything all ones others".split())
_LABELLED: Final = frozenset(
    "labelled labeled tagged marked flagged classified categorised categorized listed filed sorted grouped annotated "
    "rated called named designated coded".split()
)
_AT_THE_END: Final = (("at", "the", "end"), ("at", "the", "last"))
_DOING: Final = frozenset("do don't does doesn't did didn't is isn't are aren't not fail".split())
_PORTION_AGAIN: Final = frozenset(
    "keep leave retain take want need give me us i we only just please that this those these the half third quarter "
    "fifth tenth part portion share rows ones set selection one and nothing else in stay should must".split()
)
_KEEPING_ONE: Final = frozenset(
    "keep leave retain take want need only just please a single one the first copy of them those each is enough plenty "
    "will do to i we it keeps stays remains remain stay wins counts original".split()
)
_CAPPING: Final = frozenset("most maximum max up under below".split())
_HAVING: Final = frozenset("needs need has have".split())
_NEAR_MODAL: Final = 4
"""How far behind "must" what has to be stands at most: "must be in Cologne"."""
_LEAVING: Final = frozenset("go not be stay remain leave disappear vanish".split())
ALL_BUT: Final = frozenset("all everything anything nothing everyone everybody anyone anybody nobody none any".split())
"""Words behind which "but" means "except"."""
_ALL: Final = frozenset("all everything anything nothing".split())


@dataclass(frozen=True)
class Clause:
    """One thing that is asked.

    Args:
        start: position of its first token.
        end: one past its last.
        polarity: what happens to what is named; None where no verb says it.
        own_verb: whether the verb stands in the clause itself, and not in one before that it shares.
        verb_at: position of the verb, or of the start.
        hard: whether it begins a sentence or a line.
        acts: whether it begins with a verb that says by itself what is done, such as "mask".
        group: clauses that share one verb have one number.
        verb_concepts: concepts of a shared verb that the clause does not repeat.
        after_previous: whether it was said to come before the previous clause ("… after removing URLs").
        before_next: whether it was said to come after the next one ("before …, …").
        subordinate: whether it stands in such a side clause.
        alternative: whether "or" joins it to the clause before.
        judged_from: where it says of the rows it describes that they are wanted or not, by which nothing is chosen.
        complains: whether it only says what there is, and a clause after it what is done about that.
    """

    marked: Marked
    start: int
    end: int
    polarity: Polarity | None = None
    own_verb: bool = False
    verb_at: int = 0
    group: int = 0
    hard: bool = True
    acts: bool = False
    verb_concepts: tuple[str, ...] = ()
    after_previous: bool = False
    before_next: bool = False
    subordinate: bool = False
    alternative: bool = False
    complains: bool = False
    judged_from: int | None = None

    @cached_property
    def text(self) -> str:
        """The clause as it was written."""
        return self.marked.text(self.start, self.end)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """The numbers with a direction in it."""
        return inside(self.marked.limits, self.start, self.end)

    @cached_property
    def languages(self) -> tuple[LanguageMention, ...]:
        """The languages named in it."""
        return inside(self.marked.languages, self.start, self.end)

    @cached_property
    def conditions(self) -> tuple[ConditionMention, ...]:
        """The conditions on columns in it."""
        return inside(self.marked.conditions, self.start, self.end)

    @cached_property
    def columns(self) -> tuple[ColumnMention, ...]:
        """The columns named in it."""
        return inside(self.marked.columns, self.start, self.end)

    @cached_property
    def tables(self) -> tuple[TableMention, ...]:
        """What it asks of the table as a whole."""
        return inside(self.marked.tables, self.start, self.end)

    @cached_property
    def free(self) -> tuple[int, ...]:
        """Positions of words that no rule has read."""
        taken = self.marked.taken
        end = self.end if self.judged_from is None else min(self.end, self.judged_from)
        return tuple(at for at in range(self.start, end) if at not in taken and self.marked.tokens[at].is_word)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All its words in lower case."""
        return tuple(token.low for token in self.marked.tokens[self.start : self.end])

    @cached_property
    def concepts(self) -> tuple[tuple[int, str], ...]:
        """What its free words are about, each with the position of its word."""
        tokens = self.marked.tokens
        runs: list[list[int]] = []
        stated: list[Span] = [*self.conditions, *self.languages, *(one for one in self.limits if one.unit)]
        spans = sorted((one.start, one.end) for one in stated)
        held = [(at, at) for at in range(self.start, self.end) if tokens[at].low in HELD]
        idle = idle_words(tokens, self.start, self.end, spans) | idle_words(tokens, self.start, self.start, held)
        for at in self.free:
            if (
                at in idle
                or (tokens[at].low in HOLDING and self.is_of_holders)
                or (spans and tokens[at].low in ASKING)
                or self._names_label(at)
            ):
                continue
            runs[-1].append(at) if runs and runs[-1][-1] == at - 1 else runs.append([at])
        found = tuple(
            (run[first], concept)
            for run in runs
            for first, _, some in concepts([tokens[at].low for at in run])
            for concept in some
        )
        return (*self._verb_like_noun(), *found)

    def _names_label(self, at: int) -> bool:
        """Whether a word only says that what follows is a value of a column: "labelled spam", "marked as done"."""
        starts = {condition.start for condition in self.conditions}
        tokens = self.marked.tokens
        following = at + 2 if at + 1 < self.end and tokens[at + 1].low in ("as", "with", "under") else at + 1
        return tokens[at].low in _LABELLED and following in starts

    def _verb_like_noun(self) -> tuple[tuple[int, str], ...]:
        """The word "sample" is a noun for rows, but not where the clause begins with it or with "a sample"."""
        tokens = self.marked.tokens
        first = next(
            (at for at in self.free if tokens[at].low not in SOFT - ROW_NOUNS and tokens[at].low != "take"), None
        )
        if first is None or tokens[first].low not in ROW_NOUNS & ACTIONS:
            return ()
        if tokens[first].low == "post" and first > self.start and tokens[first - 1].low in _ARTICLES:
            return ()
        return ((first, stem(tokens[first].low)),)

    @cached_property
    def about_rows(self) -> bool:
        """Whether whole rows are what the verb takes: "drop documents …", not "drop URLs from documents"."""
        tokens = self.marked.tokens
        first = self.verb_at
        following = tokens[first + 1].low if first + 1 < self.end else ""
        if tokens[first].low in ("nothing", "none") and following in _WHICH_HAVE:  # "nothing with a link in it"
            return True
        before = [tokens[at].low for at in range(self.start, min(first, self.end))]
        head: list[str] = []
        for at in range(first, self.end):
            if tokens[at].low in _HEAD_ENDS and at > first:
                break
            head.append(tokens[at].low)
        if self.is_of_holders:
            return True
        # In "texts without emojis" the rows are not what goes.
        for words in (head,) if tokens[first].low == "without" else (before, head):
            for at, word in enumerate(words):
                if word in _HEAD_ENDS and words is before:
                    break
                if word in ROW_NOUNS and not (word in ("all", "these", "those") and at + 1 < len(words)):
                    return True
        behind = min((condition.end for condition in self.conditions), default=self.end)
        plain = [column for column in self.columns if not column.marked]
        return any(self.measures(column) or column.start >= behind for column in plain)

    @cached_property
    def is_of_holders(self) -> bool:
        """Whether it is about what holds something: "nothing with a link in it", "feedback containing emojis"."""
        lacking = self.polarity == "keep"
        holding = HOLDING | {"without", "lacking"} if lacking else HOLDING
        return holds_something(self.marked.tokens, holding, self.free, self.verb_at if self.own_verb else None)

    def measures(self, mention: ColumnMention) -> bool:
        """Whether a limit or a language is about a column: no other noun for texts stands between."""
        facets: list[Span] = [*self.limits, *self.languages]
        first = min((facet.start for facet in facets), default=mention.start)
        nouns = (self.marked.tokens[at].low in ROW_NOUNS for at in range(mention.end, first))
        return mention.start < first and not any(nouns)

    @property
    def is_scope(self) -> bool:
        """Whether its condition only says on which rows something else is done: "only for rows where …"."""
        verb = any(word in DROP or word in STRIP or word in KEEP for word in self.words)
        stated = self.concepts or self.limits or self.languages or self.tables
        return self.scope_led and not verb and not stated

    @cached_property
    def scope_led(self) -> bool:
        """Whether words such as "only for rows where" lead to its condition."""
        if not self.conditions:
            return False
        lead = [self.marked.tokens[at].low for at in range(self.start, self.conditions[0].start)]
        plain = [word for word in lead if word not in ("but", "and", "only", "just", "then")]
        if plain and (plain[0] in _SCOPE or (plain[0] in EXCEPT and self.hard)):
            return True
        return any(word == "only" and after in _SCOPE for word, after in pairwise(lead)) or "if" in lead

    @property
    def is_echo(self) -> bool:  # noqa: PLR0911 - one for each form
        """Whether it says again what the clause before said: "drop the rest", "drop those below"."""
        if self.gives_a_reason:
            return True
        if self.languages or self.conditions or self.limits or self.tables or not self.own_verb:
            return False
        words = set(self.words)
        if "otherwise" in words:
            leads = self.words[0] == "otherwise" and self.polarity == "drop" and not self.columns
            return leads or not self.concepts or self.concepts[0][1] == "otherwis"
        if words & {"outside", "beyond"} and words & {
            "range",
            "limit",
            "limits",
            "bounds",
            "that",
            "those",
            "it",
            "this",
        }:
            return self.polarity == "drop" and not any(
                self.marked.tokens[at].low not in _RANGES for at, _ in self.concepts
            )
        if self.polarity == "drop" and any(
            first in _ANAPHORS and then in ("that", "which") for first, then in pairwise(self.words)
        ):  # "drop those that don't"
            return self.words[-1] in _DOING
        if any(concept not in _COMPARES for _, concept in self.concepts):
            return False
        return bool(words & _REST) or (bool(words & _COMPARES) and bool(words & _ANAPHORS))

    def lies_beyond(self, before: "Clause") -> bool:
        """Whether it only says that what lies beyond the limit of the clause before goes: "longer bodies: drop"."""
        stated = self.languages or self.conditions or self.limits or self.tables
        sides = {_COMPARED[word] for word in self.words if word in _COMPARED}
        if stated or self.polarity != "drop" or len(sides) != 1 or len(before.limits) != 1:
            return False
        limit = before.limits[0]
        kept = limit.interval if before.keeps(limit.start) else limit.interval.outside()
        one_sided = kept is not None and (kept.high is None) != (kept.low is None) and limit.unit is not None
        return one_sided and kept is not None and (kept.low is None) == (sides == {1})

    def is_told_of_us(self, position: int) -> bool:
        """Whether what stands at a position only tells what somebody does with them: "in Spanish we translate"."""
        facets: list[Span] = [*self.limits, *self.languages]
        last = max((facet.end for facet in facets), default=self.end)
        return last <= position and self.marked.tokens[last].low in ("we", "i", "you", "they", "nobody", "somebody")

    @property
    def leaves_size_open(self) -> bool:
        """Whether it speaks of long or short rows without saying how long."""
        return not self.limits and any(concept in SIZE_WORDS for _, concept in self.concepts)

    @property
    def only_limits(self) -> bool:
        """Whether it says nothing but how long: "let's say 15 words and up"."""
        stated = self.languages or self.conditions or self.tables or self.columns
        known = bool(self.limits) and all(limit.unit for limit in self.limits)
        rest = (self.marked.tokens[at].low for at in self.free)
        return known and not stated and all(word in SOFT or word in _SAYING for word in rest)

    @property
    def gives_a_reason(self) -> bool:
        """Whether it only says what would happen else: "otherwise it won't fit on our cards"."""
        stated = self.languages or self.conditions or self.limits or self.tables or self.columns or self.acts
        leads = self.words[0] == "otherwise" and self.words[1:2] and self.words[1] in ("it", "they", "we", "i")
        return bool(leads) and not stated and self.polarity is None and not _REASONING.isdisjoint(self.words[2:3])

    def repeats(self, before: "Clause") -> bool:
        """Whether it only says again what is done to the rows that the clause before describes: "leave those out"."""
        said = self.languages or self.conditions or self.limits or self.tables or self.concepts or self.columns
        if self.tables_repeated(before):
            return True
        if self.polarity == "strip" and self.own_verb and not said and {*self.words} & _ANAPHORS:
            return bool(before.concepts)  # "could somebody clean those out"
        if said or not self.own_verb or self.polarity not in ("keep", "drop"):
            return False
        others = bool({*self.words} & _REST)
        same = self.polarity == before.polarity
        return others != same and (others or bool({*self.words} & _ANAPHORS) or self.end - self.start <= 2)

    def tables_repeated(self, before: "Clause") -> bool:
        """Whether it only keeps the portion that the clause before names: "keep that quarter only"."""
        words = {word for word in self.words if word[:1].isalpha()}
        points = {"that", "this", "those", "these"} & words
        return bool(before.tables and points) and self.polarity == "keep" and words <= _PORTION_AGAIN

    @property
    def picks(self) -> bool:
        """Whether it says which of some copies stays."""
        return any(mention.picks for mention in self.tables)

    def keeps_one_of(self, before: "Clause") -> bool:
        """Whether it only says that one of the copies stays which the clause before drops: "just keep one"."""
        copies = "duplicate" in (*before.verb_concepts, *(concept for _, concept in before.concepts))
        words = {word for word in self.words if word[:1].isalpha()}
        return copies and bool(words & {"one", "first", "copy"}) and len(words - _KEEPING_ONE) <= 1 and not self.limits

    @cached_property
    def required_at(self) -> int | None:
        """Where a "must" stands that says what rows of the condition before it have to fulfil; None without one."""
        tokens = self.marked.tokens
        if not self.conditions:
            return None
        first = self.conditions[0].end
        for at in range(first, self.end - 1):
            word, after = tokens[at].low, tokens[at + 1].low
            modal = word in ("must", "should", "ought") or (word in _HAVING and after in ("to", "a", "at"))
            modal = modal or (word in ("may", "can", "shall") and bool(_CAPPING & {*self.words}))  # "may cost "
            "… at most"
            being = after == "be" and any(at < one.start <= at + _NEAR_MODAL for one in self.conditions)
            if modal and at not in self.marked.taken and (being or after not in _LEAVING):
                behind: list[Span] = [*self.conditions, *self.limits, *self.languages]
                return at if any(one.start > at for one in behind) else None
        return None

    @cached_property
    def tells_of_a_fault(self) -> bool:
        """Whether it says what there is and then what is done about it: "the body still has tags, get them out"."""
        if self.complains or not (self.own_verb and self.concepts) or self.polarity not in ("drop", "strip"):
            return self.complains
        behind = {token.low for token in self.marked.tokens[self.verb_at + 1 : self.verb_at + 4]}
        return bool(behind & {"them", "it", "those"}) and self.concepts[-1][0] < self.verb_at

    @cached_property
    def counts_spaces(self) -> bool:
        """Whether a limit of characters counts white space too."""
        counted = any(pair == ("count", "whitespace") for pair in pairwise(self.words))
        return counted and any(limit.unit == "chars" for limit in self.limits)

    @property
    def said_first(self) -> bool:
        """Whether it begins with "first"."""
        words = [word for word in self.words[:4] if word not in ("but", "and")][:2]
        counted = len(words) > 1 and (words[1].isdecimal() or words[1] in SMALL)  # "first 5" says how many
        return words[:1] in (["first"], ["firstly"]) and not counted

    @property
    def said_last(self) -> bool:
        """Whether it is said to come last."""
        return "lastly" in self.words or self.words[-1:] == ("last",) or self.words[-3:] in _AT_THE_END

    @property
    def is_upper(self) -> bool:
        """Whether a size without a number asks for a maximum: "keep short texts", "drop long ones"."""
        short = any(concept == "short" for _, concept in self.concepts)
        return short == (self.polarity != "drop") and any(c in SIZE_WORDS for _, c in self.concepts)

    def stated_condition(self) -> Condition:
        """All its conditions as one, those behind "except" and the like turned round."""
        stated = [
            mention.condition if not self.negations_before(mention.start) % 2 else complement(mention.condition)
            for mention in self.conditions
        ]
        return joined("and", stated)

    def keeps(self, position: int) -> bool:
        """Whether what stands at a position describes the rows that stay."""
        return (self.polarity != "drop") != bool(self.negations_before(position) % 2)

    def lacks(self, position: int) -> bool:
        """Whether what stands at a position is said to be missing: "texts without URLs", "that contain no URL"."""
        verb_first = self.verb_at < position
        start = self.verb_at + self.own_verb if verb_first else self.start
        before = (self.marked.tokens[at].low for at in range(start, position))
        return bool(sum(negates(word) for word in before) % 2)

    def negations_before(self, position: int) -> int:
        """How often "not", "except" and the like stand between the verb and a position."""
        tokens = self.marked.tokens
        count = 0
        verb_first = self.own_verb and self.verb_at < position
        for at in range(self.verb_at if verb_first else self.start, position):
            word = tokens[at].low
            if at == self.verb_at and self.own_verb:
                continue
            if at in self.marked.taken and not word.endswith("n't"):
                continue
            following = tokens[at + 1].low if at + 1 < len(tokens) else ""
            if (
                word in ("not", "never", "unless", "nor")
                or word.endswith("n't")
                or word in EXCEPT
                or (word == "other" and following == "than")
                or (word == "apart" and following == "from")
                or (word == "but" and at > self.start and tokens[at - 1].low in ALL_BUT)
            ):
                count += 1
        return count
