"""Reads sentences that take something out of texts, or mask it: in which columns, and for which rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ....operators.core.expression import Condition
from ....tools.profile import Profile
from ..columns import column_at
from ..idioms import FILLER
from ..marks import Marked
from ..slots import Options
from .nouns import NounPhrases
from .phrases import DETERMINERS, GOES, POLITE, Phrases
from .rows import Rows
from .things import PRIVATE, Kind, things_at

_TAKING: Final = Phrases(
    "strip|strip out|strip off|clean|clean out|clean away|clear|clear out|scrub|scrub out|scrape off|take off|"
    "pull out|"
    "erase|wash out|cut|cut out|get rid of|rid of|remove|delete|drop|take out|take away|throw out|filter out|"
    "lose|kill|"
    "ditch|weed out|purge|eliminate|no|without|wipe|wipe out|there should be no|there must be no|i don't want|i "
    "don't "
    "want any|we don't want|we don't want any|i don't want to see|i don't want to see any|don't leave|don't "
    "leave any|"
    "peel off|blank|discard|do away with|trim off|edit out|extract away|sweep out|chuck out|toss out|bin|no more|"
    "free "
    "of|dump"
)
_MASKING: Final = Phrases(
    "mask|mask out|hide|redact|anonymise|anonymize|censor|blank out|black out|obscure|cover up|cover|scramble|"
    "pseudonymise|pseudonymize|obfuscate|x out|conceal|make unreadable"
)
_MASKED: Final = Phrases(
    "must be masked|should be masked|have to be masked|need to be masked|masked|are to be masked|must be hidden|"
    "should "
    "be hidden|have to be hidden|need to be hidden|hidden|must be anonymised|must be anonymized|should be anonymised|"
    "should be anonymized|anonymised|anonymized|must be redacted|should be redacted|redacted|must be censored|"
    "should be "
    "censored|should not be readable|shouldn't be readable|must not be readable|should not be visible|shouldn't be "
    "visible|must not be visible|mustn't be visible|can't be visible|must not be shown|should be replaced by a "
    "placeholder|must be replaced by a placeholder|should be replaced by placeholders|must be replaced by "
    "placeholders|"
    "should be replaced with a placeholder|should be replaced with placeholders|must be replaced with placeholders|"
    "must be replaced with a placeholder|should become a placeholder|should become placeholders|need masking|needs "
    "masking|must be made unreadable|should be made unreadable|must be blacked out|should be blacked out"
)
_READABLE: Final = Phrases(
    "should be readable|should be visible|should be seen|may be readable|may be visible|must be readable|must be "
    "visible|can be seen|can be read|should be legible|shall be readable|shall be visible|should show up|should "
    "appear|should be shown|is to be seen|to be seen|should be left readable|should remain readable"
)
_OUT: Final = Phrases(
    "should be taken out|must be taken out|should be stripped|must be stripped|should be stripped out|must be "
    "stripped "
    "out|should be cleaned out|must be cleaned out|need to be stripped|have to be stripped|should be cut out|must be "
    "cut out|need to come out|have to come out|should come out|must come out|out|gone|away|off|removed|stripped"
)
_REPLACING: Final = frozenset("replace substitute swap".split())
_PLACEHOLDERS: Final = Phrases(
    "a placeholder|placeholders|a label|labels|a mask|masks|a dummy|dummies|a generic placeholder|generic placeholders"
)
_GETTING: Final = frozenset("get take pull strip throw leave cut clean wash keep pluck fish".split())
_WAYS: Final = frozenset("out off away".split())
_PLACES: Final = frozenset("in from inside within of out off contained".split())
_FOR: Final = frozenset("for in on of if where when unless".split())
_WHEN: Final = frozenset("if where when unless".split())
_LEFT: Final = frozenset("leave keep spare but not don't".split())
_LOWERCASE: Final = "lowercase"
_OPERATORS: Final = {
    "url": "strip_urls", "emoji": "remove_emoji", "html": "strip_html", _LOWERCASE: "lowercase_text",
    "entity": "unescape_html", "punctuation": "collapse_punctuation", "whitespace": "normalize_whitespace",
    "contraction": "expand_contractions",
}  # fmt: skip
_MAKING: Final = frozenset("make put turn write convert change set bring render have get print show leave".split())
_BECOMING: Final = frozenset(
    "should must shall has have need needs to be is are in into all only become becomes go goes ought : - –".split()
) | {FILLER}
_NOWHERE_ELSE: Final = Phrases(
    "only those|only these|only there|only them|nowhere else|from nowhere else|in no others|in no other|not elsewhere|"
    "not in the others|not in the other ones|nothing else|no others|just those|just these|just there|those only|only "
    "for those|only for these|only in those|only in these|in those only|there only|for those only"
)
"""What is said behind rows that alone are treated."""
_IF_ANY: Final = Phrases(
    "if they wrote one|if there is one|if there's one|if there is any|if there are any|if any|if they have one|if it "
    "has one|of them|of it|out of them|from them|in them|in there|out of there|from it|out of it|in it|where there "
    "is one|if present|wherever they occur|wherever it occurs|where present|wherever they are"
)
MASK: Final = "mask_pii"
_MOST_TOKENS: Final = 40
_MOST_LINKS: Final = 3


@dataclass(frozen=True)
class Treatment:
    """What is taken out of texts.

    Args:
        kinds: what it is.
        columns: of which columns; the main text where none is named.
        where: for which rows; all where it is None.
    """

    kinds: tuple[Kind, ...]
    columns: tuple[str, ...] = ()
    where: Condition | None = None
    replacement: str | None = None

    def steps(self) -> list[tuple[str, Options]]:
        """The operators that do it, in the order in which the things were named, with their options."""
        private = [kind for kind in self.kinds if kind in PRIVATE]
        found: list[tuple[str, Options]] = []
        for kind in self.kinds:
            if kind in _OPERATORS:
                found.append((_OPERATORS[kind], {"replacement": self.replacement} if self.replacement else {}))
            elif not any(name == MASK for name, _ in found):
                found.append((MASK, {} if "pii" in private else {"kinds": [*private]}))
        return found


class Treatments:
    """Reads one piece of a request at a time.

    Args:
        marked: the request.
        profile: the data.
        phrases: reads what stands for rows.
    """

    def __init__(self, marked: Marked, profile: Profile, phrases: NounPhrases) -> None:
        self._marked, self._tokens = marked, marked.tokens
        self._profile, self._phrases = profile, phrases

    def read(self, start: int, end: int) -> Treatment | None:
        """What a piece takes out of texts; None where it is no such sentence, or where it has several meanings."""
        if end - start > _MOST_TOKENS:
            return None
        for begin in self._past(start, end):
            found = list(dict.fromkeys(self._sentences(begin, end)))
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def _sentences(self, at: int, end: int) -> Iterator[Treatment]:
        yield from self._plain(at, end)
        for scope, after in self._scopes(at):  # "for lost parcels, mask phone numbers"
            begin = after
            while self._low(begin) in (",", ":", "only", "please"):
                begin += 1
            if begin > after or self._low(at) in _WHEN | {"for"}:
                for one in self._plain(begin, end):
                    if one.where is None and scope.condition is not None:
                        yield replace(one, where=scope.condition)
        for columns, after in self._columns(at):  # "comments: no links"
            if self._low(after) in (":", ",", "-", "–"):
                for one in self._plain(after + 1, end):
                    if not one.columns:
                        yield replace(one, columns=columns)

    def _plain(self, at: int, end: int) -> Iterator[Treatment]:
        for one, last in self._commanded(at):
            yield from self._placed(one, last, end)
        if self._low(at) in _REPLACING:
            for one, last in self._named(at + 1):
                yield from self._replaced(one, last, end)
        for one, last in self._lowered(at):
            yield from self._placed(one, last, end)
        for one, last in self._nobodys(at):
            yield from self._placed(one, last, end)
        for one, last in self._named(at):  # "phone numbers in the comments must be masked"
            for said in (_MASKED, _OUT, *([GOES] if one.columns else [])):
                for stop in said.ends(self._tokens, last):
                    yield from self._placed(one, stop, end)

    def _commanded(self, at: int) -> Iterator[tuple[Treatment, int]]:
        """Reads "strip the links", "clean the comments of html", "get the emojis out"."""
        for after in [*_TAKING.ends(self._tokens, at), *_MASKING.ends(self._tokens, at)]:
            yield from ((Treatment(kinds), last) for kinds, last in things_at(self._tokens, after))
            for columns, last in self._columns(after):
                things = things_at(self._tokens, last + 1) if self._low(last) in ("of", "from") else ()
                yield from ((Treatment(kinds, columns), behind) for kinds, behind in things)
        if self._low(at) in _GETTING:
            for kinds, last in things_at(self._tokens, at + 1):
                if self._low(last) in _WAYS:
                    yield Treatment(kinds), last + 1

    def _lowered(self, at: int) -> Iterator[tuple[Treatment, int]]:
        """Reads "make the DHL comments lower case", "lowercase the title", "the title should be in small letters"."""
        begin = at + (self._low(at) in _MAKING)
        if self._low(at) == _LOWERCASE:
            yield from self._texts(at + 1)
            return
        for one, last in self._texts(begin):
            here = last
            while self._low(here) in _BECOMING:
                here += 1
            if self._low(here) == _LOWERCASE:
                yield one, here + 1

    def _texts(self, at: int) -> Iterator[tuple[Treatment, int]]:
        """The texts that are written in small letters: "the title", "DHL comments"."""
        for columns, last in self._columns(at):
            yield Treatment((_LOWERCASE,), columns), last
        for rows, last in self._phrases.phrase(at):
            if rows.column is not None and rows.condition is not None and rows.kinds == 1:
                yield Treatment((_LOWERCASE,), (rows.column,), rows.condition), last

    def _nobodys(self, at: int) -> Iterator[tuple[Treatment, int]]:
        """Reads "nobody's phone number should be readable", "no mail address should be seen"."""
        if self._low(at) not in ("nobody's", "no", "noone's", "anyone's", "somebody's"):
            return
        for kinds, last in things_at(self._tokens, at + 1):
            for stop in _READABLE.ends(self._tokens, last):
                if {*kinds} <= PRIVATE:
                    yield Treatment(kinds), stop

    def _named(self, at: int) -> Iterator[tuple[Treatment, int]]:
        """Things, with the columns and the rows that follow them."""
        for kinds, last in things_at(self._tokens, at):
            yield from self._where(Treatment(kinds), last)

    def _replaced(self, treatment: Treatment, at: int, end: int) -> Iterator[Treatment]:
        """Reads "replace links with [LINK]", "replace phone numbers by a placeholder"."""
        if self._low(at) not in ("with", "by"):
            return
        for stop in _PLACEHOLDERS.ends(self._tokens, at + 1):
            if {*treatment.kinds} <= PRIVATE and self._closes(stop, end):
                yield treatment
        bare = self._tokens[at + 1 : end]
        if treatment.kinds == ("url",) and bare and (bare[0].kind == "quoted" or bare[0].low in ("[", "<", "(")):
            quoted = bare[0].kind == "quoted" and len(bare) == 1
            text = bare[0].text if quoted else self._marked.text(at + 1, end)
            yield replace(treatment, replacement=text)

    def _placed(self, treatment: Treatment, at: int, end: int) -> Iterator[Treatment]:
        for one, last in self._where(treatment, at):
            after = self._past_echo(last) if one.where is not None else last
            if self._closes(after, end) or self._spares(one, after, end):
                yield one

    def _past_echo(self, at: int) -> int:
        """Where "…, only those" ends."""
        here = at
        while self._low(here) in (",", "and", "-", "–", "(", "but", "please"):
            here += 1
        found = _NOWHERE_ELSE.end(self._tokens, here)
        return at if found is None else found + (self._low(found) == ")")

    def _where(self, treatment: Treatment, at: int) -> Iterator[tuple[Treatment, int]]:
        """The treatment with the columns and the rows that follow: "from the comments of lost parcels"."""
        yield treatment, at
        here = at = _IF_ANY.end(self._tokens, at) or at
        while self._low(here) in _PLACES:
            here += 1
        if here > at and not treatment.columns:
            for columns, last in self._columns(here):
                yield from self._where(replace(treatment, columns=columns), last)
        if treatment.where is None:
            for scope, last in self._scopes(at):
                if scope.condition is not None:
                    after = last + (self._low(last) == "only")
                    yield replace(treatment, where=scope.condition), after

    def _scopes(self, at: int) -> Iterator[tuple[Rows, int]]:
        """For which rows: "for lost parcels", "of DHL parcels", "in reviews with 1 star", "if the parcel is lost"."""
        begin = at
        while self._low(begin) in (",", "but", "only", "just") and begin < at + _MOST_LINKS:
            begin += 1
        if self._low(begin) not in _FOR:
            return
        after = begin + 1 + (self._low(begin + 1) in ("only", "just"))
        found = [*self._phrases.several(after), *self._phrases.condition(after)]
        for rows, middle in self._phrases.phrase(after):  # "where the parcel was lost"
            found += self._phrases.said(middle) if rows.is_all and self._low(begin) in _WHEN else []
        for rows, last in found:
            meant = rows.inverse() if self._low(begin) == "unless" else rows
            if meant is not None and meant.condition is not None and meant.kinds == 1:
                yield meant, last

    def _columns(self, at: int) -> Iterator[tuple[tuple[str, ...], int]]:
        """Columns of texts that are named here, joined by commas and "and"."""
        names: list[str] = []
        here = end = at
        while True:
            begin = DETERMINERS.end(self._tokens, here) or here
            begin += self._low(begin) in ("column", "columns", "field")
            named = column_at(self._tokens, begin, self._profile) if begin < len(self._tokens) else None
            if named is None or self._profile.column(named[0]).dtype != "text":
                break
            names.append(named[0])
            end = named[1] + (self._low(named[1]) in ("column", "columns", "field", "fields"))
            here = end
            while self._low(here) in ("and", ",", "&"):
                here += 1
            if here == end:
                break
        if names:
            yield tuple(dict.fromkeys(names)), end

    def _spares(self, treatment: Treatment, at: int, end: int) -> bool:
        """Whether what follows only says that other things stay: ", but leave the links"."""
        here = at
        while self._low(here) in (",", "but", "and", "please"):
            here += 1
        if here == at or self._low(here) not in _LEFT | {"without"}:
            return False
        while here < end and self._low(here) in _LEFT | {"touch", "touching", "remove", "the", "mask", "alone"}:
            here += 1
        for kinds, last in things_at(self._tokens, here):
            stops = last
            while self._low(stops) in ("alone", "in", "as", "they", "are", "untouched", "there", "is", "it", "intact"):
                stops += 1
            inside = "html" in treatment.kinds and "url" in kinds  # links go with the tags they stand in
            if not inside and not {*kinds} & {*treatment.kinds} and self._closes(stops, end):
                return True
        return False

    def _past(self, at: int, end: int) -> Sequence[int]:
        places, here = [at], at
        while here < end and (after := POLITE.end(self._tokens, here)) is not None and after <= end:
            places.append(after)
            here = after
        return places[::-1]

    def _closes(self, at: int, end: int) -> bool:
        if at > end:
            return False
        return end in self._past(at, end)

    def _low(self, at: int) -> str:
        return self._phrases.low(at)
