"""Finds conditions on what texts contain, begin or end with, with or without quotes."""

from collections.abc import Sequence
from typing import Final

from ...operators.core.expression import Condition
from ...tools.profile import Profile
from .columns import column_at
from .conditions import any_test, negate
from .directions import Limit
from .tokens import Token
from .vocabulary import DROP, KEEP, ROW_NOUNS, STRIP, is_synonym

NEGATED: Final = frozenset("neither not isn't aren't wasn't != <> ≠ doesn't don't never".split())
TESTS: Final = {
    **dict.fromkeys(
        "contains contain containing includes include including mentions mention mentioning mentioned says say "
        "wrote writes "
        "saying".split(),
        "contains",
    ),
    **dict.fromkeys("starts start starting begins begin beginning".split(), "starts with"),
    **dict.fromkeys("ends end ending".split(), "ends with"),
    **dict.fromkeys("matches match matching".split(), "matches"),
}
_CITED: Final = frozenset("the a an word words phrase phrases string strings text term terms regex pattern".split())
ENDS: Final = frozenset(
    "and or but then only please , . ; : ) in with whose where for if when than as so from of are is was were has have "
    "can should must may will go goes aren't isn't don't doesn't unless except ! ?".split()
)
NO_TEXTS: Final = frozenset(
    "no any at least most more less than one two three url urls link links email emails html emoji emojis phone number "
    "numbers digits code duplicates words characters it them their its fine okay alright already enough full".split()
)
"""What texts may hold that is no word of theirs."""
_SHOWN: Final = frozenset(
    tuple(words.split())
    for words in "turns up|turn up|shows up|show up|comes up|come up|appears|appear|occurs|occur|is found|are found|is "
    "mentioned|are mentioned|is written|stands|is there|is used|is present".split("|")
)
"""What is said of a text that stands somewhere."""


class TextTests:
    """Reads what is said of texts.

    Args:
        tokens: the request.
        limits: its numbers with a direction.
        profile: the data.
    """

    def __init__(self, tokens: Sequence[Token], limits: Sequence[Limit], profile: Profile) -> None:
        self.tokens, self.profile = tokens, profile
        self.limits = {limit.start: limit for limit in limits}
        self.main = profile.text_column()

    def low(self, at: int) -> str:
        """The word at a position in small letters; nothing behind the end."""
        return self.tokens[at].low if at < len(self.tokens) else ""

    def _ends(self, at: int) -> bool:
        return at >= len(self.tokens) or self.low(at) in ENDS or self.tokens[at].kind == "break"

    def _stops(self, at: int) -> bool:
        """Whether a text of one word ends here."""
        return self._ends(at) or self.tokens[at].kind in ("break", "sign")

    def _texts(self, at: int) -> tuple[list[str], int]:
        """Quoted texts, or one plain word, after "contains"."""
        while self.low(at) in _CITED and self.tokens[at].is_word:
            at += 1
        texts: list[str] = []
        end = at
        while end < len(self.tokens) and self.tokens[end].kind == "quoted":
            texts.append(self.tokens[end].text)
            end += 1
            if self.low(end) in ("or", ",") and end + 1 < len(self.tokens) and self.tokens[end + 1].kind == "quoted":
                end += 1
        if (
            not texts
            and at < len(self.tokens)
            and self.tokens[at].is_word
            and self.low(at - 1) in ("word", "phrase", "term")
        ):
            return [self.tokens[at].text], at + 1
        return texts, end

    def _plain_texts(self, at: int) -> tuple[list[str], int]:
        """Words without quotes after "contains" or "starts with": "sale, discount or clearance"."""
        texts: list[str] = []
        end = after = at
        while after < len(self.tokens):
            token = self.tokens[after]
            known = token.low in ("a", "an", "the", "some") or (
                token.low in DROP | KEEP | STRIP | ROW_NOUNS | ENDS | NO_TEXTS | TESTS.keys() or after in self.limits
            )
            if known or token.kind not in ("word", "number") or not self._stops(after + 1):
                break
            texts.append(token.text)
            end = after + 1
            after = end + (self.low(end) == ",")
            after += self.low(after) in ("or", "and")
            if after == end:
                break
        return texts, end

    def _cited(self, at: int) -> tuple[Condition, int] | None:
        """Reads "containing 'x'" with no column, which means the main text."""
        test = TESTS.get(self.low(at))
        with_word = self.low(at) in ("with", "without") and self.low(at + 1) in ("the", "word", "phrase")
        if self.main is None or (test is None and not with_word):
            return self._turning_up(at)
        after = at + 2 if test in ("starts with", "ends with") and self.low(at + 1) == "with" else at + 1
        texts, end = self._texts(after)
        if not texts and self.low(at).startswith("mention"):  # "posts mentioning homework"
            texts, end = self._plain_texts(after)
            texts = [] if any(is_synonym(text.lower()) for text in texts) else texts
        if not texts:
            return None
        column, end = self.place(end) or (self.main, end)
        condition = any_test(column, test or "contains", texts)
        before = {self.low(at - 1), self.low(at - 2)} if at else set()
        negated = self.low(at) == "without" or bool(before & NEGATED)
        return (negate(condition) if negated else condition), end

    def place(self, at: int) -> tuple[str, int] | None:
        """The column in "in the title", and where that ends."""
        place = at + 1 + (self.low(at + 1) in ("the", "its", "their"))
        if self.low(at) not in ("in", "within", "inside") or place >= len(self.tokens):
            return None
        named = column_at(self.tokens, place, self.profile)
        return named if named is not None and self.profile.column(named[0]).dtype == "text" else None

    def _turning_up(self, at: int) -> tuple[Condition, int] | None:
        """Reads "the word "refund" turns up in the title"; without a column the one just named, or the main text."""
        texts, end = self._texts(at)
        shown = [token.low for token in self.tokens[end : end + 3]]
        size = next((n for n in (3, 2, 1) if tuple(shown[:n]) in _SHOWN), 0)
        before = [token.low for token in self.tokens[max(0, at - 2) : at]]
        if not texts or not size:
            return None
        end += size
        named = self.place(end)
        if named is not None:
            return any_test(named[0], "contains", texts), named[1]
        if before == ["in", "which"] or before[-1:] == ["where"]:
            told = at - len(before[-2:] if before == ["in", "which"] else before[-1:]) - 1
            last = column_at(self.tokens, told, self.profile) if told >= 0 else None
            if last is not None and self.profile.column(last[0]).dtype == "text":
                return any_test(last[0], "contains", texts), end
        return None if self.main is None else (any_test(self.main, "contains", texts), end)
