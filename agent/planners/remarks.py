"""Remarks beside a wish, which ask for nothing: what stays anyway, what goes anyway, facts, thanks.

A remark is left out only where the plan agrees with it: "the rest can go" after a step that keeps something,
"everything else stays" where no step takes more away than was named. Where the plan does not, it stays open.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from .cards import OperatorCard
from .clauses import Clause
from .courtesy import is_courtesy
from .facts import states_a_fact, tells_of_people
from .matching import SURE, Matcher
from .rests import FRAME, REST, SAME, STAYS, Fate, fate_of_rest
from .verbs import negates
from .vocabulary import ACTIONS, DROP, EXAMPLE_NOUNS, MODALS, ROW_NOUNS, TEXT_NOUNS, concept_set
from .wishes import Reading, Wish

_HIGHER: Final = frozenset(
    "higher better more greater larger longer bigger above newer later pricier dearer bigger greater best".split()
)
_LOWER: Final = frozenset(
    "lower worse less fewer smaller shorter below older earlier cheaper under lesser slower worst".split()
)
_MEANING: Final = frozenset(
    "it's it is this that all here i we i'm we're am are mean meant talking about of the a not column columns only "
    "always please".split()
)
_ALL_STAY: Final = frozenset(
    "keep leave retain stay stays remain can may should them all everything every of the it in there please".split()
)
_LIKE: Final = frozenset("like likes want wants wish wishes please whatever however regardless".split())
_CONTENT: Final = TEXT_NOUNS | frozenset(
    "word words wording content contents sentence sentences letters prose rest itself themselves wordings".split()
)
MADE_FOR: Final = 0.9
"""How well an operator answers at least to words for what it is made for."""
_IN_MARKUP: Final = frozenset("url heading tag table list image emphasis bold entity".split())
"""What goes with the markup."""
_OR_ELSE: Final = frozenset({"otherwise", "else"})
_FIRST: Final = frozenset("first one single earliest original copy".split())
_OTHER_COPIES: Final = frozenset("last newest latest longest shortest best".split())
_COPULAS: Final = frozenset({"be", "is", "are"})
_ENOUGH: Final = frozenset("enough plenty suffices suffice stay stays remain remains do may can".split())


@dataclass(frozen=True)
class Surroundings:
    """What a remark is judged against.

    Args:
        wishes: the steps that the request asks for.
        last: those of the clause before the remark.
        matcher: tells which operator answers to which words.
        about: the columns a step works on, by those it names.
        says_of_rows: whether something in a clause is a value of the data, or says something else of rows.
    """

    wishes: Sequence[Wish]
    last: Sequence[Wish]
    matcher: Matcher
    about: Callable[[Sequence[str]], Sequence[str]]
    says_of_rows: Callable[[Clause], bool] = lambda _: True

    @property
    def keepers(self) -> list[Wish]:
        """Steps after which only what was named is left."""
        return [wish for wish in self.wishes if _keeps(wish)]


def is_agreed(clause: Clause, around: Surroundings) -> bool:
    """Whether a clause only says what the steps of the request do anyway, or nothing about the data."""
    if not around.wishes:
        return False
    if is_courtesy(as_written(clause)):
        return True
    stated = clause.languages or clause.conditions
    free = not stated and not clause.limits and clause.words[0] in ("whatever", "regardless")  # "whatever their order"
    if free or _names_the_column(clause, around) or _is_reason(clause):
        return True
    fate = None if stated else fate_of_rest(clause.words)
    scoped = any(wish.where for wish in around.wishes)
    filtered = any(wish.card.cls.kind == "filter" for wish in around.last)
    else_ = clause.words[0] in _OR_ELSE and filtered  # "linux posts need 10 votes, otherwise drop them"
    if fate == "goes" and (else_ or (scoped and fate_of_rest(as_written(clause)) == "nothing")):
        return True  # "poems need …, others don't matter" drops no others
    if fate is not None:
        return _rest_agrees(clause, fate, around)
    tests = (_keeps_all, _others_agree, _only_that, _stays_anyway, _is_known_fact)
    return any(test(clause, around) for test in tests)


def _is_reason(clause: Clause) -> bool:
    """Whether a person tells of themselves why the next clause is wished: "I want to count them later, so …"."""
    stated = clause.limits or clause.languages or clause.conditions or clause.tables
    behind = [token.low for token in clause.marked.tokens[clause.end : clause.end + 2]]
    return not stated and "so" in behind and clause.words[0] in ("i", "we", "i'm", "we're", "my", "our")


def _names_the_column(clause: Clause, around: Surroundings) -> bool:
    """Whether a clause only says of which column the others speak: "it's about the body, not the title"."""
    named = {at for column in clause.columns for at in range(column.start, column.end)}
    words = [clause.marked.tokens[at].low for at in range(clause.start, clause.end) if at not in named]
    about = [name for column in clause.columns for name in column.names][:1]
    touched = {name for wish in around.wishes for name in around.about(wish.columns)}
    said = {word for word in words if word[:1].isalpha()}
    return bool(about and said & {"about", "mean", "meant", "talking"}) and said <= _MEANING and {*about} <= touched


def as_written(clause: Clause) -> list[str]:
    """The words of a clause in lower case, without turns of phrase replaced."""
    return [token.text.lower() for token in clause.marked.tokens[clause.start : clause.end]]


def _rest_agrees(clause: Clause, fate: Fate, around: Surroundings) -> bool:
    said = {*clause.words}
    if fate in ("unchanged", "nothing"):
        whole = said & {"nothing", "anything", "no", "column", "columns", "field", "fields"}
        rows = not whole and said & REST and not any(wish.where for wish in around.wishes)
        return fate == "nothing" or not rows or not any(map(_keeps, around.last))
    if fate == "goes":
        return bool(around.keepers)
    if said & {"column", "columns", "field", "fields"}:
        return not any(wish.options.get("select") for wish in around.wishes)
    return not any(map(_keeps, around.last))


def _keeps(wish: Wish) -> bool:
    """Whether a step leaves only what its clause names."""
    if wish.card.name == "reshape_rows":
        return bool(wish.options.get("select"))
    if wish.card.cls.kind != "filter" or wish.where or _removes_copies(wish.card):
        return False
    return wish.clause.polarity != "drop"


def _removes_copies(card: OperatorCard) -> bool:
    return "duplicate" in card.name_concepts or "dedup" in card.name


def _keeps_all(clause: Clause, around: Surroundings) -> bool:
    """Whether a clause says that every row stays, where no step drops any: "keep them all, but mask …"."""
    said = {word for word in clause.words if word[:1].isalpha()}
    every = said & {"all", "everything", "every"} and said <= _ALL_STAY | ROW_NOUNS
    return bool(every) and all(wish.card.cls.kind != "filter" for wish in around.wishes)


def _others_agree(clause: Clause, around: Surroundings) -> bool:
    """Whether a clause allows what lies beyond a limit: "the lower grades may be as brief as they like"."""
    said = {*clause.words}
    allowed = said & (MODALS | {"may", "can", "stay", "stays", "remain", "remains"})
    if not allowed or clause.polarity == "drop" or any(map(negates, clause.words)):
        return False
    way = bool(said & _HIGHER) - bool(said & _LOWER)
    sides = {_side(wish) for wish in around.wishes} - {0}
    if not way or len(sides) != 1 or clause.limits or clause.languages:
        return False
    scoped = any(wish.where for wish in around.wishes)
    return way == (-min(sides) if scoped else min(sides)) and (not scoped or bool(said & _LIKE))


def _side(wish: Wish) -> int:
    """At which end of a scale lies what a step keeps, or is for: 1 high, -1 low, 0 where neither is said."""
    stated = wish.where or wish.options.get("expression")
    if isinstance(stated, str):
        high, low = bool(re.search(">", stated)), bool(re.search("<", stated))
    else:
        high = any(name.startswith("min_") and value is not None for name, value in wish.options.items())
        low = any(name.startswith("max_") and value is not None for name, value in wish.options.items())
    return high - low


def _only_that(clause: Clause, around: Surroundings) -> bool:
    """Whether a clause says that nothing but what a step does is done: "nothing except the phone numbers"."""
    words = as_written(clause)
    only = {*words} & {"nothing", "only", "none", "no"} and {*words} & {"except", "but", "besides", "than", "only"}
    things = _things(clause)
    stated = clause.conditions or clause.limits or clause.columns
    return bool(only and things) and not stated and all(_is_treated(c, around) for c in things)


def _is_treated(concept: str, around: Surroundings) -> bool:
    return any(wish.card.cls.kind == "refine" and _does(wish, concept, around.matcher) for wish in around.wishes)


def _stays_anyway(clause: Clause, around: Surroundings) -> bool:
    """Whether a clause names something that no step touches, and says that it stays."""
    said = {*clause.words}
    if clause.limits or clause.languages or clause.tables:
        return False
    if said & DROP or any(map(negates, clause.words)):
        return _leaves_none(clause, around)
    if (clause.polarity == "drop" and clause.own_verb) or not said & (STAYS - _COPULAS | SAME | _ENOUGH):
        return False
    if said & _FIRST and said & _ENOUGH and any(_removes_copies(wish.card) for wish in around.last):
        return not said & _OTHER_COPIES and not clause.columns
    return _column_stays(clause, around) if clause.columns else _thing_stays(clause, around)


def _column_stays(clause: Clause, around: Surroundings) -> bool:
    named = {name for mention in clause.columns for name in mention.names}
    touched = {name for wish in around.wishes for name in around.about(wish.columns)}
    rest = [c for c in _things(clause) if c not in concept_set(" ".join(named).replace("_", " "))]
    chosen = any(wish.options.get("select") for wish in around.wishes)
    if not {"only", "just", "all"}.isdisjoint(clause.words):
        return False  # "id and votes is all I need" selects too
    if clause.words[0] in ("keep", "retain", "want") and {*clause.words}.isdisjoint(SAME | {"as", "too", "also"}):
        return False  # "keep id and text" selects
    return not (chosen or named & touched or rest)


def _thing_stays(clause: Clause, around: Surroundings) -> bool:
    treats = bool(around.last) and all(wish.card.cls.kind == "refine" for wish in around.wishes)
    if not treats or clause.conditions or clause.words[0] in ACTIONS:
        return False
    things = _things(clause)
    if not things:
        return not _CONTENT.isdisjoint(clause.words)
    if "duplicate" in things:  # "what is identical then shall stay once" takes rows away
        return False
    return all(_is_thing(c, around.matcher) and not _is_done(c, around) for c in things)


def _is_thing(concept: str, matcher: Matcher) -> bool:
    """Whether some operator works on what a word names, so that it is known what it is."""
    return matcher.is_known(concept) or any(
        matcher.answers(matcher.card(name), concept) >= SURE for name in matcher.operators
    )


def _things(clause: Clause) -> list[str]:
    """What a clause names beside the words that say that it stays."""
    plain = STAYS | SAME | FRAME | _CONTENT
    return [concept for at, concept in clause.concepts if clause.marked.tokens[at].low not in plain]


def _strange(clause: Clause) -> list[str]:
    tokens = clause.marked.tokens
    return [c for at, c in clause.concepts if tokens[at].low not in STAYS | FRAME | _HIGHER | _LOWER | ROW_NOUNS]


def _leaves_none(clause: Clause, around: Surroundings) -> bool:
    """Whether a clause says that nothing is left of what a step takes away anyway: "no markup left"."""
    things = _things(clause)
    left = {*clause.words} & {"left", "remain", "remains", "stay", "survive", "there", "be", "in", "anymore", "any"}
    treated = [wish for wish in around.last if wish.card.cls.kind == "refine"]
    done = all(any(around.matcher.answers(wish.card, c) >= SURE for wish in treated) for c in things)
    return bool(things and left and treated) and done


def _is_done(concept: str, around: Surroundings) -> bool:
    """Whether a step does something to what a word names; the kinds that a step is told count, where it has them."""
    return any(_does(wish, concept, around.matcher) for wish in around.wishes)


def _does(wish: Wish, concept: str, matcher: Matcher) -> bool:
    for option in wish.card.options.values():
        chosen = wish.options.get(option.name)
        kinds = {choice: concept_set(choice) for choice in option.choices} if option.many else {}
        if isinstance(chosen, list) and any(concept in known for known in kinds.values()):
            return any(concept in kinds.get(str(one), frozenset()) for one in chosen)
    if "html" in wish.card.name_concepts and concept in _IN_MARKUP:
        return True
    return matcher.answers(wish.card, concept) >= SURE


def _is_known_fact(clause: Clause, around: Surroundings) -> bool:
    """Whether a clause tells a fact, and what it names is something that the steps deal with."""
    if not states_a_fact(clause) and (not tells_of_people(clause) or around.says_of_rows(clause)):
        return False
    tokens = clause.marked.tokens
    named = ((tokens[at].low, concept) for at, concept in clause.concepts)
    known = [c for word, c in named if word not in EXAMPLE_NOUNS and around.matcher.is_treated(c)]
    return all(_is_surely_done(c, around) for c in known)


def _is_surely_done(concept: str, around: Surroundings) -> bool:
    """Whether a step is made for what a word names, not only asked for with it now and then."""
    return any(around.matcher.answers(wish.card, concept) >= MADE_FOR for wish in around.wishes)


def _may_be_remark(reading: Reading, before: Sequence[Wish]) -> bool:
    """Whether a clause that was read as a wish may say nothing new: of copies again, or that a column is fine."""
    said = {*reading.clause.words}
    again = all(_removes_copies(wish.card) for wish in (*reading.wishes, *before)) and bool(said & _FIRST & said)
    fine = bool(said & {"fine", "ok", "okay", "good", "alright"}) and not reading.clause.own_verb
    return bool(reading.wishes and before) and ((again and bool(said & _ENOUGH)) or fine)


def may_disagree(clause: Clause) -> bool:
    """Whether a clause speaks of the rest, or allows what lies beyond a limit, so that the plan must agree with it."""
    if clause.languages or clause.conditions or clause.limits or clause.tables:
        return False
    allows = not {"may", "can"}.isdisjoint(clause.words) and not (_HIGHER | _LOWER).isdisjoint(clause.words)
    fate = fate_of_rest(clause.words)
    return fate in ("goes", "stays", "unchanged") or (allows and clause.polarity == "keep" and not _strange(clause))


def settled(
    readings: Sequence[Reading],
    matcher: Matcher,
    about: Callable[[Sequence[str]], Sequence[str]],
    says_of_rows: Callable[[Clause], bool],
) -> list[Reading]:
    """The readings without open ones that are remarks which the others agree with."""
    wishes = [wish for reading in readings for wish in reading.wishes]
    done: list[Reading] = []
    for at, reading in enumerate(readings):
        own, kept = reading.wishes, reading
        before = next((one.wishes for one in readings[:at][::-1] if one.wishes), ())
        last = before or next((one.wishes for one in readings[at:] if one.wishes), ())
        open_ = not reading.wishes and (reading.not_covered or reading.doubt is not None)
        open_ = open_ or _may_be_remark(reading, before)
        if len(wishes) > len(reading.wishes) and reading.clause.polarity is None and states_a_fact(reading.clause):
            open_, kept = True, Reading(reading.clause, not_covered=(reading.clause.text,))
        others = [wish for wish in wishes if wish not in own]
        if not open_ or not is_agreed(reading.clause, Surroundings(others, last, matcher, about, says_of_rows)):
            done.append(kept)
        elif states_a_fact(reading.clause) or tells_of_people(reading.clause):
            note = f"“{reading.clause.text}” was read as a remark; nothing is done for it."
            done.append(Reading(reading.clause, note=note))
    return done


__all__ = ["Fate", "Surroundings", "fate_of_rest", "is_agreed", "settled"]
