"""How near a text comes to reference texts, by its tokens."""

import re
import string
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import exp, log
from typing import Literal

from ..core import TextView
from ..core._segmentation import UNSPACED, any_word

Smoothing = Literal["exp", "add_one", "none"]

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_TOKEN = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")
_ORDERS = 4


def token_f1(text: str, reference: str) -> float:
    """The harmonic mean of the shares of tokens that a text and a reference have in common, 0 to 1.

    Tokens are runs without white space, one character in scripts written without spaces, of the text in lower case
    without punctuation and English articles. Where that leaves nothing of one of them, articles count; where there is
    still nothing left of one, equal texts have 1 and others 0.

    Source: Rajpurkar et al. 2016, "SQuAD: 100,000+ questions for machine comprehension of text".

    >>> token_f1("the cat sat", "A cat sat down")
    0.8
    """
    found, wanted = _comparable(text, reference)
    return _f1(sum((Counter(found) & Counter(wanted)).values()), len(found), len(wanted))


def exact_match(text: str, reference: str) -> float:
    """1 if a text and a reference have the same tokens in the same order, else 0; tokens as in `token_f1`.

    >>> exact_match("The Eiffel Tower!", "eiffel tower")
    1.0
    """
    found, wanted = _comparable(text, reference)
    return float(found == wanted)


def rouge_l(text: str, reference: str) -> float:
    """The F-measure of the longest common subsequence of words in lower case, 0 to 1.

    Texts without words have 1 if they are equal, else 0.

    Source: Lin 2004, "ROUGE: A package for automatic evaluation of summaries".

    >>> rouge_l("police kill the gunman", "police killed the gunman")
    0.75
    """
    found, wanted = ([word.lower() for word in TextView(one).words] for one in (text, reference))
    if not found or not wanted:
        return float(text == reference)
    return _f1(_longest_common(found, wanted), len(found), len(wanted))


def bleu(text: str, references: Sequence[str], *, orders: int = _ORDERS, smoothing: Smoothing = "exp") -> float:
    """Sentence BLEU, 0 to 1: n-grams that any reference has, times a penalty for a text shorter than its references.

    Tokens are Unicode words, and every other character but white space by itself; case counts. N-grams longer than the
    text are left out, so that a short text can have 1 too. Without tokens, equal texts have 1 and others 0.

    Args:
        text: what is judged.
        references: at least one; the length of the nearest in length counts, of the shorter if two are as near.
        orders: the longest n-grams that count.
        smoothing: what stands for a share of 0 where another order is matched: "exp" 1/2, 1/4, … of one n-gram for each
            such order, "add_one" one n-gram more for all orders but the first, "none" nothing, so that BLEU is 0.

    Source: Papineni et al. 2002; smoothing "exp" and "add_one": methods 3 and 2 of Chen and Cherry 2014.
    """
    found, *wanted = (_bleu_token().findall(one) for one in (text, *references))
    if not found:
        return float(text in references)
    length = min((len(one) for one in wanted), key=lambda size: (abs(size - len(found)), size))
    penalty = 1.0 if len(found) >= length else exp(1 - length / len(found))
    counted = [_matches(found, wanted, order) for order in range(1, min(orders, len(found)) + 1)]
    if counted[0][0] == 0:
        return 0.0
    precisions = _smoothed(counted, smoothing)
    if 0 in precisions:
        return 0.0
    return penalty * exp(sum(map(log, precisions)) / len(precisions))


def _f1(shared: int, found: int, wanted: int) -> float:
    return 2 * shared / (found + wanted)


def _comparable(text: str, reference: str) -> tuple[list[str], list[str]]:
    """The tokens of both, bared as far as leaves something of each; their raw texts as one token each at worst."""
    plain = [_without_punctuation(one) for one in (text, reference)]
    for bared in ([_ARTICLES.sub(" ", one) for one in plain], plain):
        found, wanted = (_TOKEN.findall(one) for one in bared)
        if found and wanted:
            return found, wanted
    return [" ".join(text.split())], [" ".join(reference.split())]


def _without_punctuation(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower().translate(_punctuation())


@cache
def _punctuation() -> dict[int, None]:
    """What SQuAD takes for punctuation, and Unicode's punctuation beyond ASCII, to be left out."""
    beyond = (code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)).startswith("P"))
    return dict.fromkeys([*map(ord, string.punctuation), *beyond])


def _longest_common(left: Sequence[str], right: Sequence[str]) -> int:
    """The length of the longest common subsequence, one step for each item of `right` (Hyyrö 2004, bit-parallel)."""
    places: dict[str, int] = {}
    for place, item in enumerate(left):
        places[item] = places.get(item, 0) | 1 << place
    full = (1 << len(left)) - 1
    row = full
    for item in right:
        hits = row & places.get(item, 0)
        row = ((row + hits) | (row - hits)) & full
    return len(left) - row.bit_count()


@cache
def _bleu_token() -> re.Pattern[str]:
    return re.compile(rf"{any_word().pattern}|\S")


def _matches(found: Sequence[str], references: Sequence[Sequence[str]], order: int) -> tuple[int, int]:
    """How many n-grams of a text its references have, each as often as the one with most of it, and how many it has."""
    grams = _ngrams(found, order)
    most: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        most |= _ngrams(reference, order)
    return (grams & most).total(), grams.total()


def _ngrams(tokens: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(tokens[n:] for n in range(order)), strict=False))


def _smoothed(counted: Sequence[tuple[int, int]], smoothing: Smoothing) -> list[float]:
    """The share of matches of each order."""
    if smoothing == "add_one":
        return [(hits + (order > 0)) / (total + (order > 0)) for order, (hits, total) in enumerate(counted)]
    shares, misses = [], 0
    for hits, total in counted:
        misses += hits == 0
        shares.append(hits / total if hits or smoothing == "none" else 1 / 2**misses / total)
    return shares
