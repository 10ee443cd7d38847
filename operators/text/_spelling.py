"""Corrects single English words, where what was meant is plain."""

from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files

from ..core import InvalidInput

_MISSING = 'correct_spelling needs symspellpy, which is not installed: pip install "dataflow-agent[spelling]"'
_DICTIONARY = "frequency_dictionary_en_82_765.txt"
_LEAST_COUNT = 400_000
"""Words rarer than this in the dictionary's corpus, of 10^12 words, are known but never put in place of another."""
_LEAST_COUNTS = {3: 1_000_000_000, 4: 300_000_000}
"""The same for short words, which are near to many others."""
_LONG = 8
"""Two slips are accepted in words of at least so many letters, one in shorter ones."""
_SHORT = 5
"""In words of fewer letters the first one may be swapped with the second."""
_MIDDLING = 6
"""A consonant may be missing in words of at least so many letters."""
_CLEARLY = 10
"""Of two corrections that are as near, one is taken when it is so many times as frequent as the other."""

_SLIP, _LIGHT_SLIP, _NO_SLIP = 10, 9, 1000
_VOWELS = frozenset("aeiouy")
_LIKE_SOUNDS = frozenset({"cs", "sc", "sz", "zs", "ck", "kc", "gj", "jg"})
# American spellings, of which the dictionary has few, and how it spells them.
_AMERICAN = [pair.split("/") for pair in "or/our ize/ise iza/isa izi/isi yze/yse yzi/ysi led/lled ling/lling".split()]
_AMERICAN += [pair.split("/") for pair in "ler/ller tered/tred tering/tring ters/tres og/ogue ense/ence".split()]
_NEW_WORDS = frozenset(
    """
    adware alloc argc argv async auth autocomplete backend backends backtick backticks barcode bigram bitcoin bitmask
    blockchain blog blogger blogs bool boolean booleans bugfix builtin builtins bytecode cartesian changelog chatbot
    checkbox checkpointing checksum chipset chunked clickable closures codebase codec codecs codepoint colormap compat
    config configs const coroutine cors cosplay covid cpuid cron cryptocurrency cuda customizable cybersecurity daemon
    dataframe datagram dataset datasets datetime deallocate deduplicate dereference deserialize dev devid devs django
    docs docstring docstrings dropdown ebook ebooks email emails emoji encodings endpoint endpoints enum enums env
    eval exec filename filenames filesystem firmware framebuffer frontend github gmail google gui hardcoded hardwire
    hardwired hashable hashtag homepage hostname hostnames hotfix html http https hyperlink hypervisor indices
    influencer init initializer inline inlined inode inodes inserter instantiate instantiated intra ioctl iostream
    iterable iterables iterator javascript json kasan kernel keyframe kubernetes kwargs lambda linter linux localhost
    login logout lookup lookups lowercase lseek macos malloc malware manpage metadata middleware minimalistic
    misconfigured mmap multicast multicore multithreaded mutex namespace namespaces natively netflix nginx null numpy
    oauth online opcode opensource pajamas param params paren parens parsable parser parsers patchset paywall pdf perf
    phaser placeholder plaintext playlist plugin plugins podcast podcasts pointer polyfill postgres pprint pragma
    precompiled predefined preload prepend prepended prepending preprocess preprocessor proto pytest python queryset
    readline readme readonly rebase recompile redis refactor refactored refactoring regex regexes repo repos resample
    resize resizing roadmap rootfs runtime runtimes schema schemas screenshot screenshots selfie semver serializer
    setuptools signup smartphone smartphones snapshotting spam spyware src starship startup startups stderr stdin
    stdio stdout streamable struct structs stylesheet subclass subclasses subdirectory submodule submodules subnet
    subobject subrange substring substrings subsystem superclass superset symlink symlinks syntaxes syscall syscalls
    sysctl tablespace telehealth templated templating tensor textarea theming timeline timestamp timestamps timezone
    timezones tokenization tokenize tokenizer tokenizers tolower toolbar toolchain toolkit torrents toupper traceback
    tracebacks tuple tuples tutorial tweet tweets typedef typeid typescript unhandled unicode uninitialized uninstall
    unittest unmount unpatched unpoisoned unsubscribe untrusted uppercase upvote url urls username usernames utf vlog
    voicemail webcam webpage webpages webserver website websites whitelist whitespace wibble widescreen widget widgets
    wifi wiki wikipedia wildcard wildcards workaround workarounds workflow workflows www xml yaml youtube
    """.split()
)
"""Words of our days that the dictionary lacks, or whose like it holds."""


class Speller:
    """Knows English words, and corrects others; made by `open_speller`.

    `correction` gives the word that was meant, None when the word is known or that is not plain.
    """

    def __init__(self, max_edits: int) -> None:
        try:
            from symspellpy import SymSpell
        except ImportError:
            raise InvalidInput.of("missing_package", _MISSING, got="symspellpy") from None
        lines = (files("symspellpy") / _DICTIONARY).read_text(encoding="utf-8-sig").splitlines()
        counts = {word: int(count) for word, count in map(str.split, lines)}
        self._known = counts.keys() | _NEW_WORDS
        self._max_edits = max_edits
        self._index = SymSpell(max_dictionary_edit_distance=max_edits, prefix_length=7)
        for word, count in counts.items():
            if count >= _LEAST_COUNT:
                self._index.create_dictionary_entry(word, count)
        self.correction: Callable[[str], str | None] = lru_cache(maxsize=200_000)(self._correction)

    def knows(self, word: str) -> bool:
        """Whether a word in lower case is in the dictionary, in British or American spelling."""
        return word in self._known or any(
            american in word and word.replace(american, british) in self._known for american, british in _AMERICAN
        )

    def _correction(self, word: str) -> str | None:
        from symspellpy import Verbosity

        if len(word) < min(_LEAST_COUNTS) or self.knows(word):
            return None
        edits = min(self._max_edits, 2 if len(word) >= _LONG else 1)
        near = self._index.lookup(word, Verbosity.CLOSEST, max_edit_distance=edits)
        least = _LEAST_COUNTS.get(len(word), _LEAST_COUNT)
        meant = sorted(
            (cost, -one.count, one.term)
            for one in near
            if one.count >= least and (cost := slips(word, one.term)) <= edits * _SLIP
        )
        if not meant or (len(word) == min(_LEAST_COUNTS) and meant[0][0] != _LIGHT_SLIP):
            return None
        is_plain = len(meant) == 1 or meant[1][0] > meant[0][0] or meant[0][1] <= meant[1][1] * _CLEARLY
        return meant[0][2] if is_plain else None


@cache
def open_speller(max_edits: int) -> Speller:
    """The speller that accepts up to so many slips in a word, loaded once in a process.

    Raises:
        InvalidInput: symspellpy is not installed.
    """
    return Speller(max_edits)


def slips(word: str, meant: str) -> int:
    """What it costs to have written `word` for `meant`, 10 for each slip, at least 1000 when nobody slips like that.

    Slips are: two letters swapped, a letter doubled or one of two left out (9 each, since most frequent); a vowel too
    many, too few or in place of another; consonants that sound alike; a consonant left out of a longer word. The first
    and the last letter are right, or swapped with their neighbour, the first in short words only.

    >>> slips("recieve", "receive"), slips("definately", "definitely"), slips("struct", "struck")
    (9, 10, 1000)
    """
    before: list[int] = []
    row = [place * _NO_SLIP for place in range(len(meant) + 1)]
    for i, letter in enumerate(word, start=1):
        earlier, before, row = before, row, [i * _NO_SLIP]
        for j, right in enumerate(meant, start=1):
            at_end = 1 in (i, j) or i == len(word) or j == len(meant)
            best = before[j - 1] + _replaced(letter, right, is_inside=not at_end)
            best = min(best, before[j] + _added(word, i - 1), row[j - 1] + _left_out(word, meant, j - 1))
            is_swapped = i > 1 and j > 1 and letter == meant[j - 2] and right == word[i - 2]
            if is_swapped and (i > 2 or len(word) < _SHORT):
                best = min(best, earlier[j - 2] + _LIGHT_SLIP)
            row.append(best)
    return min(row[-1], _NO_SLIP)


def _replaced(letter: str, right: str, *, is_inside: bool) -> int:
    if letter == right:
        return 0
    is_alike = (letter in _VOWELS and right in _VOWELS) or letter + right in _LIKE_SOUNDS
    return _SLIP if is_alike and is_inside else _NO_SLIP


def _added(word: str, place: int) -> int:
    """The cost of a letter too many."""
    if place > 1 and word[place] == word[place - 1]:
        return _LIGHT_SLIP
    return _SLIP if word[place] in _VOWELS and 0 < place < len(word) - 1 else _NO_SLIP


def _left_out(word: str, meant: str, place: int) -> int:
    """The cost of a letter too few."""
    if place > 1 and meant[place] == meant[place - 1]:
        return _LIGHT_SLIP
    is_likely = meant[place] in _VOWELS or len(word) >= _MIDDLING
    return _SLIP if is_likely and 0 < place < len(meant) - 1 else _NO_SLIP
