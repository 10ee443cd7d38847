"""Turns of phrase for what stands in texts and what is done with it, and signs that are shown for what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from .tokens import Token

_SEEN: Final = (
    "(nobody|no one|noone|none) (outside|else|but us|there|) (should|must|may|can|could|shall|is to|has to|is allowed "
    "to|ought to) (be able to|ever|be allowed to|) "
    "(read|see|learn|know|view|get|get hold of|recognise|recognize|access|have|identify|make out|spot)"
)
_PIECE: Final = "(piece|chunk|part|slice|segment|passage|bit)"

TEXT_IDIOMS: Final[Mapping[str, str]] = {
    "w / (o|out)": "without",
    # what is in texts
    "(angle|pointed|pointy) (bracket|brackets) (markup|elements|junk|rubbish|garbage|bits|code|crap|mess)": "html",
    "html (junk|rubbish|garbage|mess|remains|leftovers|remnants|residue|stuff|debris|clutter|noise|syntax|fragments)":
        "html",
    "(web page|web|page|hypertext) (code|codes|markup|tags|formatting)": "html",
    "(smiley|smilies|smileys|emoticon|emoticons|emojis|emoji) (signs|symbols|icons|characters|pictures)": "emoji",
    "(coloured|colored|colourful|colorful|funny|cute|yellow) (pictures|faces|icons|symbols|little pictures)": "emoji",
    "(short|shortened|contracted|abbreviated|clipped) (form|forms|words) (out|)": "contraction",
    "(encoded|escaped|html|web|character) (entity|entities|escapes|ampersands)": "html entity",
    "(entity|escape) (codes|sequences)": "html entity",
    "(internet|web|website|site|page|http|https|www) (address|addresses|link|links|url|urls)": "hyperlinks",
    "(double|doubled|duplicate|extra|superfluous|odd|irregular|needless|surplus|excess|excessive|multiple|repeated|"
    "several|redundant|too many|messy|weird|strange|inconsistent) "
    "(space|spaces|blank|blanks|spacing|white space|whitespace|gaps)": "whitespace",
    "(runs|run|rows|row|series|sequences|strings|stretches|clusters) of "
    "(space|spaces|blank|blanks|white space|whitespace|empty space)": "whitespace",
    "(space|spaces|blank|blanks|white space|whitespace) (in a row|in succession|in sequence|next to each other)":
        "whitespace",
    "(several|multiple|many|repeated|consecutive) (space|spaces|blank|blanks|white space|whitespace) "
    "(in a row|after another|next to each other)": "whitespace",
    "(runs|run|rows|row|series|sequences|strings|chains) of "
    "(exclamation|question) (mark|marks|or question marks|and question marks|points)": "repeated punctuation",
    "(runs|run|rows|row|series|sequences|strings|chains) of (exclamation|question) (or|and) (question|exclamation) "
    "(mark|marks|points)": "repeated punctuation",
    "(runs|run|rows|row|series|sequences|strings|chains) of (dots|marks|punctuation marks|punctuation)":
        "repeated punctuation",
    "(several|multiple|many|repeated|doubled|consecutive|excess|excessive) "
    "(exclamation|question|punctuation) (mark|marks|points)": "repeated punctuation",
    "(exclamation|question|punctuation) (mark|marks|points) (in a row|in succession|one after another)":
        "repeated punctuation",
    "(filler|function|stop) (word|words)": "stopwords",
    "(control|invisible|non printable|nonprintable|unprintable|non printing) (control|) (character|characters|codes)":
        "control characters",
    "how (nasty|insulting|abusive|rude|hateful|offensive|aggressive|hostile|toxic)": "toxicity",
    "(insult|insults) (somebody|someone|people|others|anyone|anybody|other people|users|each other)": "toxicity",
    "(mobile|cell phone|cellphone|cell|fax|contact|call) (number|numbers)": "phone number",
    "(credit|bank|payment|debit) (card|cards) (number|numbers|data|details|)": "credit card",
    "what (the|our|my|) (customer|customers|user|users|client|clients|buyer|buyers) "
    "(wrote|write|writes|said|typed|posted|sent|say)": "2 message",
    # what is done with it
    _SEEN: "mask",
    "(shouldn't|mustn't|can't|should not|must not|may not|cannot|can not) (leak|leak out)": "mask",
    "(shouldn't|mustn't|can't|should not|must not|may not|cannot|can not) be (readable|visible|legible|recognisable|"
    "recognizable|seen|read|shown|leak|leaked|leak out|disclosed|exposed|revealed)": "mask",
    "(need|needs|want|require|requires) (blanking|blacking|blotting|crossing|masking|hiding) (out|)": "mask",
    "(blank|black|blot|blotted|blanked|blacked|blacking|blanking|x|xed|cross|crossed) (out|over)": "mask",
    "(make|render|made|rendered) (anonymous|unreadable|illegible|invisible|unrecognisable)": "mask",
    "(written|spelled|spelt|spell|write|writing|spelling) (out|in full|out in full|fully)": "expand",
    "(turned|turn|converted|convert|changed|change|translated|translate|put|made|transformed) "
    "(back into|back to|back in) (the|their|) (real|actual|proper|plain|normal|original|ordinary|) "
    "(characters|character|signs|sign|letters|symbols|form)": "decode",
    "(down|back|reduced|cut|shortened|squashed|squeezed) to "
    "(one|a single one|just one|a single mark|one mark|a single|one only|one each|a single one each|one single mark|"
    "only one)": "collapse",
    "into (a single one|just one|one only|only one|one each)": "collapse",
    "(all|all in|entirely in|only in|just in|everything in) (small|little|lower case|lowercase|uncapitalised) "
    "(letters|)": "lowercase",
    "(small|little) letters (only|everywhere|throughout|all over)": "lowercase",
    "(without|no) (capitals|capital letters|upper case|uppercase letters|big letters) (at all|anywhere|)": "lowercase",
    "(from|instead of) (capitals|capital letters|upper case|big letters) to (small letters|lower case)": "lowercase",
    "(bring|brought|convert|converted|put|get) (to|into|in) (normal|plain|standard|proper|one) unicode (form|)":
        "normalize unicode",
    "the plain text (that|which|) (a|the|any|) (visitor|reader|user|browser|person|human|visitors|readers|users) "
    "(would|will|can|may|) (see|sees|read|reads|get|gets)": "html",
    "(what|only what|just what|the text that|the text) (a|the|any) (visitor|browser|reader) (would|will|can|may) "
    "(see|read|show)": "html",
    "(is|are|was|were) (still|) (full of|littered with|riddled with|polluted with|cluttered with|stuffed with|"
    "peppered with|packed with|covered in|covered with|plagued by|loaded with|sprinkled with|crammed with)": "have",
    "(carry|carries|carrying|come with|comes with|bear|bears)": "have",
    "(must|should|has to|have to|needs to|need to|ought to|shall) be (free|rid|clear|clean|cleared|cleaned|freed) "
    "of": "drop",
    "(says|say|tells|tell|gives|give) (nothing|us nothing|me nothing|too little|hardly anything)": "are drop",
    "(we|i|our team|the team|my team) (can|) (only|just) (read|speak|understand|know)": "keep only",
    "(all|any|the|) other languages": "others",
    # pieces
    f"(a|one|each a|every) (row|record|line|entry) (for|per|of) (every|each|a|one|the|) {_PIECE}": "please",
    f"(each|every|one|any) {_PIECE} (on|in|as|becomes|becoming|being|gets|getting|to|is|should be|should become) "
    "(a row|its own row|one row|a new row|a row of its own|its own record|a separate row|a record|a row by itself)":
        "please",
    "(every|each|all) of (these|those|the|them) (pieces|chunks|parts) (on|in|as|becomes|gets) "
    "(a row|its own row|one row|a new row|a row of its own)": "please",
    "into (small|smaller|equal|short|shorter|handy|even|bite sized|) "
    "(pieces|parts|slices|segments|bits|portions|lumps|blocks)": "into chunks",
    "(don't|doesn't|do not|does not|won't|wouldn't|can't|cannot) fit (on|in|into|onto) (the|our|a|my|their) (card|page|"
    "screen|box|slide|label|form|field|window|display|layout|model|context|table|app|template|tweet|poster|flyer)":
        "are drop",
    "(break|divide|cut|chop|slice|split|carve|split up) (up|)": "1",
    # what is counted
    "(at least one|one or more|at least a single|at least an|one or several|at minimum one|minimum one) "
    "(link|links|url|urls|emoji|emojis|email|e mail|hyperlink|smiley|web address|web link)": "any 2",
    "(counting|including|incl|with|plus|and) (every|all|all the|the|also|even|) (blanks|spaces|blank|space|white space|"
    "whitespace) (included|counted|as well)": "whitespace",
    ", (the|all|) (blanks|spaces|white space|whitespace|blank spaces) "
    "(included|counted|too|also|as well|count too|count as well|count|also count|are counted|are included|inclusive)":
        "count whitespace",
    ", (counting|including|incl|counted with|and count|with) (every|all|all the|the|also|even|) "
    "(blanks|spaces|blank|space|white space|whitespace) (too|as well|also|included|counted|)": "count whitespace",
    "(counting|including|incl|counted with|and count) (every|all|all the|the|also|even|) "
    "(blanks|spaces|blank|space|white space|whitespace) (too|as well|also|)": "count whitespace",
    # remarks
    "and (friends|the like|co|so on|so forth|the rest of them|similar things|such things|all that|their like|"
    "the others|similar ones|similar|all that stuff|stuff like that|things like that|such)": "please",
    "or (the like|similar|similar things|things like that|whatever)": "please",
    "(no|no|without) (markup|tags|html|code) (left|remaining|any more|anymore|at all|left over|left in it)": "please",
}  # fmt: skip
"""Words that people say, with choices in parentheses, and what they mean; a digit is the choice of that group."""

_RUNS: Final = frozenset("!?")
_DENIALS: Final = {
    f"{verb}nt": f"{verb}n't"
    for verb in "do does did is are was were ca should must would could have has had need wo might".split()
}
"""Words that are often written without their apostrophe."""
_NEEDED: Final = 2
_ASKED: Final = frozenset(
    "asked asks told tells instructed ordered requested wants want wanted needs expects advised advises begged".split()
)
_TYPED: Final = frozenset(
    "left wrote put posted typed added used sent entered mentioned wrote placed inserted pasted gave".split()
)
_AUX: Final = frozenset("is are was were be been has have had".split())
_MODALS: Final = frozenset("should must may can shall".split())
_REMAINING: Final = frozenset("remain stay survive be".split())
_REPEATED: Final = frozenset("blanks spaces whitespace blank space punctuation marks".split())
_REACH: Final = 8
_PRIVATE: Final = frozenset(
    "mail mails email emails phone phones telephone telephones ip ips card cards personal private pii".split()
)
_PUTTING: Final = frozenset("put write insert use set place".split())
_FIRST_EMOJI: Final = "\U0001f300"
_LAST_EMOJI: Final = "\U0001faff"


def with_things(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with signs that are shown in a request for what they are as words: "!!!", "&amp;", an emoji."""
    said = [replace(one, low=_DENIALS[one.low]) if one.low in _DENIALS else one for one in tokens]
    said = _collapsing(_without_tellers(_without_askers(_replacing(_without_examples(said)))))
    at = 0
    while at < len(said):
        end, words = _shown(said, at)
        for place, word in zip(range(at, end), [*words, *["please"] * (end - at)], strict=False):
            said[place] = replace(said[place], kind="word", low=word)
        at = max(end, at + 1)
    return said


def _without_examples(tokens: list[Token]) -> list[Token]:
    """The tokens with contractions silenced that only show what is meant: "short forms such as don't or isn't"."""
    said = list(tokens)
    for at in range(1, len(tokens) - 1):
        led = (tokens[at].low == "as" and tokens[at - 1].low == "such") or tokens[at].low in ("like", "e.g")
        place = at + 1
        while led and place < len(tokens):
            here = place + (tokens[place].low in ("or", "and", ",") and place > at + 1)
            if here >= len(tokens) or "'" not in tokens[here].low.strip("'"):
                break
            said[place : here + 1] = [replace(one, kind="word", low="please") for one in tokens[place : here + 1]]
            place = here + 1
    return said


def _without_askers(tokens: list[Token]) -> list[Token]:
    """The tokens with who asks for it silenced: "Legal has asked us to mask …"."""
    said, start = list(tokens), 0
    for at in range(len(tokens) - 2):
        if tokens[at].kind == "break" or tokens[at].low in (".", "!", "?", ";", ":", ","):
            start = at + 1
        words = [one.low for one in tokens[at : at + 3]]
        led = words[0] in _ASKED and words[1] in ("us", "me", "you") and words[2] == "to"
        if led and at - start < _REACH and all(one.is_word for one in tokens[start:at]):
            said[start : at + 3] = [replace(one, low="please") for one in tokens[start : at + 3]]
    return said


def _without_tellers(tokens: list[Token]) -> list[Token]:
    """The tokens with it silenced who put in texts what they hold: "phone numbers that guests left in …"."""
    said = list(tokens)
    for at in range(1, len(tokens) - 3):
        if tokens[at].low not in ("that", "which") or not tokens[at - 1].is_word:
            continue
        verb = next((n for n in range(at + 2, min(at + 5, len(tokens) - 1)) if tokens[n].low in _TYPED), None)
        if verb is not None and tokens[verb + 1].low in ("in", "into", "on") and tokens[verb - 1].low not in _AUX:
            said[at : verb + 1] = [replace(one, low="please") for one in tokens[at : verb + 1]]
    return said


def _collapsing(tokens: list[Token]) -> list[Token]:
    """The tokens with "only one should remain", behind what is repeated in texts, said as "collapse"."""
    said = list(tokens)
    for at in range(1, len(tokens) - 3):
        words = [one.low for one in tokens[at : at + 4]]
        tail = words[0] in ("only", "just") and words[1] == "one" and words[2] in _MODALS and words[3] in _REMAINING
        if tail and any(one.low in _REPEATED for one in tokens[max(0, at - _REACH) : at]):
            low = ["please", "please", "please", "collapse"]
            said[at : at + 4] = [replace(one, low=word) for one, word in zip(tokens[at : at + 4], low, strict=True)]
    return said


def _replacing(tokens: list[Token]) -> list[Token]:
    """The tokens with "put X in place of Y" said as "mask Y"."""
    said = list(tokens)
    for at in range(2, len(tokens) - 2):
        said_of = {one.low for one in tokens[at + 3 : at + 3 + _REACH]}
        if [one.low for one in tokens[at : at + 3]] != ["in", "place", "of"] or said_of.isdisjoint(_PRIVATE):
            continue  # "put the title in place of the body" hides nothing
        verb = next((n for n in range(at - 1, max(-1, at - _REACH), -1) if tokens[n].low in _PUTTING), None)
        if verb is not None:
            said[verb : at + 2] = [replace(one, kind="word", low="please") for one in tokens[verb : at + 2]]
            said[at + 2] = replace(tokens[at + 2], low="mask")
    return said


def _shown(tokens: Sequence[Token], at: int) -> tuple[int, tuple[str, ...]]:
    """One past the last token of what is shown here, and what it is called; the same position for nothing."""
    token = tokens[at]
    if token.kind == "quoted" and len(token.text) >= _NEEDED and set(token.text) <= _RUNS:
        return at + 1, ("punctuation",)
    if token.kind != "sign":
        return at, ()
    if _FIRST_EMOJI <= token.text <= _LAST_EMOJI:
        return at + 1, ("emoji",)
    if token.text == "&":
        size = next((n for n in (1, 2) if _closes(tokens, at, n)), 0)
        return (at + size + 2, ("html", "entity")) if size else (at, ())
    # "Wow!!!" is only loud: what is shown stands by itself.
    end = at
    if token.text not in _RUNS or at == 0 or _touch(tokens, at):
        return at, ()
    while end < len(tokens) and tokens[end].text == token.text and (end == at or _touch(tokens, end)):
        end += 1
    return (end, ("repeated", "punctuation")) if end - at >= _NEEDED else (at, ())


def _closes(tokens: Sequence[Token], at: int, size: int) -> bool:
    """Whether a semicolon ends what so many tokens after an ampersand spell."""
    last = at + size + 1
    return last < len(tokens) and tokens[last].text == ";" and all(_touch(tokens, n) for n in range(at + 1, last + 1))


def _touch(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token stands right behind the one before."""
    return tokens[at - 1].end == tokens[at].start
