"""Turns of phrase that people use for plain words: "of no use to us" is "drop", "has to" is "must"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from ...tools.profile import Profile
from .columns import column_at, words_of
from .languages import NAMES
from .repeats import with_repeats
from .text_idioms import TEXT_IDIOMS, with_things
from .tokens import Token
from .vocabulary import NEGATIONS, ROW_NOUNS, stem

FILLER: Final = "please"
"""What stands in the place of a word that says nothing."""

_IDIOMS: Final[Mapping[str, str]] = {
    # what goes
    "ignore (anything|everything|whatever|those|these)": "drop 1",
    "(of|is|are) (no|little|zero) (use|value|interest|help|good) (to|for) (us|me|anyone|anybody|our team|"
    "the team)": "are drop",
    "(of|have|has) no (use|value|interest)": "drop",
    "(we|i) (have|got|see) no (use|need|room|place) for": "drop",
    "(have|has|had|having) no (use|need|room|place) for": "drop",
    "no (use|need|room|place) for": "drop",
    "(can|could|may|should|will|must) do without": "drop",
    "do without": "drop",
    "(we|i) (don't|do not|dont|needn't|need not) (need|require|use|care about|care for|like)": "drop",
    "(is|are) (not|no longer) (needed|wanted|required|welcome|allowed|acceptable|permitted|useful|of use)": "are drop",
    "(isn't|aren't) (needed|wanted|required|welcome|allowed|acceptable|permitted|useful|of use)": "are drop",
    "(is|are) (useless|worthless|unusable|pointless|unwanted|unwelcome|forbidden|banned|irrelevant|"
    "superfluous|needless)":
        "are drop",
    "(we|i) (can't|cannot|can not|couldn't) (use|have|take|accept|publish|show|work with|do anything with|read|"
    "understand|speak|handle|process|deal with|judge|check|evaluate|rate|score|label|annotate|train on|translate|grade|"
    "moderate|make use of|make sense of)": "drop",
    "(we|i) (don't|do not|won't|never|can't|cannot|no longer) (list|publish|print|show|use|accept|carry|sell|run|host|"
    "support|serve|allow|take|read|post|share|cover) (those|these|them|it|that|such)": "drop 4",
    "(my|our|the|their) (boss|manager|team|editor|client|customer|colleague|supervisor|professor|lead|director|"
    "colleagues|annotators|reviewers|teacher|people|trainer|annotator|reviewer|chef) (wants|want|needs|need|likes|"
    "asks for|ask for|asked for|would like|insists on|prefers|prefer|requires|require|wishes|expects|expect)":
        "we want",
    "w / o": "without",
    "w /": "with",
    "(can't|cannot|can not) be (used|accepted|published|shown)": "are drop",
    "(not|hardly) (interested|interesting)": "drop",
    "(don't|doesn't|do not|does not) (interest|matter|help|belong|fit|count)": "drop",
    "(has|have|had|got|needs|need|must|should) (to go|to leave|to be gone|be gone|to disappear|to vanish)": "must go",
    "(is|are|be) (out|gone|off|history)": "are drop",
    "(may|must|should) not (appear|occur|remain|stay|be left|be kept|be there|be in)": "drop",
    "mustn't (appear|occur|remain|stay|be left|be kept|be there)": "drop",
    "(shouldn't|can't|cannot) (appear|occur|remain|stay|be left|be kept|be there)": "drop",
    "away with": "drop",
    "down with": "drop",
    "(be|is) (rid|shot) of": "drop",
    "(spare|save) (me|us)": "drop",
    "forget (about|the)": "drop",
    "(chuck|bin|fling|sling|boot|send) (out|away|off)": "drop",
    # more of what goes
    "(i|we) (don't|do not|dont|never|no longer) (want|wish|need|like|care) (to see|to have|to keep|to find|to get|"
    "to read|to meet|to come across) (any|any more|)": "drop",
    "(i|we) (don't|do not|dont|never) want any more": "drop",
    "(we'd|i'd|we would|i would) rather not (have|see|keep|get|use|show) (any|)": "drop",
    "(don't|do not|dont|never) (give|show|send|bring|leave|hand) (me|us) (any|)": "drop",
    "(let|letting|lets) go of": "drop",
    "(say|wave) goodbye to": "drop",
    "(part|dispense) with": "drop",
    "(dispose|disposing) of": "drop",
    "(do|doing) away with": "drop",
    "(want|need|wants|wish) rid of": "drop",
    "(see|seen) the (back|last|end) of": "drop",
    "(clear|cross|strike|sift|sieve|root|turf|wipe|knock|cast|pull|rip|rule|sweep|flush|leave|weed) (out|off|away)":
        "drop",
    "(goes|go) (as well|too|also|away|out)": "drop",
    "(has|have) no (business|place) (here|there|in there|in here|in it)": "drop",
    "(must|should|may|can) not be (in there|in here|in it|in this|there|included|present|among them|left in|found)":
        "drop",
    "(mustn't|shouldn't|can't|cannot) be (in there|in here|in it|in this|there|included|present|among them|left in|"
    "found)": "drop",
    # more of what stays
    "(is|are) all (that|) (i|we) (need|want|ask for|require|care about)": "keep only",
    "(concentrate|focus|zoom in) on": "keep only",
    "(want|need|like|wish|love|have|prefer) to (see|have|get|read|look at)": "want",
    "(narrow|cut|boil|pare) (it|this|them|the table|the data|the file|the list) down to": "keep only",
    "(reduce|confine) (it|this|them|the table|the data|the file|the list) to": "keep only",
    "(too|very|so|rather|really|hardly|barely) (little|few|any) (text|words|content|characters)": "short text",
    "(too|very|so|rather|really) (much|many) (text|words|content|characters)": "long text",
    "(i|we) mean": "please",
    "(before|until) (you|we|i) (do|check|checked|apply|test|look at) (that|this|so|it)": "before that",
    "nothing (in|on|left in) (the|this|our|my) (file|table|result|output|set|end|dataset) (but|except|besides)":
        "keep only",
    "(two|three|several|many|multiple) or more (space|spaces|blank|blanks) (in a row|)": "whitespace",
    "(must|should|may|can|could|shall|will|do|does|ought to) not (make it|get|come|go|end up|land|stay|remain) "
    "(into|in) (the|our|my|this|that) (set|data|dataset|file|table|result|output|corpus|collection)": "drop",
    "(has to|must|should|can|will|shall|gets to|needs to) go (in|into) the (bin|trash|dustbin|garbage|waste)": "drop",
    "(goes|go) (in|into) the (bin|trash|dustbin|garbage|waste)": "drop",
    # politeness and purposes
    "(i'd|we'd|i would|we would|i) (say|think|guess|reckon|suppose|believe) (that|)": "please",
    "(see|look) to it that": "please",
    "(make|be) sure that": "please",
    "(how|what) about": "please",
    "(out of|from among|among) (those|these|them)": "please",
    "for (the|our|my|a|an|this|that) (yearly|annual|monthly|weekly|quarterly|daily|next|final|first|second) (review|"
    "report|meeting|issue|newsletter|newspaper|presentation|edition|audit|run|round|release|training)": "please",
    "undo": "decode",
    "(regarding|concerning|about) the": "the",
    "(how|what) about (having|keeping|we keep|)": "please",
    "(is there|isn't there) (a|any|some|) (way|chance|possibility|option) (to|of|that you|that we|for)":
        "please",
    "(i|we) (wonder|wondered) (if|whether) (you|we|i|one) (could|can|may|might)": "please",
    "(is it|would it be|could it be) (ok|okay|fine|alright|doable|feasible|conceivable) to": "please",
    "(how|what) (do|can|would|should) (i|we|you) (go about|do to|get to|best|) (get|have|see) (only|just)": "keep only",
    "(would|could|can) you be so (kind|good|nice) (as to|to|and)": "please",
    "(do|doing) (me|us) (a|the) (favour|favor) and": "please",
    "(would|could) you mind": "please",
    "(i|we) (was|were|am|are) wondering (if|whether) you (could|can|would|might)": "please",
    "(thank you|thanks) (very much|so much|a lot|in advance|for your help|for the help|a bunch|)": "please",
    "(many|best) (thanks|regards|wishes)": "please",
    "(i'd|we'd|i would|we would) (be|feel) (glad|happy|grateful|thankful) (if|when) you (could|can|would|)": "please",
    "(i'd|we'd|i would|we would) appreciate it (if|when) you (could|can|would|)": "please",
    "on (the|a|our|my) (slide|slides|poster|page|site|website|dashboard|board|card|cards|leaflet|screen)": "please",
    "for (the|a|an|this|that|another|some) (demo|exam|thesis|project|report|paper|presentation|meeting|boss|client|"
    "team|editor|colleague|newsletter|class|students|lecture|research|analysis|dashboard|study|experiment|card|"
    "poster|leaflet|brochure|catalogue|magazine|workshop|course|talk|slides|trainer|teacher|intern|manager|board|"
    "campaign|survey|audit|exhibition)": "please",
    "(once|when|after) (that's|that is|this is|it is|it's|all that is|all this is) (done|finished|over|through|ready|"
    "complete)": "then",
    "(in|as) (the|a) (next|second|third|further|last|final) step": "then",
    "(right|straight) (after|afterwards) (that|this|)": "then",
    "(of|from|in|among|out of) (what|whatever|those that|the ones that) (is|are|remains|remain|was) (left|remaining|"
    "over|left over|still there|)": "please",
    # what stays
    "(we|i|they|our readers|our users|people) (publish|accept|take|use|read|print|run|process|handle|train on|speak|"
    "understand|sell|annotate) (only|just|nothing but|exclusively)": "keep only",
    "(that|which) (link|links|point|points|refer|refers) (somewhere|elsewhere|to something|to a site|to a page|"
    "to a website|to other sites|to other pages|to another site|to the web|outside|out)": "with url",
    "(exclusively|solely|purely)": "only",
    "(i am|i'm|we are|we're) (looking at|working with|working on|dealing with|reading|studying)": "keep",
    "(keep|keeps|kept) (seeing|getting|finding|coming across|reading|meeting|running into|stumbling over)": "please "
    "see",
    "(hold|hang|holding|hanging) (on|onto) to": "keep",
    "(hold|hang) (on to|onto)": "keep",
    "(stick|stay|go) (with|to) (only|just)": "keep only",
    "(only|just) (interested|after|looking) (in|for)": "keep only",
    "(interested|after) (only|just|exclusively|solely) (in|for)": "keep only",
    "(i am|i'm|we are|we're) (only|just) (interested in|after|looking for)": "keep only",
    "(i am|i'm|we are|we're) (interested in|after|looking for)": "keep",
    "(if|whenever) (possible|you can|you could|feasible)": "please",
    "(is it|would it be) possible to (have|get|see|keep)": "have",
    "(is it|would it be) possible to": "please",
    "(leave|give|show|get|hand|bring|send|let) (me|us) (have|keep|see|with)": "keep",
    "(leave|give|show|get|hand|bring) (me|us) (only|just|nothing but)": "keep only",
    "(leave|keep|want|need|allow|accept|have|take) nothing (but|except|other than|besides)": "keep only",
    "nothing (but|except|other than|besides|apart from)": "keep only",
    "(no other than|none but|none other than|no one but)": "keep only",
    "(i'd|we'd|i would|we would) (like|love|prefer|appreciate) (to have|to get|to see|)": "have",
    "(can|could|may) (i|we) (have|get|see)": "have",
    "(has|have|had|got|ought|is|are) to be": "must be",
    "(is|are) supposed to": "must",
    "(has|have|ought) to (have|contain|hold|run|reach)": "must have",
    # what is counted, and which way
    "(run|runs|running|go|goes|going|come|comes|stretch|stretches|extend|extends) (over|beyond|past|"
    "above)": "have over",
    "(run|runs|running|go|goes|come|comes|amount|amounts|add|adds up|stretch|stretches) (to|on for|"
    "up to) (more|fewer|less|over|under|at)":
        "have 3",
    "(as many as|as much as|not exceeding|never more than)": "at most",
    "(not|never) (exceed|exceeding|go over|go beyond|be over|be above|be longer than|run over)": "at most",
    "(mustn't|shouldn't|can't|cannot|may not|must not|should not|can not) (exceed|be over|be longer than|"
    "be above|go over|go beyond|run over|have more than)":
        "must at most",
    "(falls|fall|falling) (below|under|short of)": "have under",
    "(fall|falls) short of": "under",
    "the same (for|with|goes for|applies to|holds for)": "likewise for",
    "(insist|insists|insisting) on": "require",
    "(of|from|out of|) (what|whatever) (remains|is left|'s left|stays|is left over)": "rows",
    "(what's|whatever's) (left|left over|remaining)": "rows",
    # copies
    "(no|without|zero) (repeats|repetitions|doubles|doublets|twins|clones|double entries|reposts|repeat entries)":
        "drop duplicate",
    "(reposts|doublets|doubles|clones|carbon copies|double entries|repeat entries)": "duplicate",
    "(exact|identical|perfect|true|real|verbatim) (repeats|copies|twins|matches|doubles|clones)": "exact duplicate",
    "(if|when|whenever|where) (two|several|some)": "please",
    "(one|one of them|the first one|the first|the one further up|the earlier one|one copy|a single one|one of those) "
    "(is enough|will do|suffices|is all we need|is all i need) (for me|for us|)": "drop",
    "(shouldn't|mustn't|should not|must not|may not|can't|cannot|don't want to) "
    "(turn up|come|appear|occur|be there|show up|come up|exist|be listed) "
    "(twice|a second time|again|more than once|multiple times|several times)": "drop duplicate",
    "(should|must|may|shall|can) (appear|occur|come|turn up|be there|show up|exist) (just|only|at most|) once":
        "drop duplicate",
    "as (one|an earlier one|any|one seen|another one) (further up|above|before it|earlier|)": "please",
    ", (keep|keeping|leave|take) (whichever|what|the one that|the one which) (came|comes|appears|appeared|is) first":
        "please",
    "(the same|identical|equal) or (almost|nearly|virtually|practically) (the same|identical|equal)": "near duplicate",
    "(we|i) (had|have|have had|already had|already have|had seen|have seen|saw) (already|before)": "duplicate",
    "(big or small letters|upper or lower case|upper and lower case|case|capitals|capitalization|capitalisation) "
    "(makes|make|making) no difference": "ignoring case",
    "(big or small letters|upper or lower case|upper and lower case|case|capitals|capitalization|capitalisation) "
    "(doesn't|don't|does not|do not) matter": "ignoring case",
    # what is in texts
    "(angle|pointed) (bracket|brackets) (tags|tag|codes|things|stuff|)": "html",
    "tags in angle brackets": "html",
    "html (code|codes|tags|markup|formatting|elements|snippets|bits)": "html",
    "(little|small|tiny) (pictures|picture|faces|icons|images)": "emoji",
    "(smiley|smiling|emoji) faces": "emoji",
    "(in|into|to|as|with|) (small|little) letters (only|)": "lowercase",
    "(in|into|to|) lower (case|cased) (letters|)": "lowercase",
    "(black|blank|blot|block|cross) out": "mask",
    "(black|blank|blot|block|cross) (it|them|these|those|that|this) out": "mask 2",
    "(make|render) (unreadable|illegible|unrecognisable|unrecognizable)": "mask",
    "(nobody|no one|noone) (should|must|may|can|could|shall|is to) (be able to|) (read|see|recognise|find)": "mask",
    "(things|stuff|something|characters|signs) (like|such as)": "please",
    "(is|are|looks|look|it's|it is) (so|very|really|) (ugly|annoying|awful|terrible|horrible|confusing|distracting)":
        "please",
    "(goes|go) (too|as well|also|away|out)": "drop",
    # training data
    "or (the row|the rows|it|they|the record|the entry|that one|the pair|the example) (goes|go|is out|is gone|"
    "are gone|has to go|have to go|must go|can go|is dropped|are dropped|is removed|are removed|gets dropped)":
        "please",
    "(any|every|each|no) sample": "1 row",
    "(would|will|might) be (nice|great|good|helpful|useful|handy|fine|lovely|perfect|cool|ideal|appreciated|welcome)":
        "please",
    "(copy|read|take|put|pull|lift|write|place) (just|only|out|) (the|their|its|that|each|every|) (final|end|last) "
    "(result|answer|value|results|answers)":
        "extract the final answer",
    "(don't|do not|doesn't|does not) (put|give|write|state|show|place|have|present) (their|its|the|an|any|a) "
    "(result|answer|results|answers|final answer|final result) (into|in|inside|within|as) (a|the|)":
        "without",
    "(lack|lacks|lacking|miss|misses|missing) (a|an|the|any|) \\ boxed": "without \\ boxed",
    # white space
    "(counting|including|incl|with|plus|and) (the|all|also|even|) (blanks|spaces|blank|space|white space|"
    "whitespace|whitespaces) (too|included|as well|also|counted|)":
        "whitespace",
    "(the|) (blanks|spaces|white space|whitespace) (included|counted|too|count too|count as well|count)": "whitespace",
}  # fmt: skip
"""Words that people say, with choices in parentheses, and what they mean; a digit is the choice of that group."""

_PART: Final = re.compile(r"[()]")
_REASONS: Final = frozenset("because cause cuz coz".split())
_AFTER_AS: Final = frozenset("we they our it this that these the i there nobody".split())
_OWN: Final = frozenset("our my your his her their".split())
_THE: Final = frozenset({"the", "a", "an", "this"})
_SUPPORTS: Final = frozenset("write put set spell print bring change have writes written".split())
"""Verbs that say nothing beside what is made of something."""
SHORTEST_LABEL: Final = 3
"""Labels up to this length are words of the language too."""
_BEFORE_VERBS: Final = frozenset(
    "to and then please a the that they you i we can must should will or in which who".split()
)
_DETERMINERS: Final = frozenset("the my our all these those each every their this its any".split())
_STOPS: Final = frozenset({".", ",", ";", "!", "?", ":", ")"})
_MOST_FOR: Final = 4
_IS: Final = frozenset("is are be was were says".split())
_EXPLAINS: Final = frozenset({("i", "mean"), ("we", "mean"), ("for", "example"), ("for", "instance")})
"""What leads to an example of what was said before."""
_SUBJECTS: Final = frozenset("i we you please i'd we'd i'm let".split())
_SHAPES: Final = frozenset(
    "only just first last top bottom front end once each every no none nothing never most".split()
)
_MOST_NEEDED: Final = 6
_THEM: Final = frozenset("them it these those".split())
_NEEDS: Final = frozenset("need needs use uses require requires like likes read reads want wants".split())


def plain_words(tokens: Sequence[Token], profile: Profile) -> list[Token]:
    """The tokens with turns of phrase replaced by plain words; each keeps its place in the request."""
    tokens = with_things(tokens)
    named = {at for at in range(len(tokens)) for at in _column(tokens, at, profile)}
    labels = {label.lower() for column in profile.columns for label in column.labels}
    named |= {at for at, token in enumerate(tokens) if at and token.low in labels and tokens[at - 1].low in _IS}
    named |= {at for at in range(len(tokens) - 2) if _lows(tokens, at, 3) == ("out", "of", "stock")}
    nouns = _nouns(profile)
    said = [one if at in named else _as_row(_as_adjective(tokens, at), nouns) for at, one in enumerate(tokens)]
    said = with_repeats(_without_reasons(_with_from(said), named, profile), named, FILLER)
    labels = {label.lower() for column in profile.columns for label in column.labels if len(label) > SHORTEST_LABEL}
    at = 0
    while at < len(said):
        found = _idiom(said, at, named)
        if found is None or any(one.low in labels for one in said[at : at + found[0]]):
            at += 1
            continue
        size, words = found
        padded = [*[FILLER] * (size - len(words)), *words][-size:]
        said[at : at + size] = [_saying(one, word) for one, word in zip(said[at : at + size], padded, strict=True)]
        at += size
    return _with_one_verb(said)


def _with_from(tokens: list[Token]) -> list[Token]:
    """In "the links form the body" the word "form" is "from": no verb stands there."""
    said = list(tokens)
    for at in range(1, len(tokens) - 1):
        noun = tokens[at - 1].is_word and tokens[at - 1].low not in _BEFORE_VERBS
        if tokens[at].low == "form" and noun and tokens[at + 1].low in _DETERMINERS:
            said[at] = replace(tokens[at], low="from")
    return said


def _with_one_verb(tokens: list[Token]) -> list[Token]:
    """In "write the title in small letters" the verb is in the last words."""
    said, verb = list(tokens), None
    for at, token in enumerate(tokens):
        if _stops(token):
            verb = None
        elif token.low in _SUPPORTS:
            verb = at
        elif token.low in ("lowercase", "mask") and token.text.lower() != token.low and verb is not None:
            said[verb], verb = _saying(tokens[verb], FILLER), None
    return said


def _saying(token: Token, word: str) -> Token:
    return token if token.low == word else replace(token, kind="word", low=word)


def _lows(tokens: Sequence[Token], at: int, size: int) -> tuple[str, ...]:
    return tuple(token.low for token in tokens[at : at + size])


def _column(tokens: Sequence[Token], at: int, profile: Profile) -> range:
    found = column_at(tokens, at, profile)
    return range(at, found[1]) if found else range(0)


def _nouns(profile: Profile) -> frozenset[str]:
    """What the names of the files call their rows, without endings: "review" in `shop_reviews.jsonl`."""
    names = (words_of(PurePath(name).name.partition(".")[0]) for name in profile.inputs)
    return frozenset(stem(words[-1]) for words in names if words and len(words[-1]) > 3) - {"data", "text"}


def _as_adjective(tokens: Sequence[Token], at: int) -> Token:
    """In "the free articles" nothing is freed of anything."""
    token = tokens[at]
    following = next((one.low for one in tokens[at + 1 : at + 2]), "")
    freed = following in ("of", "from", "the", "my", "our", "all", "it", "them", "these", "those", "me", "us")
    return token if token.low != "free" or freed else replace(token, low="gratis")


def _as_row(token: Token, nouns: frozenset[str]) -> Token:
    """A noun that the name of a file uses for its rows is one for rows."""
    if not token.is_word or token.low in ROW_NOUNS or stem(token.low) not in nouns:
        return token
    return replace(token, low="rows" if token.low.endswith("s") else "row")


def _without_reasons(tokens: list[Token], named: set[int], profile: Profile) -> list[Token]:
    """The tokens with reasons and purposes silenced: "because our site is slow", "for our editors"."""
    said = list(tokens)
    for at, token in enumerate(tokens):
        following = tokens[at + 1].low if at + 1 < len(tokens) else ""
        reason = token.low in _REASONS or (token.low in ("since", "as") and following in _AFTER_AS)
        reason = reason or (token.low == "so" and following == "that" and not _asks_for_shape(tokens, at))
        explains = (token.low, following) in _EXPLAINS
        purpose = token.low == "for" and following in _OWN | _THE
        starts = at > 0 and _stops(tokens[at - 1])
        if not (reason or purpose or explains or (starts and following and token.low in _OWN | _AFTER_AS)):
            continue
        subject = _SUBJECTS | (
            {"the"} if starts or not at else frozenset[str]()
        )  # "for our trainer the title must be …"
        ends = (
            n
            for n in range(at + 1, len(tokens))
            if _stops(tokens[n]) or (purpose and n > at + 2 and tokens[n].low in subject)
        )
        end = next(ends, len(tokens))
        lows = {one.low for one in tokens[at:end]}
        of_them = (
            tokens[end - 1].low in _THEM
            and bool(lows & _NEEDS)
            and not lows & NEGATIONS
            and not any(low.endswith("n't") for low in lows)
        )
        reason = reason or (starts and end - at <= _MOST_NEEDED and of_them)
        purpose = purpose and end - at <= _MOST_FOR
        if at in named or (token.low == "as" and at and tokens[at - 1].low != ","):
            continue
        if explains and not any(n in named or tokens[n].kind == "number" for n in range(at, end)):
            said[at:end] = [_saying(one, FILLER) for one in tokens[at:end]]
        if not (reason or purpose):
            continue
        if not reason and any(n in named or _says_something(tokens[n], profile) for n in range(at, end)):
            continue
        if purpose and not reason and following in _THE and (lows & _SHAPES or any(map(_ranks, tokens[at:end]))):
            continue  # "for the newest"
        if all(one.is_word or one.kind == "sign" for one in tokens[at:end]):
            said[at:end] = [_saying(one, FILLER) for one in tokens[at:end]]
    return said


def _asks_for_shape(tokens: Sequence[Token], at: int) -> bool:
    """Whether "so that …" says what comes first or what is left, and not what for."""
    end = next((n for n in range(at, len(tokens)) if _stops(tokens[n])), len(tokens))
    return any(token.low in _SHAPES or token.low.endswith("est") for token in tokens[at:end])


def _ranks(token: Token) -> bool:
    """Whether a word may say which rows are meant: a number, a superlative, a verb for rows."""
    return not token.is_word or token.low.endswith(("est", "ed")) or token.low in NEGATIONS


def _stops(token: Token) -> bool:
    return token.kind == "break" or (token.kind == "sign" and token.low in _STOPS)


def _says_something(token: Token, profile: Profile) -> bool:
    labels = {word for column in profile.columns for label in column.labels for word in label.lower().split()}
    return token.low in ROW_NOUNS or token.low in labels or (token.low,) in NAMES


def _idiom(tokens: Sequence[Token], at: int, named: set[int]) -> tuple[int, tuple[str, ...]] | None:
    """The longest turn of phrase that begins here: its size and what it means."""
    table = _table()
    for size in range(min(_longest(), len(tokens) - at), 0, -1):
        meaning = table.get(tuple(token.low for token in tokens[at : at + size]))
        if meaning is not None and named.isdisjoint(range(at, at + size)):
            return size, meaning
    return None


@cache
def _table() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    return MappingProxyType(
        {said: meant for pattern, words in {**_IDIOMS, **TEXT_IDIOMS}.items() for said, meant in _said(pattern, words)}
    )


@cache
def _longest() -> int:
    return max(map(len, _table()))


def _said(pattern: str, words: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every wording of a pattern, with what it means."""
    parts = [part.split("|") for part in _PART.split(pattern) if part.strip()]
    groups = [at for at, part in enumerate(parts) if len(part) > 1]
    for chosen in product(*parts):
        meant = [chosen[groups[int(word) - 1]] if word.isdecimal() else word for word in words.split()]
        yield tuple(" ".join(chosen).split()), tuple(" ".join(meant).split())
