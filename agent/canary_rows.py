"""Makes the rows that a plan is tried on: beside each limit that was read, and far from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..tools.profile import Profile
from .canary_claims import Claim, CountClaim, LanguageClaim, MemberClaim
from .canary_texts import LANGUAGE_TEXTS, characters_of, clearly_other, sentences_of, words_of

MOST_UNITS: Final = 20_000
"""Largest text that is made, in words or sentences; ten times that in characters."""
_MARKUP: Final = ("html", "markup", "tags")


@dataclass(frozen=True)
class Canary:
    """A row, what it is for a person, and whether it stays.

    `shrinks` says that a step which makes texts smaller leaves the row one that must go, and `grows` the same of one
    that makes them larger.
    """

    claim: Claim
    row: dict[str, Any]
    what: str
    stays: bool
    shrinks: bool = True


def canaries_of(claims: Sequence[Claim], profile: Profile, request: str) -> Iterator[Canary]:
    """Rows for each claim, which fulfil all other claims."""
    rows = _Rows(claims, profile)
    for claim in claims:
        for canary in _canaries(claim, rows, profile, request):
            if claim.tells in ("both", "stays" if canary.stays else "goes"):
                yield canary


def _canaries(claim: Claim, rows: "_Rows", profile: Profile, request: str) -> Iterator[Canary]:
    if isinstance(claim, CountClaim):
        yield from _counted(claim, rows)
        if _after_markup(claim, request):
            yield from _marked_up(claim, rows)
    elif isinstance(claim, LanguageClaim):
        yield from _spoken(claim, rows)
    else:
        yield from _labelled(claim, rows, profile)


@dataclass(frozen=True)
class _Rows:
    """Makes rows that fulfil every claim but for what is put into them."""

    claims: Sequence[Claim]
    profile: Profile

    def row(self, turn: int = 0, **values: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for column in self.profile.columns:
            if column.mean_chars is not None and not column.labels:
                made[column.name] = words_of(max(3, min(400, int(column.mean_words or 8))), turn)
            else:
                made[column.name] = _plain_value(column.dtype, column.labels, turn)
        for claim in self.claims:
            made |= self._fulfilling(claim, turn)
        return {**made, **values}

    def _fulfilling(self, claim: Claim, turn: int) -> dict[str, Any]:
        if isinstance(claim, MemberClaim):
            labels = self.profile.column(claim.column).labels
            fitting = [one for one in labels if (one in claim.values) != claim.exclude]
            return {claim.column: fitting[0]} if fitting else {}
        if isinstance(claim, LanguageClaim):
            code = self.language(claim)
            return {claim.column: LANGUAGE_TEXTS[code], **self.labels(code)} if code and code != "en" else {}
        low, high = self.interval(claim.column, claim.unit)
        size = low + 5 if high is None else (low + high) // 2
        languages = [one for one in self.claims if isinstance(one, LanguageClaim) and one.column == claim.column]
        if any(self.language(one) not in ("en", None) for one in languages) or size > MOST_UNITS:
            return {}
        return {claim.column: _sized(claim, size, turn)[0]}

    def interval(self, column: str, unit: str) -> tuple[int, int | None]:
        """What all claims on one number leave."""
        counts = [
            one for one in self.claims if isinstance(one, CountClaim) and (one.column, one.unit) == (column, unit)
        ]
        lows, highs = [one.low for one in counts if one.low], [one.high for one in counts if one.high is not None]
        return max(lows, default=0), min(highs, default=None)

    def language(self, claim: LanguageClaim) -> str | None:
        """A language that stays: English where it does."""
        known = (
            clearly_other(claim.codes) if claim.exclude else [code for code in claim.codes if code in LANGUAGE_TEXTS]
        )
        return "en" if "en" in known else next(iter(known), None)

    def labels(self, code: str) -> dict[str, Any]:
        """Columns that tell the language in agreement with the text."""
        return {column.name: code for column in self.profile.columns if code in column.labels}


def _plain_value(dtype: str, labels: Sequence[str], turn: int) -> Any:
    if labels:
        return "en" if "en" in labels else labels[0]
    values: Mapping[str, Any] = {"integer": 1000 + turn, "number": 0.5, "boolean": False, "nested": {"key": "value"}}
    return values.get(dtype, f"value {turn}")


def _sized(claim: CountClaim, size: int, turn: int, *, visible: bool = True) -> tuple[str, str]:
    """A text of a size, and what it is called."""
    name = f"{size} {claim.unit[:-1] if size == 1 else claim.unit}"
    if claim.unit == "words":
        return words_of(size, turn), name
    if claim.unit == "sentences":
        return sentences_of(size, turn), name
    return characters_of(size, turn, white_space=not visible), name


def _counted(claim: CountClaim, rows: _Rows) -> Iterator[Canary]:
    """Sizes beside the limits and far from them; characters so that white space makes no difference."""
    low, high = rows.interval(claim.column, claim.unit)
    most = MOST_UNITS * (10 if claim.unit == "characters" else 1)
    goes, stays = set[int](), set[int]()
    if claim.low:
        goes |= {claim.low - 1, claim.low // 2, claim.low // 5}
        stays |= {claim.low, claim.low + 1, claim.low * 2}
    if claim.high is not None:
        goes |= {claim.high + 1, claim.high * 2 + 2, claim.high * 6 + 6}
        stays |= {claim.high, claim.high - 1, claim.high // 2}
    fitting = {size for size in stays if low <= size and (high is None or size <= high)}
    for stay, sizes in ((False, goes), (True, fitting)):
        for turn, size in enumerate(sorted(one for one in sizes if 0 < one <= most)):
            below = claim.low is not None and size < claim.low
            near_low = high is None or (low > 0 and 2 * size < low + high)
            # White space counts for some: what goes below a limit is that small with it, what stays without it.
            text, name = _sized(claim, size, turn, visible=near_low if stay else not below)
            if stay and claim.unit == "characters" and not _surely_within(text, low, high):
                continue
            yield Canary(claim, rows.row(turn, **{claim.column: text}), f"a text of {name}", stay, shrinks=below)
            if claim.unit == "characters" and not any(isinstance(one, LanguageClaim) for one in rows.claims):
                unspaced = (LANGUAGE_TEXTS["zh"] * (size // 60 + 1))[:size]
                row = rows.row(turn, **{claim.column: unspaced})
                yield Canary(claim, row, f"a text of {name}", stay, shrinks=below)


def _surely_within(text: str, low: int, high: int | None) -> bool:
    """Whether so many characters are allowed, white space counted or not."""
    return sum(not one.isspace() for one in text) >= low and (high is None or len(text) <= high)


def _after_markup(claim: CountClaim, request: str) -> bool:
    """Whether markup is surely taken away before the limit: it is said first, and nothing reverses it."""
    said = request.lower()
    earlier = said[: claim.span[0]]
    acts = any(verb in earlier for verb in ("strip", "remove", "clean", "throw out"))
    named = any(word in earlier.split() or f"{word}," in earlier.split() or f"{word};" in earlier for word in _MARKUP)
    reversing = any(word in said for word in ("before", "after", "last", "finally", "except"))
    return claim.unit == "words" and claim.low is not None and acts and named and not reversing


def _marked_up(claim: CountClaim, rows: _Rows) -> Iterator[Canary]:
    """Texts that are long enough with their markup only."""
    low = claim.low or 0
    size = max(1, low * 2 // 3)
    attributes = " ".join(f'<span class="part {word}" title="note on {word}">' for word in words_of(low).split())
    text = f"<p>{words_of(size, 3)}</p>{attributes}{'</span>' * attributes.count('<span')}"
    high = rows.interval(claim.column, claim.unit)[1]
    if len(text.split()) <= 20 * MOST_UNITS and high is None:
        row = rows.row(3, **{claim.column: text})
        yield Canary(claim, row, f"a text of {size} words between tags", stays=False)


def _spoken(claim: LanguageClaim, rows: _Rows) -> Iterator[Canary]:
    named = [code for code in claim.codes if code in LANGUAGE_TEXTS]
    others = clearly_other(claim.codes)
    goes, stays = (named, others[:5]) if claim.exclude else (others[:6], named)
    for stay, codes in ((False, goes), (True, stays)):
        for turn, code in enumerate(codes):
            row = rows.row(turn, **{claim.column: _long_enough(code, claim.column, rows, turn)}, **rows.labels(code))
            yield Canary(claim, row, f"a text in the language {code!r}", stay)


def _long_enough(code: str, column: str, rows: _Rows, turn: int) -> str:
    """A text in a language, as many times as the limits on words ask for."""
    low, high = rows.interval(column, "words")
    if code == "en" and (low or high):
        return words_of(min(low + 10, high) if high else low + 10, turn)
    text = LANGUAGE_TEXTS[code]
    if code in ("zh", "ja"):
        return text * max(1, -(-low // 60))
    words = (text + " ") * max(1, -(-low // 35))
    return " ".join(words.split()[:high])


def _labelled(claim: MemberClaim, rows: _Rows, profile: Profile) -> Iterator[Canary]:
    for turn, label in enumerate(profile.column(claim.column).labels):
        what = f"a row whose {claim.column} is {label!r}"
        yield Canary(claim, rows.row(turn, **{claim.column: label}), what, (label in claim.values) != claim.exclude)
