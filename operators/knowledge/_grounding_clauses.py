"""Sentences taken apart into clauses: their terms, numbers, names, and what they deny."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

from ..core._segmentation import UNSPACED
from ._grounding_numbers import Date, Quantity, numbers_in, year_of
from ._grounding_words import OPPOSED_RELATIONS, STOP, is_irregular, is_unspaced, pieces_of, stem, words_of

_BORDER = re.compile(
    rf"[;:—–]\s|[，；：、]|,(?=[{UNSPACED}])|"
    r",(?!\s*\d{4}\b)\s|\s\(|\)\s?|\n"
    r"|(?<!hundred)(?<!thousand)\s(?:and|but|while|whereas|although|though|because|und|aber|während|sondern|obwohl)\s"
)
_BETWEEN = re.compile(r"\b(?:between|zwischen)\s\S+(?:\s\S+)?\s(?:and|und)\s", re.IGNORECASE)
_STRONG_BORDER = re.compile(
    r"[;:—–]\s|[；：，]|,?\s(?:but|while|whereas|although|aber|während|sondern|obwohl)\s|,\s(?:and|und)\s"
)
_NOT = frozenset(
    "not never no without cannot neither nor nobody nothing none nowhere hardly scarcely unable lack lacks "
    "lacked lacking "
    "except nicht kein keine keinen keinem keiner keines nie niemals ohne weder niemand nichts fail fails failed "
    "failing refuse refused refuses absence".split()
)
_SHORT_REACH = frozenset(
    "no without except kein keine keinen keinem keiner keines ohne lack lacks lacked lacking absence".split()
)
_HEADED = _NOT - frozenset("nicht neither nor weder none nobody nothing niemand nichts".split())
"""Negations that stand right before what they turn."""
_HAN_NOT = re.compile("(?:没有|并非|不|没|未|无|非|禁止)(?!同|仅|断|过|久|久|只|少|论|限|止|常)(?<!是不)")
_TURNED = re.compile(
    r"\b(?:not (?:only|just|merely|simply)|nicht nur|no doubt|without doubt|not until|no (?:fewer|less) than|no other"
    r"|no more than|nothing but)\b|不仅|不但|不只|\bNo\. ?\d",
    re.IGNORECASE,
)
_NO_LONGER = re.compile(r"\bno longer\b(?! than)", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:instead of|rather than|anstatt|statt)\b", re.IGNORECASE)
_CONTRACTED = re.compile(r"n['’]t\b", re.IGNORECASE)
_PRONOUNS = frozenset("he she it they who which this these er sie es dieser diese dieses".split())
_CALENDAR = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday i januar februar märz mai juni juli oktober dezember mr mrs ms dr the".split()
)
_GERMAN = frozenset(
    "der die das den dem des ein eine einen einem einer und ist sind war waren nicht im am auf mit von für zu "
    "wird wurde "
    "werden hat haben sich es als auch nach bei aus seit".split()
)
_ENGLISH = frozenset(
    "the a an and is are of in to it for on by with has have be as at from that not no he she they".split()
)
_PREPOSITIONS = frozenset(
    "for with by because due after before during from near through without under over against since into onto as "
    "in on at to "
    "für mit von durch wegen nach vor bei aus gegen seit in im auf an am zu zum zur".split()
)
REACH, SHORT_REACH = 6, 3
"""How many terms behind a negation it denies."""
MOST_CLAUSES = 24
LONGEST = 800
"""Characters of a sentence; a longer one, mostly text without full stops, is cut at white space."""


@dataclass(frozen=True)
class Word:
    """A word as written, in lower case, and its terms: none if it says little, pairs of characters without spaces."""

    shown: str
    low: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Clause:
    """A part of a sentence with at most one statement, as far as commas and conjunctions tell."""

    text: str
    opens: bool
    """Whether it begins a sentence, where a capital says nothing."""
    corrected: bool = False
    """Whether the next clause says what holds instead: "not in May but in June"."""

    @cached_property
    def _numbers(self) -> tuple[list[Quantity], list[Date]]:
        return numbers_in(self.text)

    @cached_property
    def quantities(self) -> list[Quantity]:
        """The numbers, and years that stand alone; each once."""
        years = (year_of(date) for date in self._numbers[1])
        found = [*self._numbers[0], *(year for year in years if year is not None)]
        return [*{(one.values, one.kind, one.bound): one for one in reversed(found)}.values()][::-1]

    @cached_property
    def dates(self) -> list[Date]:
        """The dates that tell more than a year."""
        return [date for date in self._numbers[1] if year_of(date) is None]

    @cached_property
    def tokens(self) -> list[Word]:
        """The words in order; a number or date is one word, whose term is its key."""
        both: list[Quantity | Date] = [*self._numbers[0], *self._numbers[1]]
        numbers = sorted(both, key=lambda one: one.start)
        found, at = list[Word](), 0
        for one in numbers:
            found += map(_word, words_of(self.text[at : one.start]))
            found.append(Word(one.shown, one.key, (one.key,)))
            at = one.start + len(one.shown)
        return found + [_word(one) for one in words_of(self.text[at:])]

    @cached_property
    def words(self) -> list[Word]:
        """The words, without numbers."""
        return [word for word in self.tokens if not word.low.startswith("#")]

    @cached_property
    def sequence(self) -> list[str]:
        """The terms in order, without numbers."""
        return [term for word in self.words for term in word.terms]

    @cached_property
    def relations(self) -> frozenset[tuple[str, str]]:
        """Each little word that turns what follows, with the term that follows."""
        found = set[tuple[str, str]]()
        for place, word in enumerate(self.tokens):
            if word.low in OPPOSED_RELATIONS:
                behind = [term for one in self.tokens[place + 1 : place + 5] for term in one.terms]
                ahead = [term for one in self.tokens[max(0, place - 3) : place] for term in one.terms]
                found.update((word.low, term) for term in behind[:1] or ahead[-1:])
        return frozenset(found)

    @cached_property
    def phrases(self) -> list[frozenset[str]]:
        """The terms behind each preposition or conjunction: what is said of cause, manner, place."""
        found: list[set[str]] = []
        for word in self.tokens:
            if word.low in _PREPOSITIONS:
                found.append(set())
            if found:
                found[-1].update(word.terms)
        return [frozenset(one) for one in found if one]

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms, and a key for each number and date."""
        return frozenset(self.sequence) | self.keys

    @cached_property
    def keys(self) -> frozenset[str]:
        """A key for each number and date."""
        return frozenset(one.key for one in self.quantities).union(*(one.keys for one in self.dates))

    @cached_property
    def names(self) -> list[str]:
        """The names as written, in order: words with a capital inside a sentence, and words of letters and digits."""
        plain = self.nouns_have_capitals
        return [word.shown for n, word in enumerate(self.words) if _is_name(word, plain or (self.opens and n == 0))]

    @cached_property
    def nouns_have_capitals(self) -> bool:
        """Whether it is German, where a capital inside a sentence tells no name."""
        return sum(word.low in _GERMAN for word in self.words) > sum(word.low in _ENGLISH for word in self.words)

    @cached_property
    def first_name(self) -> str | None:
        """The word that opens the sentence, if its capital may be that of a name: a verb or a name follows."""
        if not self.opens or len(self.words) < 2:
            return None
        word, after = self.words[0], self.words[1]
        if not word.terms or not word.shown[0].isupper() or word.shown in self.names or word.low in _CALENDAR:
            return None
        follows = not after.terms or after.shown[0].isupper() or after.low.endswith("ed") or is_irregular(after.low)
        return word.shown if follows else None

    @cached_property
    def has_pronoun(self) -> bool:
        """Whether it begins with a word for something that was named before."""
        return any(word.low in _PRONOUNS for word in self.words[:2])

    @cached_property
    def denied_heads(self) -> frozenset[str]:
        """Of what a negation reaches the part that it turns first: the verb behind "not", the noun behind "no"."""
        return _denied(self, heads=True) if _MAY_DENY.search(self.text) else frozenset()

    @cached_property
    def denied(self) -> frozenset[str]:
        """The terms that a negation reaches."""
        return _denied(self) if _MAY_DENY.search(self.text) else frozenset()


_MAY_DENY = re.compile(
    rf"\b(?:{'|'.join(sorted(_NOT, key=len, reverse=True))})\b|n['’]t\b|instead of|rather than|statt"
    rf"|{_HAN_NOT.pattern}",
    re.IGNORECASE,
)


@lru_cache(maxsize=1 << 16)
def _word(shown: str) -> Word:
    if is_unspaced(shown):
        return Word(shown, shown, tuple(pieces_of(shown)))
    low = shown.lower()
    plain = low.removesuffix("'s").removesuffix("’s")
    if (
        plain in STOP
        or low in STOP
        or plain in _NOT
        or _CONTRACTED.search(low)
        or (len(plain) == 1 and not shown.isupper())
    ):
        return Word(shown, low, ())
    return Word(shown, low, (stem(plain),))


def _is_name(word: Word, plain: bool) -> bool:
    shown = word.shown
    if not word.terms or is_unspaced(shown) or word.low in _CALENDAR:
        return False
    letters = any(char.isalpha() for char in shown)
    if letters and any(char.isdigit() for char in shown):
        return True
    inner = any(char.isupper() for char in shown[1:])
    return inner or (not plain and shown[0].isupper())


def _denied(clause: Clause, *, heads: bool = False) -> frozenset[str]:
    prose = _NO_LONGER.sub("not", _TURNED.sub(" ", clause.text))
    prose = _INSTEAD.sub(" except ", _CONTRACTED.sub(" not ", prose))
    found: set[str] = set()
    for match in _HAN_NOT.finditer(prose):
        rest = prose[match.end() : match.end() + 6]
        run = re.match(r"\w+", rest)
        found.update(pieces_of(run[0]) if run else ())
    words = Clause(prose, opens=False).tokens
    for place, word in enumerate(words):
        if word.low not in _NOT:
            continue
        reach = SHORT_REACH if word.low in _SHORT_REACH else REACH
        follows = [one for one in words[place + 1 :] if one.terms and not (heads and _is_adverb(one.low))]
        behind = [term for one in follows for term in one.terms][: 1 if heads and word.low in _HEADED else reach]
        # "They do not." and the "nicht" at the end of a German clause deny what stands before them.
        reached = behind or [term for one in words[:place] for term in one.terms]
        found.update(reached[-1:] if clause.corrected else reached)
    return frozenset(found)


def segments_of(sentence: str) -> list[Clause]:
    """The parts of a sentence that have subjects of their own, as far as semicolons and conjunctions tell."""
    parts = [part.strip() for part in _STRONG_BORDER.split(sentence, maxsplit=MOST_CLAUSES)]
    return [Clause(part, opens=n == 0) for n, part in enumerate(part for part in parts if part)]


def _is_adverb(word: str) -> bool:
    return len(word) > 5 and word.endswith("ly") and word not in ("supply", "multiply", "comply")


def clauses_of(sentence: str) -> list[Clause]:
    """The clauses of a sentence, in order.

    >>> [clause.text for clause in clauses_of("Ann sings, but Bob only hums.")]
    ['Ann sings', 'but Bob only hums.']
    """
    pairs = [pair.span() for pair in _BETWEEN.finditer(sentence)]
    found = (one for one in _BORDER.finditer(sentence) if not any(start <= one.start() < end for start, end in pairs))
    borders = [*islice(found, MOST_CLAUSES - 1)]
    starts = [0, *(border.end() for border in borders)]
    ends = [*(border.start() for border in borders), len(sentence)]
    parts = [(sentence[start:end].strip(), sentence[end : end + 5]) for start, end in zip(starts, ends, strict=True)]
    filled = [part for part in parts if part[0]]
    corrects = [text.startswith("sondern ") for text, _ in filled[1:]] + [False]
    return [
        Clause(text, opens=n == 0, corrected=after == " but " or corrects[n]) for n, (text, after) in enumerate(filled)
    ]


def pieces_of_sentence(sentence: str) -> Iterator[str]:
    """The sentence, or its pieces where it is too long to be one."""
    start = 0
    while len(sentence) - start > LONGEST:
        cut = sentence.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = cut if cut > 0 else start + LONGEST
        yield sentence[start:cut].strip()
        start = cut
    if rest := sentence[start:].strip():
        yield rest


__all__ = ["Clause", "Word", "clauses_of", "pieces_of_sentence", "segments_of"]
