"""The wordings that are brought to plainer words, as tables of patterns, one a line.

A pattern is words with one space between; `a|b` are alternatives, `_` is a space inside one, `[a|b]` may be absent. `^`
is where a clause begins and `$` where one ends. `{n}` is a number, with `{unit}` perhaps a unit behind it, `{rows}` the
rows as the subject of a clause with what describes them, `{rest}` the rest of a sentence in which nothing is said by a
number or in quotes. `>a|b` must follow and stays, `!a|b` must not follow. Behind the arrow stands what is said instead.
A line that is set in goes on with the one before.
"""

import re
from collections.abc import Iterator
from typing import Final

_BEGIN: Final = r"(?:(?<=^)|(?<=[.;:!?\n]\s)|(?<=,\s)|(?<=\band\s)|(?<=\bthen\s)|(?<=\bbut\s)|(?<=[-–—]\s))"
_END: Final = r"(?=\s*(?:$|[.;:!?,\n]|\band\b|\bbut\b|\bthen\b|[-–—]\s))"
_SMALL: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    "fifteen|twenty|thirty|forty|fifty|sixty|hundred|thousand"
)
_PLACES: Final = {
    "{n}": rf"(?P<n>(?:\d[\d.,]*|(?:{_SMALL})(?:[\s-](?:{_SMALL}))*)(?:\s*%)?)",
    "{unit}": r"(?P<unit>(?:\s+(?:words?|characters?|chars?|letters?|sentences?|lines?|tokens?|paragraphs?|points?|"
    r"stars?|(?:up)?votes?|minutes?|turns?|messages?|bytes?|kb))?)",
    "{rows}": r"(?P<rows>(?:(?:the|all|all\s+the|any|those)\s+)?rows\b[^.;:!?\n]*?)",
    "{rest}": r"[^.;!?\n\d\ue000]*(?=[.;!?\n]|$)",
    "^": _BEGIN,
    "$": _END,
}

POLITE: Final = """
could|can|would|will you|we|i [please|kindly|maybe|perhaps] ->
i|we|i'd|we'd [would] [really] like|want|need|wish|prefer [you] to ->
please|pls|plz|kindly to ->
please|pls|plz|kindly ->
^ hi|hello|hey|ok|okay|so|well|now|thanks|thank_you ->
thanks|thank_you|cheers [a_lot|so_much|in_advance] $ ->
dont -> don't
isnt -> isn't
arent -> aren't
doesnt -> doesn't
cant -> can't
shouldnt -> shouldn't
"""
"""Politeness and the person who asks: nothing of it says what is done."""

REASONS: Final = """
because|so_that {rest} ->
as we|they|our|it|i {rest} ->
^ for our|my|the trainer|training|model|team|boss|colleague|colleagues|report|project ->
"""
"""Why it is wanted."""

COMPARED: Final = """
{n}{unit} or|and more|up|upwards|above|over|better|higher|greater|longer|larger|beyond !{n} -> at least {n}{unit}
{n}{unit} or|and less|fewer|under|below|lower|worse|shorter|smaller|down !{n} -> at most {n}{unit}
[a] minimum [of] {n} -> at least {n}
[a] maximum [of] {n} -> at most {n}
no|not less|fewer|lower|under than {n} -> at least {n}
upwards|upward of {n} -> at least {n}
run|runs|running|come|comes|amount|amounts [to] >fewer|less|more|over|under|at_least|at_most -> have
insist_on|ask_for|demand|require >at_least|at_most -> keep rows with
done in >at_most|at_least -> with
"""
"""Numbers with a direction."""

DROPPED: Final = """
throw|toss|chuck|kick|weed|sort|cast|take|leave|filter|screen|sift|get|rule|cross|boot|turf|throwing out|away
  [of_here|of_it] [all_of] >{word} -> drop
do_away_with|get_rid_of|getting_rid_of|dispose_of|clear_out|part_with -> drop
^ bin|chuck|lose|ditch|scrap|axe|junk|dump|nix|zap|trash|expel|oust >the|all|any|every|each|rows|those -> drop
i|we|they|you do_not|don't|never want|need|like|wish|care [for] [to_see|to_have|to_keep] [any] -> drop
i|we|they|you have|has no use|need|room|interest for|in -> drop
i|we|they|you can|could do|live without -> drop
spare me|us -> drop
^ no [more] >rows -> drop
"""
"""What goes, said by a verb in front."""

KEPT: Final = """
hold|hang|cling on_to|onto -> keep
stick to|with -> keep
^ i|we|i'm|we're [am|are] [only|just] need|want|care_about|interested_in|after|looking_for|take [just|only]
  [nothing_but|nothing_except|nothing_other_than] -> keep only
^ i'd|we'd like [just|only] -> keep only
^ leave|give|get|show|bring me|us [with] [just|only] [nothing_but|nothing_except|nothing_other_than] -> keep only
^ leave nothing_but|nothing_except|only|just -> keep only
^ nothing_but|nothing_except|only|just|solely|exclusively >rows -> keep only
^ nothing_but|nothing_except|only|just|solely|exclusively
  !keep|drop|take|remove|delete|have|get|for|in|where|when|if|on >{adjective} -> keep only
keep nothing_but|nothing_except|only|just -> keep only
"""
"""What stays, said in front."""

STATED: Final = """
^ {rows} can|could|must|should|may|shall|will|has_to|have_to|need_to|needs_to [all|also|then]
  go|be_gone|leave|be_left_out|be_out|be_dropped|be_removed|disappear [as_well|too|also] $ -> drop {rows}
^ {rows} go|goes [out|away] [as_well|too|also] $ -> drop {rows}
^ {rows} get|gets dropped|removed|deleted|thrown_out $ -> drop {rows}
^ {rows} is|are out|useless|unwanted|dropped|removed|thrown_out|to_go|to_be_dropped|to_be_removed|to_be_deleted
  $ -> drop {rows}
^ {rows} is|are not for|wanted|needed|welcome|of_use|of_any_use|of_interest [us|me|here] $ -> drop {rows}
^ {rows} is|are of_no use|interest [to_us|to_me] $ -> drop {rows}
^ {rows} can|could|may|should|must|shall|will [all] stay|remain|be_kept $ -> keep only {rows}
^ {rows} stay|stays|remain|remains|are_kept|are_to_stay|are_welcome $ -> keep only {rows}
^ {rows} only|and_nothing_else $ -> keep only {rows}
^ {rows} [so] bin|drop|remove|delete|discard|ditch|scrap|throw_away|throw_out them|those|it $ -> drop {rows}
"""
"""What goes or stays, said behind."""

Rewrite = tuple[re.Pattern[str], str]


def rewrites(table: str) -> tuple[Rewrite, ...]:
    """The rules of a table.

    >>> pattern, words = rewrites("get_rid|rid of [all] >rows -> drop")[0]
    >>> pattern.sub(words, "now get rid of all rows").split()
    ['now', 'drop', 'rows']
    """
    return tuple(_rewrite(line) for line in table.strip().replace("\n  ", " ").splitlines())


def _rewrite(line: str) -> Rewrite:
    said, _, instead = line.partition("->")
    words = re.sub(r"\{(\w+)\}", r"\\g<\1>", instead.strip())
    return re.compile("".join(_parts(said.split())), re.IGNORECASE), f" {words} "


def _parts(words: list[str]) -> Iterator[str]:
    """Each word of a pattern as a regular expression, with the space behind it where more of the pattern follows."""
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else "$"
        space = "" if following == "$" else r"\s*" if following[0] == "!" else _SPACE
        if word in ("^", "$", "{rest}"):
            yield _PLACES[word]
        elif word in _PLACES or word == "{n}{unit}":
            yield "".join(_PLACES[place] for place in re.findall(r"\{\w+\}", word)) + space
        elif word[0] == "[":
            some = _words(word[1:-1])
            yield rf"(?:{_SPACE}{some})?" if _closes(words[at:]) else rf"(?:{some}{_SPACE})?"
        elif word[0] in ">!":
            yield f"(?{'=' if word[0] == '>' else '!'}{_AHEAD.get(word[1:]) or _words(word[1:])})"
        else:
            yield _words(word) + ("" if _closes(words[at + 1 :]) else space)


def _closes(words: list[str]) -> bool:
    """Whether nothing but words that may be absent is left of a pattern."""
    return all(word[0] == "[" or word == "$" for word in words)


_SPACE: Final = r"[,]?\s+"
_AHEAD: Final = {"{word}": r"\w", "{n}": r"\s*\d", "{adjective}": r"(?:the\s+)?[\w-]+\s+rows\b"}


def _words(alternatives: str) -> str:
    """Alternatives as whole words."""
    some = "|".join(re.escape(one).replace("_", r"\s+") for one in alternatives.split("|"))
    return rf"(?<!\w)(?:{some})(?!\w)"
