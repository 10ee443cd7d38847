"""Sentences that tell a fact or a reason and ask for nothing: "we have copies in there", "they say so at the top"."""

import re
from itertools import pairwise
from typing import Final

from .clauses import Clause
from .verbs import negates
from .vocabulary import ACTIONS, DROP, EXCEPT, KEEP, ROW_NOUNS, STRIP

_TELLS: Final = frozenset(
    "is are was were am be been being has have had having got contains contain contained includes comes come came "
    "looks look "
    "looked seems seem seemed appears appear says say said tells tell told shows knows know knew means mean meant "
    "makes "
    "make made keeps annoys annoy annoyed hurts breaks broke costs cost takes took uses used reads wrote written "
    "there's "
    "it's they're we've i've that's he's she's hates likes wants needs lies sits stands stems belongs gets got goes "
    "went "
    "started begin begins ends end crept slipped happened happens confuses confuse bothers bother disturbs disturb "
    "irritates irritate noticed notice found saw see think thinks guess believe wonder".split()
)
"""Verbs with which a sentence tells how things are."""
_SUBJECTS: Final = frozenset(
    "i we they it there this that these those he she our my your his her their its the some many most several few "
    "lots a "
    "an nobody everybody everyone people someone somebody who which because since as it's they're there's we've i've "
    "that's such".split()
)
_WHO: Final = frozenset("i we they he she it you people nobody everybody everyone somebody someone".split())
_AM: Final = frozenset("i'm we're i've we've they're they've he's she's you're".split())
_ASKS: Final = frozenset(
    "needed required wanted necessary must should shall may can could would will let please want wants wish need "
    "needs only just if unless when where whose whenever than until without except instead rather don't dont do".split()
)
"""Words with which a sentence may ask for something, or say for which rows."""
_FUTURE: Final = frozenset({"will", "can", "could", "would"})
_STAYING: Final = frozenset("stay stays remain remains keep keeps kept leave leaves go goes".split())
_DETERMINERS: Final = frozenset("our my his her their the this that an a another some every each its".split())
_THEY: Final = frozenset("it they those these it's they're".split())
_COLUMNS: Final = frozenset("column columns field fields called named name names".split())
_LEADS: Final = frozenset("and but so well also because since as cause unfortunately sadly otherwise please".split())
_DEMANDS: Final = re.compile(
    r"^(?:every|each|all|a|an) .*\b(?:gets?|goes|go|has|have)\b|\bgets? (?:a|an)\b|\b(?:counts?|adds?|"
    r"sums?) (?:how|the|up)\b|"
    r"\b(?:is|are) what counts\b|\b(?:ends|starts|begins) with\b|\b(?:has|have) to\b|\bexpects?\b|"
    r"\b(?:is|are|gets?|be) (?:then |now )?(?:mailed|emailed|sent|uploaded|posted|forwarded|published|translated)\b"
)
"""What may be a wish in the form of a fact: "every comment gets a sentiment", "the result gets mailed to bob"."""
_SHORTEST: Final = 3
_FAR: Final = 7
"""How far behind the first word of a sentence its verb stands at most."""


def tells_of_people(clause: Clause) -> bool:
    """Whether a clause tells what somebody or something else does: "our printer chokes on them"."""
    tokens = clause.marked.tokens[clause.start : clause.end]
    written = [token.text.lower() for token in tokens]  # turns of phrase may have been replaced
    said = written if {*written[:2]} & _DETERMINERS else clause.words
    words = [word for word in said if word[:1].isalpha() and word not in _LEADS]
    if len(words) < _SHORTEST or words[0] not in _DETERMINERS | _WHO | _AM or not _plain(clause):
        return False
    denies = any(map(negates, words)) and words[0] not in _THEY  # "it was never maintained"
    asks = {*words} & (_ASKS - _FUTURE) or denies or {*words} & (EXCEPT | DROP | STRIP | _STAYING | _COLUMNS)
    if asks or any(pair in (("will", "be"), ("can", "be"), ("could", "be")) for pair in pairwise(words)):
        return False
    return words[0] not in _DETERMINERS or any(map(_is_finite, words[1:_FAR], words[2:_FAR]))


def _equates_columns(clause: Clause) -> bool:
    """Whether a clause says what a column is to another name: "prompt is the instruction"."""
    subject = next((one for one in clause.columns if one.start == clause.start), None)
    lows = [token.low for token in clause.marked.tokens[subject.end : subject.end + 2]] if subject is not None else []
    return lows[:1] in (["is"], ["are"]) and lows[1:] in (["the"], ["our"], ["its"])


def _is_finite(noun: str, word: str) -> bool:
    """Whether a word behind a noun may be its verb: "the system insists", "a team took care"."""
    if noun == "to":
        return False
    if word in _TELLS | _FUTURE:
        return True
    third = word.endswith("s") and not word.endswith(("ss", "us", "is", "ics")) and not noun.endswith("s")
    return (third and word not in ROW_NOUNS) or word.endswith("ed")


def _plain(clause: Clause) -> bool:
    """Whether nothing was read in a clause that may be asked for."""
    text = " ".join(token.text.lower() for token in clause.marked.tokens[clause.start : clause.end])
    return not _DEMANDS.search(text) and not (
        clause.limits or clause.languages or clause.conditions or clause.tables or clause.acts
    )


def states_a_fact(clause: Clause) -> bool:
    """Whether a clause has a subject and a verb that tell how things are, and nothing that may be a wish."""
    words = clause.words
    plain = [word for word in words if word not in ("and", "but", "so", "well", "also", ",", "unfortunately", "sadly")]
    if not plain or not _plain(clause) or _equates_columns(clause):
        return False
    if plain[0] not in _SUBJECTS | _WHO | _AM and not (len(plain) > 1 and plain[1] in ("is", "are", "has", "have")):
        return False
    past = 1 if plain[0] in _WHO and len(plain) > 1 and plain[1].endswith("ed") and plain[1] != "need" else None
    verb = next((at for at, word in enumerate(plain) if word in _TELLS and (not at or plain[at - 1] != "to")), past)
    if verb is None and plain[0] in _WHO | _AM:  # "we fine tune a model next week"
        verb = 0 if plain[0] in _AM else 1
    asks = {*words} & _ASKS or any(map(negates, words)) or {*words} & EXCEPT
    if verb is None or asks:
        return False
    return not {*words} & (DROP | STRIP) and not any(word in (ACTIONS | KEEP) - _TELLS for word in plain[: verb + 1])
