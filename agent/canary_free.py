"""Reads demands for rows in free words: what they hang on, who they are about, and the turns that give the direction.

A piece whose words are all known is read in full. One with a strange word, which may narrow it, tells only half: what
"keep the ... reviews over 20 words" does not describe must go all the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..tools.profile import Profile
from .canary_anchors import Anchor, found_anchors
from .canary_claims import Claim, CountClaim, LanguageClaim, MemberClaim, Tells
from .canary_free_words import (
    CHANGING,
    DEMAND,
    DEMANDING,
    DROP,
    DROPPING,
    EXCEPT,
    KEEP,
    KEEPING,
    NEG,
    NEGATING,
    NEUTRAL,
    ONLY,
    ONLYS,
    REST,
    ROW_NOUNS,
    SUBJECTS,
    TURNS,
    TWISTING,
    WEAK,
)
from .canary_reading import read_claims

_SYMBOLS: Final = frozenset({KEEP, DROP, NEG, ONLY, EXCEPT, REST, DEMAND, WEAK})
_TOKEN: Final = re.compile(r"§\d+|[^\W\d_][\w]*(?:'[a-z]+)?|\d[\w.,]*\w|\d|->|→|[^\w\s]")
_HARD: Final = frozenset([*". ; : ! ? -> → – —".split(), "\n"])
_JOINTS: Final = frozenset("and but so then plus while whereas as because since".split())
_NEW_TEXT: Final = re.compile(r"\b(?:or|writ\w+|wrote|makes?|made|says?|said|puts?|tell|told|set|use[ds]?|using)\b")
"""What may ask for a text of a size, or for one of several sizes."""
_LACKS: Final = re.compile(r"§\d+\s.*\bwithout\b")
"""What is said of rows that lack something: "DHL parcels without a comment" drops none of them."""
_SHORT: Final = 15
"""Characters on average below which a text is a name of something, whose language nobody asks for."""
_ALL: Final = frozenset("everything anything all nothing none whatever rows".split())
_CALLS: Final = frozenset({"no", "nope", "yes", "ok", "okay", "well", "sorry", "please", "hmm", "oh", ""})
"""What stands by itself between two pieces and says nothing."""
_SCOPE: Final = re.compile(
    r"\s*(?:(?:but|and|also|ONLY)\s+)*(?:for|in|on|among|within|as for|regarding|concerning|at)\b"
)
"""How a part begins that says for which rows another holds."""
_PLAIN: Final = NEUTRAL | ROW_NOUNS | _JOINTS | {"or", "the"}
_MARK: Final = re.compile(r"§\d+")


@dataclass(frozen=True)
class _Piece:
    """A part of a request: its words with anchors as marks, where it stands, and what joins it to the one before."""

    said: str
    start: int
    end: int
    joint: str
    anchors: tuple[Anchor, ...]
    symbols: tuple[str, ...]
    strange: tuple[str, ...]
    columns: tuple[str, ...]
    subjects: tuple[str, ...]

    def count(self, symbol: str) -> int:
        """How often a direction is given."""
        return self.symbols.count(symbol)

    @property
    def is_verdict(self) -> bool:
        """Whether it says nothing but what becomes of the rows that were described before."""
        directed = any(self.count(one) for one in (KEEP, DROP, REST))
        return directed and not (self.anchors or self.strange or self.columns)


def claims_in(request: str, profile: Profile) -> tuple[Claim, ...]:
    """What a request surely demands of the data's rows: what its plain clauses say, and what its free words do.

    Args:
        request: as the person wrote it, or one clause of it.
        profile: the data's columns.
    """
    plain = read_claims(request, profile)
    about = {(type(one), one.column) for one in plain}
    free = [one for one in read_free(request, profile) if (type(one), one.column) not in about]
    return (*plain, *free)


def read_free(request: str, profile: Profile) -> tuple[Claim, ...]:
    """What a request in free words surely demands of the data's rows; none where something may twist it.

    Args:
        request: as the person wrote it.
        profile: the data's columns.
    """
    low = request.lower().replace("’", "'")
    for pattern, symbol in TURNS[:5]:  # politeness with an "if" in it
        low = pattern.sub(lambda match: " " * len(match[0]), low) if not symbol else low
    if len(low) != len(request) or TWISTING.search(low):
        return ()
    anchors = found_anchors(request.replace("’", "'"), low, profile)
    if not anchors or any(one.unsure for one in anchors):
        return ()
    pieces = [one for one in _pieces(low, anchors, profile) if one.said.strip() not in _CALLS]
    return _sound(_read(pieces, request, profile))


def _read(pieces: Sequence[_Piece], request: str, profile: Profile) -> list[Claim]:
    """The claims of all pieces, none where one of them is not understood."""
    claims: list[Claim] = []
    inherited: int | None = None
    for at, piece in enumerate(pieces):
        if not piece.anchors:
            if _may_except(piece, pieces[:at]):
                return []
            continue
        sign, tells = _direction(piece, pieces[at + 1 :], inherited)
        found = list(_claims(piece, sign, tells, request, profile)) if sign else []
        if not found and (len(pieces) > 1 or any(one.kind != "limit" for one in piece.anchors)):
            return []  # nobody knows what becomes of these
        inherited = sign if piece.count(DROP) or piece.count(KEEP) or piece.count(ONLY) else None
        claims += found
    return claims


def _pieces(low: str, anchors: Sequence[Anchor], profile: Profile) -> Iterator[_Piece]:
    masked = low
    for at, one in enumerate(anchors):
        mark = f"§{at}"
        masked = masked[: one.start] + mark + " " * (one.end - one.start - len(mark)) + masked[one.end :]
    tokens = [(match[0], match.start(), match.end()) for match in re.finditer(r"\n|" + _TOKEN.pattern, masked)]
    cuts = [at for at, (word, start, end) in enumerate(tokens) if _cuts(tokens, at, masked)]
    begin, joint = 0, ""
    for cut in [*cuts, len(tokens)]:
        if cut > begin:
            yield _piece(tokens[begin:cut], joint, anchors, profile)
            joint = ""
        if cut < len(tokens):
            word = tokens[cut][0]
            joint = word if word in _JOINTS or joint in ("", ",") else joint
        begin = cut + 1


def _cuts(tokens: Sequence[tuple[str, int, int]], at: int, masked: str) -> bool:
    word, start, end = tokens[at]
    if word in ("-", "."):
        return word == "." or (masked[start - 1 : start].isspace() and masked[end : end + 1].isspace())
    if word in _HARD or word == ",":
        return True
    before = tokens[at - 1][0] if at else ""
    if word not in _JOINTS or (word == "but" and before in _ALL):
        return False
    rest: list[str] = []
    for later, _, _ in tokens[at + 1 :]:
        if later in _HARD or later in (",", "-") or (later in _JOINTS and rest):
            break
        rest.append(later)
    return any(one.startswith("§") or one in KEEPING or one in DROPPING or one in DEMANDING for one in rest)


def _piece(tokens: Sequence[tuple[str, int, int]], joint: str, anchors: Sequence[Anchor], profile: Profile) -> _Piece:
    start, end = tokens[0][1], tokens[-1][2]
    text = " ".join(word for word, _, _ in tokens)
    columns, text = _columns(text, profile)
    for pattern, symbol in TURNS:
        text = pattern.sub(f" {symbol} ", text)
    rows = _row_nouns(profile)
    symbols, strange, subjects = list[str](), list[str](), list[str]()
    for word in text.split():
        direction = _symbol(word)
        if direction:
            symbols.append(direction)
        elif word in SUBJECTS and word not in rows and word not in ROW_NOUNS:
            subjects.append(word)
        elif re.search(r"[^\W§]", word) and not _MARK.fullmatch(word) and word not in _PLAIN | rows:
            strange.append(word)
    own = [anchors[int(mark[1:])] for mark in _MARK.findall(text)]
    last = max((one.end for one in own), default=end)
    return _Piece(
        text, start, max(end, last), joint, tuple(own), tuple(symbols), tuple(strange), tuple(columns), tuple(subjects)
    )


def _symbol(word: str) -> str | None:
    if word in _SYMBOLS:
        return word
    kinds = ((KEEP, KEEPING), (DROP, DROPPING), (NEG, NEGATING), (ONLY, ONLYS))
    found = next((symbol for symbol, words in kinds if word in words), None)
    return found or (DEMAND if word in DEMANDING and word not in ("has", "have") else None)


def _row_nouns(profile: Profile) -> frozenset[str]:
    """Words of the names of the files, which tell what a row is."""
    names = [word for name in profile.inputs for word in re.findall(r"[a-z]+", name.rsplit(".", 1)[0].lower())]
    return frozenset(form for name in names for form in _forms(name))


def _forms(noun: str) -> Iterator[str]:
    stems = {noun, noun.removesuffix("s"), f"{noun[:-3]}y" if noun.endswith("ies") else noun}
    for stem in stems:
        yield from (stem, f"{stem}s", f"{stem}es", f"{stem[:-1]}ies" if stem.endswith("y") else stem)


def _columns(text: str, profile: Profile) -> tuple[list[str], str]:
    """The columns that are named, in full or by the noun at the end of their name, and the text without them."""
    found: list[str] = []
    heads: dict[str, list[str]] = {}
    for name in profile.schema.names:
        heads.setdefault(re.split(r"[_\W]+", name.lower())[-1], []).append(name)
    values = _row_nouns(profile)
    whole = sorted(profile.schema.names, key=len, reverse=True)
    for name in whole:
        spaced = re.sub(r"[_\W]+", r"[_\\s]+", name.lower())
        plurals = {spaced, f"{spaced}s", f"{spaced[:-1]}ies"}
        forms = "|".join(sorted({re.escape(one) for one in _forms(name.lower())} | plurals))
        pattern = re.compile(rf"(?<![\w§])['\"`]?(?:{forms})['\"`]?(?!\w)")
        if pattern.search(text):
            found.append(name)
            text = pattern.sub(" ", text)
    for head, owners in heads.items():
        forms = "|".join(sorted(_forms(head)))
        pattern = re.compile(rf"(?<![\w§])(?:{forms})(?!\w)")
        if len(head) > 2 and head not in values and head not in ("text", "number") and pattern.search(text):
            found += owners
            text = pattern.sub(" ", text)
    return list(dict.fromkeys(found)), text


def _may_except(piece: _Piece, before: Sequence[_Piece]) -> bool:
    """Whether a piece may take something out of what was demanded before, or narrow what comes."""
    if piece.is_verdict or piece.count(REST):
        return False
    limited = any(one.anchors for one in before)
    directed = piece.count(KEEP) or piece.count(DROP) or piece.count(EXCEPT) or piece.count(WEAK)
    named = piece.columns or re.search(r"\b(?:those|ones|them|they|it|these)\b", piece.said)
    if limited and directed and (piece.joint == "but" or named) and not CHANGING.search(piece.said):
        return True
    narrowing = re.search(r"\b(?:among|for|in|of|within|from|when|where)\b", piece.said)
    return not before and bool(piece.strange and narrowing and not directed)


def _direction(piece: _Piece, after: Sequence[_Piece], inherited: int | None) -> tuple[int | None, Tells]:
    """1 where what is described stays and the rest goes, -1 where it goes, None where that is not sure."""
    if CHANGING.search(piece.said) or _SCOPE.match(piece.said) or _LACKS.search(piece.said):
        return None, "both"
    own = _own_sign(piece)
    verdict = next(iter(after), None)
    judged = _verdict_sign(verdict) if verdict is not None and verdict.is_verdict else None
    if own is not None and judged is not None and own != judged:
        return None, "both"
    sign = own if own is not None else judged
    if sign is None and _goes_on(piece):
        sign = inherited
    if sign is None:
        return None, "both"
    if not piece.strange:
        return sign, "both"
    explicit = piece.count(KEEP) or (sign < 0 and piece.count(DROP)) or (judged is not None and verdict is not None)
    calm = piece.count(DEMAND) == 0 and len(piece.strange) <= 3 and not re.search(r"\b(?:for|if|to)\b", piece.said)
    if not explicit or not calm or any(re.search(r"\d", word) for word in piece.strange):
        return None, "both"
    return sign, "goes" if sign > 0 else "stays"


def _own_sign(piece: _Piece) -> int | None:
    """The direction that the piece gives by itself; None where it gives none, or more than one."""
    keeps, negated, excepted = piece.count(KEEP), piece.count(NEG), piece.count(EXCEPT)
    drops = piece.count(DROP) if negated or excepted else min(1, piece.count(DROP))
    limits = [one.limit for one in piece.anchors if one.limit is not None]
    only, demand, weak = piece.count(ONLY), piece.count(DEMAND), piece.count(WEAK)
    if piece.count(REST):
        return None if negated or bool(drops) == bool(keeps) else 1 if drops else -1
    torn = (drops and keeps) or max(drops, negated, excepted) > 1 or (drops and (only or demand))
    if torn or (limits and (excepted or (only and negated))):
        return None
    flip = -1 if (negated + excepted) % 2 else 1
    if drops:
        # What must not be dropped need not be all that stays.
        return None if negated and piece.symbols.index(NEG) < piece.symbols.index(DROP) else -flip
    if keeps or only or negated or (demand and limits and not excepted) or (excepted and weak):
        return flip
    bare = bool(limits) and all(one.bare for one in limits) and not weak and not excepted
    return 1 if bare and (piece.columns or not piece.subjects) else None


def _verdict_sign(verdict: _Piece) -> int | None:
    if verdict.count(WEAK) or verdict.count(EXCEPT) or verdict.count(DEMAND):
        return None
    drops, keeps = verdict.count(DROP) > 0, verdict.count(KEEP) > 0
    negated = verdict.count(NEG)
    if negated and drops and re.match(r"\s*no\b", verdict.said):
        negated -= 1  # "no, remove"
    if drops == keeps or negated > 1 or (negated and drops):
        return None
    sign = -1 if drops else 1
    sign = -sign if verdict.count(REST) else sign
    return -sign if negated else sign


def _goes_on(piece: _Piece) -> bool:
    """Whether it only goes on with the verb of the piece before."""
    return piece.joint in (",", "and", ";", "plus") and not any(
        one in (KEEP, DROP, NEG, ONLY, DEMAND, WEAK, EXCEPT, REST) for one in piece.symbols
    )


def _claims(piece: _Piece, sign: int, tells: Tells, request: str, profile: Profile) -> Iterator[Claim]:
    kinds = {one.kind for one in piece.anchors}
    if len(piece.anchors) > 1 and not (
        kinds == {"limit"} and sign > 0 and len({_unit(one) for one in piece.anchors}) > 1
    ):
        return  # several demands at once may be one for some rows only
    said = request[piece.start : piece.end].strip()
    for one in piece.anchors:
        span = one.start, one.end
        if one.kind == "label" and one.column is not None:
            if set(piece.columns) <= {one.column, *_subjects_of(piece, profile)}:
                yield MemberClaim(said, span, one.column, one.values, sign < 0, tells)
            continue
        if one.kind == "limit" and _NEW_TEXT.search(piece.said):
            continue
        column = _column_of(piece, profile)
        if column is None:
            continue
        if one.kind == "language":
            if (profile.column(column).mean_chars or 0) < _SHORT:
                continue
            yield LanguageClaim(said, span, column, one.values, (sign < 0) != one.negated, tells)
        elif one.limit is not None:
            yield from _counted(one, sign, tells, request, column)


def _subjects_of(piece: _Piece, profile: Profile) -> list[str]:
    """Columns of texts that are named as what a row is: "questions about history"."""
    return [name for name in piece.columns if profile.column(name).mean_chars is not None]


def _unit(one: Anchor) -> str | None:
    return one.limit.unit if one.limit is not None else None


def _counted(one: Anchor, sign: int, tells: Tells, request: str, column: str) -> Iterator[Claim]:
    limit = one.limit
    if limit is None:
        return
    low, high = limit.low, limit.high
    if (sign > 0 and limit.alternative) or (
        sign < 0 and not limit.alternative and low is not None and high is not None
    ):
        return  # what lies outside of a range is two intervals
    if sign < 0 and not limit.alternative:
        low, high = (None, low - 1) if low is not None else ((high or 0) + 1, None)
    yield CountClaim(request[one.start : one.end], (one.start, one.end), column, limit.unit, low, high, tells)


def _column_of(piece: _Piece, profile: Profile) -> str | None:
    """The one text that is named, else the main text where the rows are called by a name that holds for any."""
    if len(piece.columns) > 1:
        return None
    if piece.columns:
        column = profile.column(piece.columns[0])
        return column.name if column.mean_chars is not None and not column.labels else None
    if piece.subjects:
        return None
    main = profile.text_column()
    return main if main is not None and not profile.column(main).labels else None


def _sound(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """All of them, or none where two are about the same thing, of which one may be an exception."""
    about = [(type(one), one.column, one.unit if isinstance(one, CountClaim) else None) for one in claims]
    return tuple(claims) if len({*about}) == len(about) else ()
