"""Reads from a request what must go and what must stay, apart from the planner and only where the words leave no doubt.

A segment is read only if every word of it is known here; whatever else stands there might change what is meant.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from ..tools.profile import Profile
from .canary_anchors import tells_language
from .canary_claims import Claim, CountClaim, LanguageClaim, MemberClaim
from .canary_limits import FoundLimit, found_limits
from .canary_words import (
    DOCUMENTS,
    DROPS,
    FILLERS,
    KEEPS,
    LANGUAGES,
    NEGATIONS,
    PHRASES,
)

_LANGUAGE: Final = "|".join(sorted(LANGUAGES, key=len, reverse=True))
_VERB: Final = "|".join(sorted({*KEEPS, *DROPS, *(phrase.split()[0] for phrase in ("throw", "get", "weed", "leave"))}))
_ACT: Final = (
    rf"(?:{_VERB}|strip|clean|mask|dedupe|deduplicate|normalize|sort|shuffle|take|split|chunk|filter|then|finally|each)"
)
_SENTENCE: Final = re.compile(r"[;:\n!?]+|\.(?=\s|$)|->|→")
_BULLET: Final = re.compile(
    r"^\s*(?:[-*•]\s|\(?(?:\d+|[a-z])[.)]\s|(?:firstly|first|secondly|thirdly|then|finally|also|next)\b,?)?\s*"
)
_PARTS: Final = re.compile(
    rf"\s*,(?!\d)(?!\s*(?:(?:and|or)\s+)?(?:{_LANGUAGE})\b)\s*(?:(?:and|then|or|but)\s+)*"
    rf"|\s+(?:and\s+)?then\s+|\s+and\s+(?={_ACT}\b)|\s+and\s+(?=(?:{'|'.join(sorted(DOCUMENTS))})\b)"
)
_TWISTS: Final = re.compile(
    r"\beach of\b|\bneed not\b|\bnot only\b|"
    r"\b(?:not|no|n't|never|don't|doesn't) (?:must )?(?:need|needs|require|requires|care)\b"
)
"""Words that are known one by one and mean something else together."""
_NEW: Final = re.compile(
    rf"\b{_ACT}\b|\d|"
    r"\b(?:no|only|not|at least|at most|min|max|dedup\w*|remov\w+|stripp\w+|please|anything|everything)\b"
)
"""What a segment says of its own; one without it may go on with the list before it."""
_ELSEWHERE: Final = re.compile(
    r"\b(?:only for|only if|only in|only on|only when|do this|the same|there|unless|those rows|these rows|if|"
    r"translat\w+|too|also|"
    r"before (?:that|this)|instead|ignore|never mind|forget|actually|rather|whichever|either|both|"
    r"otherwise|else|apply (?:this|it|that)|for rows|for the rows|for those|for all rows|in rows|where the)\b"
)
"""What may change the meaning of another part of a request; nothing is read of one that holds it."""

_LISTING: Final = r"\s*(?:,|and|or|, and|, or|/)\s*"


@dataclass(frozen=True)
class _Part:
    """A segment in lower case: where it begins, the segments before it in its sentence, and the one behind it."""

    text: str
    start: int
    before: tuple[str, ...]
    joined: bool
    alternative: bool
    after: str


def read_claims(request: str, profile: Profile) -> tuple[Claim, ...]:
    """What a request surely demands of the data's rows.

    Args:
        request: as the person wrote it, or one clause of it.
        profile: the data's columns.

    Returns:
        Claims in the order of the words; `span` is where they stand in the request. None of a request that holds
        something which might narrow or revoke them.
    """
    low = request.lower().replace("’", "'")
    if len(low) != len(request) or _ELSEWHERE.search(low):
        return ()
    found: list[Claim] = []
    for part in _parts(low):
        if part.alternative or (part.after and not _NEW.search(part.after)):
            continue
        member = _member(part, request, profile)
        found += [member] if member else _texts(part, request, profile)
    return _consistent([claim for claim in found if _is_all(claim, found, low, profile)])


def _is_all(claim: Claim, found: Sequence[Claim], low: str, profile: Profile) -> bool:
    """Whether nothing else in the request names what the claim is about: other languages, other values."""
    if isinstance(claim, CountClaim):
        return True
    rest = low
    for one in found:
        if type(one) is type(claim):
            rest = rest[: one.span[0]] + " " * (one.span[1] - one.span[0]) + rest[one.span[1] :]
    values = (
        _LANGUAGE
        if isinstance(claim, LanguageClaim)
        else "|".join(re.escape(label.lower()) for label in profile.column(claim.column).labels)
    )
    return re.search(rf"(?<!\w)(?:{values})(?!\w)", rest) is None


def _parts(low: str) -> Iterator[_Part]:
    at = 0
    for end in [*(match.span() for match in _SENTENCE.finditer(low)), (len(low), len(low))]:
        sentence, begun, at = low[at : end[0]], at, end[1]
        cuts = [(0, 0), *(match.span() for match in _PARTS.finditer(sentence)), (len(sentence), len(sentence))]
        texts = [sentence[first:stop] for (_, first), (stop, _) in pairwise(cuts)]
        for place, ((start, first), text) in enumerate(zip(cuts, texts, strict=False)):
            bullet = _BULLET.match(text)
            skip = bullet.end() if bullet else 0
            yield _Part(
                text=text[skip:],
                start=begun + first + skip,
                before=tuple(texts[:place]),
                joined="and" in sentence[start:first].split(),
                alternative=any("or" in sentence[a:b].split() for a, b in cuts[place : place + 2]),
                after=next(iter(texts[place + 1 :]), ""),
            )


def _texts(part: _Part, request: str, profile: Profile) -> list[Claim]:
    """Claims on the size or the language of a text."""
    limits = found_limits(part.text)
    languages = [*re.finditer(rf"\b(?P<non>non-)?(?P<name>{_LANGUAGE})\b(?!\s*-)", part.text)]
    if languages and tells_language(profile):
        return []  # a column may say it, whatever the text is in
    if not limits and not languages:
        return []
    rest = part.text
    for start, end in [(limit.start, limit.end) for limit in limits] + [match.span() for match in languages]:
        rest = rest[:start] + " " * (end - start) + rest[end:]
    for left, right in pairwise(languages):
        if re.fullmatch(_LISTING, part.text[left.end() : right.start()]):
            rest = rest[: left.end()] + " " * (right.start() - left.end()) + rest[right.start() :]
    columns = [name for name in profile.schema.names if re.search(rf"\b{re.escape(name.lower())}s?\b", rest)]
    sign = _sign(rest, part, columns, bare=bool(limits) and all(limit.bare for limit in limits), named=bool(languages))
    column = _column(columns, profile)
    if sign is None or column is None or (sign > 0 and re.search(r"\bor\b", rest)):
        return []
    strange = [name for name in columns if f"{name.lower()}s" not in DOCUMENTS]
    bound = re.search(r"\b(?:with|has|had|have|having|be|is|whose)\b", rest)
    if limits and ("except" in rest or (sign > 0 and strange and not bound)):
        return []  # "keep the title and at most 100 words" may be about columns
    if limits and languages and (sign < 0 or any(match["non"] for match in languages)):
        return []
    claims: list[Claim] = []
    if limits:
        claims += _counts(_kept(limits, sign, rest), part, column, request)
    if languages:
        claims += _languages(languages, sign, part, column, request)
    return claims


def _sign(rest: str, part: _Part, columns: Sequence[str], *, bare: bool, named: bool) -> int | None:
    """1 where what the segment describes stays, -1 where it goes, None where that is not sure."""
    words = re.findall(r"[a-z]+(?:'[a-z]+)?|[^\s\w]|\w+", _phrased(rest))
    known = {name.lower() for name in columns} | {f"{name.lower()}s" for name in columns}
    allowed = {
        *KEEPS,
        *DROPS,
        *NEGATIONS,
        *DOCUMENTS,
        *FILLERS,
        *known,
        "and",
        "or",
        "but",
        "only",
        "just",
        "except",
        ",",
    }
    if any(word not in allowed for word in words) or _TWISTS.search(" ".join(words)):
        return None
    keeps, drops = [[word for word in words if word in some] for some in (KEEPS, DROPS)]
    negations = sum(word in NEGATIONS for word in words) + words.count("except") * named
    if (keeps and drops) or negations > 2 or (words.count("except") and (bare or not named)):
        return None
    if drops and any(word in NEGATIONS for word in words[: words.index(drops[0])]):
        return None  # what must not be dropped need not be all that stays
    if drops:
        sign = -1
    elif keeps or negations or "only" in words or "just" in words:
        sign = 1
    elif part.joined and words and words[0] in DOCUMENTS and part.before:
        return _inherited(part.before[-1])
    elif bare and not any(_inherited(one) == -1 for one in part.before[-1:]) and not _drops(part.before):
        sign = 1
    else:
        return None
    return -sign if negations % 2 else sign


def _phrased(text: str) -> str:
    """The text with each phrase as the one word for it."""
    for phrase, word in PHRASES:
        text = re.sub(phrase, f" {word} ", text)
    return text


def _inherited(before: str) -> int | None:
    """-1 where the segment before lets rows go, which this one then does too."""
    words = re.findall(r"[a-z']+", _phrased(before))
    if any(word in DROPS for word in words) and not any(word in KEEPS for word in words):
        return None if any(word in ("not", "no", "don't", "never") for word in words[: 1 + _first(words)]) else -1
    return None


def _first(words: Sequence[str]) -> int:
    return next(at for at, word in enumerate(words) if word in DROPS)


def _drops(before: Sequence[str]) -> bool:
    """Whether the last verb of the segments before lets something go."""
    for said in reversed(before):
        text = _phrased(said)
        verbs = [word for word in re.findall(r"[a-z]+", text) if word in KEEPS or word in DROPS]
        if verbs:
            return verbs[-1] in DROPS
    return False


def _column(named: Sequence[str], profile: Profile) -> str | None:
    """The column that is meant: the one that is named, else the main text where there is no doubt which that is."""
    texts = [name for name in named if profile.column(name).mean_chars is not None]
    main = profile.text_column()
    if len(texts) > 1 or len(named) > len(texts):
        return None
    return texts[0] if texts else main


def _kept(limits: Sequence[FoundLimit], sign: int, rest: str) -> list[FoundLimit]:
    """The intervals that stay, where the words that join them leave no doubt."""
    joined_by_or = re.search(r"\bor\b", rest) is not None
    if sign > 0:
        return [] if any(limit.alternative for limit in limits) else [*limits]
    if re.search(r"\b(?:and|but)\b", rest) or (len(limits) > 1) != joined_by_or:
        return []
    found: list[FoundLimit] = []
    for limit in limits:
        if limit.alternative:
            found.append(limit)
        elif limit.low is not None and limit.high is not None:
            return []  # what lies outside of a range is two intervals
        elif limit.low is not None:
            found.append(replace(limit, low=None, high=limit.low - 1))
        else:
            found.append(replace(limit, low=(limit.high or 0) + 1, high=None))
    return found


def _counts(limits: Sequence[FoundLimit], part: _Part, column: str, request: str) -> Iterator[CountClaim]:
    for limit in limits:
        span = part.start + limit.start, part.start + limit.end
        yield CountClaim(request[slice(*span)], span, column, limit.unit, limit.low, limit.high)


def _languages(
    named: Sequence[re.Match[str]], sign: int, part: _Part, column: str, request: str
) -> Iterator[LanguageClaim]:
    hyphens = sum(match["non"] is not None for match in named)
    if hyphens and len(named) > 1:
        return
    between = [part.text[left.end() : right.start()] for left, right in pairwise(named)]
    if any(not re.fullmatch(_LISTING, one) for one in between):
        return
    if part.text[named[0].start() : named[0].end()] in ("no", "is", "it", "or", "he"):
        return
    start, end = part.start + named[0].start(), part.start + named[-1].end()
    codes = tuple(dict.fromkeys(LANGUAGES[match["name"]] for match in named))
    exclude = (sign * (-1) ** hyphens) < 0
    yield LanguageClaim(request[part.start : part.start + len(part.text)].strip(), (start, end), column, codes, exclude)


_ONLY: Final = r"(?:only|just|please)"
_ROWS: Final = rf"(?:the\s+|all\s+|any\s+|all\s+the\s+)?(?:{'|'.join(sorted(DOCUMENTS))})"


def _member(part: _Part, request: str, profile: Profile) -> MemberClaim | None:
    """A claim on the value of a column with few values, where the whole segment says nothing else."""
    text = re.sub(r"\s+", " ", _phrased(part.text)).strip()
    for column in profile.columns:
        labels = {label.lower(): label for label in column.labels}
        if not labels or len(labels) < 2 or len(labels) >= 20:
            continue
        value = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
        listed = rf"(?P<values>['\"]?(?:{value})['\"]?(?:(?:\s*,\s*|\s+or\s+|\s+and\s+)['\"]?(?:{value})['\"]?)*)"
        name = rf"(?:the\s+)?{re.escape(column.name.lower())}(?:\s+column)?"
        verb = rf"(?:(?:please\s+)?(?P<verb>{'|'.join(sorted({*KEEPS, *DROPS}))})\s+)?"
        be = r"(?:is|=|==|equals|is one of|is in|in)"
        whole = (
            rf"{verb}(?P<only>{_ONLY}\s+)?{_ROWS}\s+(?:(?:whose|where|with|from|in)\s+)?{name}\s+"
            rf"(?:(?P<not>is not|!=|isn't|is not in|not in)|{be})?\s*{listed}",
            rf"{verb}(?P<only>{_ONLY}\s+)?{listed}\s+{_ROWS}(?P<last>\s+{_ONLY})?",
        )
        match = next(filter(None, (re.fullmatch(pattern, text) for pattern in whole)), None)
        if match is None or sum(other.name != column.name and _holds(other.labels, match) for other in profile.columns):
            continue
        got = match.groupdict()
        drop = got.get("verb") in DROPS
        if not got.get("verb") and not got.get("only") and not got.get("last"):
            return None
        if drop and (got.get("only") or got.get("last")):
            return None
        values = tuple(labels[one] for one in re.findall(rf"(?<!\w)(?:{value})(?!\w)", match["values"]))
        exclude = drop != bool(got.get("not"))
        span = part.start, part.start + len(part.text)
        return MemberClaim(request[slice(*span)].strip(), span, column.name, values, exclude)
    return None


def _holds(labels: Sequence[str], match: re.Match[str]) -> bool:
    """Whether the values may as well be those of another column; one that is named by its name may not."""
    return "not" not in match.groupdict() and any(label.lower() in match["values"] for label in labels)


def _consistent(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims without those that contradict another of the same kind."""

    def contradicts(one: Claim, other: Claim) -> bool:
        if one is other or type(one) is not type(other) or one.column != other.column:
            return False
        if isinstance(one, CountClaim) and isinstance(other, CountClaim):
            empty = (one.low or 0) > (other.high if other.high is not None else (one.low or 0)) or (other.low or 0) > (
                one.high if one.high is not None else (other.low or 0)
            )
            same_side = (one.low is not None and other.low is not None) or (
                one.high is not None and other.high is not None
            )
            return one.unit == other.unit and (empty or same_side)
        return not (one.exclude and other.exclude)  # type: ignore[union-attr]

    return tuple(one for one in claims if not any(contradicts(one, other) for other in claims))
