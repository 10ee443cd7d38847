"""The words of requests: which say what is done, which say to what, and which say nothing."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DROP: Final = _words(
    "drop drops dropped dropping remove removes removed removing delete deletes deleted deleting discard "
    "discarded discarding exclude excludes excluded excluding eliminate eliminated eliminating skip "
    "skipped reject rejected prune pruned omit omitted erase erased purge purged throw thrown throwing "
    "toss kick weed cut dump rid ban banned lose kill avoid hate removal deletion elimination exclusion "
    "ditch scrap axe nuke trash withhold disappear vanish bin bins binned binning chuck chucked chucking junk junked "
    "ditched scrapped tossed tossing dumped dumping kicked expel expelled oust evict evicted scratch zap banish "
    "banished abolish bar barred forbid forbidden prohibit prohibited disallow disallowed eradicate eradicated "
    "obliterate sack shed shun refuse refused forget unload evade suppress suppressed lost losing extinguish bye "
    "goodbye adios"
)
"""Verbs after which what is named goes."""

KEEP: Final = _words(
    "keep keeps kept keeping retain retained retaining want wants select selected selecting preserve "
    "preserved allow allowed accept accepted require required requires need needs leave take choose pick "
    "restrict restricted limit limited must should include remain remains stay stays staying care wish prefer "
    "included including picked selects chosen choosing accepts allows allowing insist insists"
)
"""Verbs after which what is named stays."""

ASKING: Final = _words(
    "show shows give gives fetch find list bring return pull grab see display hand get gets receive deliver i'm we're "
    "trust trusts believe like love prefer matter matters through "
    "interested after looking look enough suffice suffices sufficient fine"
)
"""Words that ask for the rows which a condition describes."""

STRIP: Final = _words(
    "strip stripped stripping strips clean cleaned cleaning cleanup scrub wipe fix fixing fixed filter filtered "
    "filtering cleanse purify free rid sanitize sanitise scrubbed wiped"
)
"""Verbs that say neither by themselves."""

ACTIONS: Final = _words(
    "dedup dedupe deduplicate deduping deduplicating deduplicated mask masking anonymize anonymise "
    "anonymizing redact redacting censor hide obfuscate pseudonymize normalize normalise normalizing "
    "normalising collapse collapsing squeeze squash squashed compress compressed compact tidy trim "
    "trimming standardize standardise condense unify lowercase uppercase sort order rank shuffle sample "
    "pick summarize summarise translate translating paraphrase rewrite rephrase convert transform extract "
    "generate create produce write synthesize synthesise score rate judge evaluate grade assess measure "
    "label annotate tag classify categorize categorise detect count compute calculate add append merge "
    "join combine mix concatenate rename chunk split segment tokenize embed cluster correct repair "
    "replace expand simplify train finetune upload download send email mail export import save store "
    "publish push post execute open read visit print show tell give fetch crawl answer explain "
    "augment balance upsample downsample decontaminate"
)
"""Verbs that say by themselves what is done."""

MODALS: Final = _words("must should need needs")

NEGATIONS: Final = _words(
    "not no never neither nor without cannot can't none non nothing isn't aren't wasn't weren't don't"
)
EXCEPT: Final = _words("except excepting besides unless")

THINGS: Final = _words(
    "review reviews ticket tickets product "
    "products comment comments story stories recipe recipes tweet tweets thread threads listing listings "
    "book books song songs essay essays poem poems novel novels webpage webpages website websites site "
    "sites blog blogs posting postings customer customers complaint complaints job jobs movie movies film films "
    "note notes case cases description descriptions transcript transcripts observation observations datapoint "
    "datapoints element elements submission submissions snippet snippets writing writings news "
    "abstract abstracts advert adverts bug bugs issue issues purchase purchases buyer buyers"
)
"""Nouns for what the rows of many tables are about; where the data has them as labels, they say which rows."""

ROW_NOUNS: Final = (
    _words(
        "row rows record records entry entries entrys example examples sample samples document documents doc docs "
        "texts item items article articles page pages post posts everything anything those ones these others "
        "all instances instance passage passages whatever whichever file files"
    )
    | THINGS
)
"""Nouns for what a dataset is made of."""

PIECE_NOUNS: Final = _words("chunk chunks piece pieces")
"""Nouns for rows that are parts of texts, where they are not what is made."""

EXAMPLE_NOUNS: Final = _words(
    "pair pairs chat chats conversation conversations dialogue dialogues dialog dialogs exchange exchanges problem "
    "problems exercise exercises task tasks utterance utterances script scripts program programs demonstration "
    "demonstrations"
)
"""Nouns for the rows of training data."""

TEXT_NOUNS: Final = _words("text texts string strings body bodies")

ORDER: Final = _words(
    "then first firstly finally next afterwards afterward last lastly second secondly third thirdly "
    "fourth fourthly fifth subsequently"
)
"""Words that say that the order is meant."""

SOFT: Final = (
    ROW_NOUNS
    | TEXT_NOUNS
    | ORDER
    | _words(
        "a an the this that these those it its them they there here is are be been being was were am do does "
        "did done doing have has having had will would shall can could may might must should i me my we us "
        "our you your he she who whose which what where when how any all every each some both either such "
        "only just please kindly also too really very quite simply completely entirely fully properly "
        "actually anything everything something someone somebody anybody somewhere else other others another again "
        "already still yet even so as at by for from in into of off on onto out over per than to up upon via with "
        "within and or but plus if while because since like make makes making made sure ensure go going get "
        "gets getting got let let's use using used apply applied data dataset datasets corpus collection "
        "input inputs set output content contents value values ugly annoying useless worthless pointless "
        "unusable unwanted unnecessary stray leftover remaining left present occurring inside found contained "
        "containing contain contains given rest lot lots kind way ok okay thanks thank hi now one's "
        "whole entire total length size sized count counts counted number amount written language languages "
        "one once i'd i'll i've we'd we'll it's that's they're you'd there's away aside anywhere column "
        "columns field fields occur occurs thing things stuff step after before much many more less column's "
        "turn turned turning "
        "pls plz hello cheers among amongst basically honestly frankly obviously folks guys everybody everyone "
        "dear hey well right part parts bit general generally always currently appear appears appearing "
        "monolingual single possible possibly put puts putting became become becomes "
        "pls plz "
        "probably presumably apparently supposedly "
        "consist consists consisting comprise comprises "
        "throughout ready "
        "carry carries carrying carried bear bears bearing hold holds holding "
        "called named case yes probably maybe run perform otherwise"
    )
)
"""Words that change nothing about what is asked, or that are read by other rules."""

_MULTI: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    tuple(phrase.split()): tuple(concepts.split())
    for phrase, concepts in {
        "care about": "",
        **dict.fromkeys(
            "no use|of use|no interest|no value|no good|no help|no place|not worth|isn't worth|aren't worth|our time|"
            "my time|the trouble|of no use|of no interest|of no value|of no help|be useful|not useful|not helpful|"
            "aren't helpful|isn't helpful|aren't useful|isn't useful|not relevant|not interesting|not needed|"
            "nothing else|in question|are enough|is enough|interested in|after all|no longer|for me|for us|to "
            "us|to me|in this "
            "file|no business|any use|any good|any interest|looking for|look for|going for".split("|"),
            "",
        ),
        "more than once": "duplicate",
        "only once": "duplicate",
        "just once": "duplicate",
        "multiple times": "duplicate",
        "several times": "duplicate",
        "repeated rows": "duplicate",
        "repeated documents": "duplicate",
        "repeated texts": "duplicate",
        "repeated records": "duplicate",
        "same text": "duplicate",
        "almost identical": "near duplicate",
        "near identical": "near duplicate",
        "nearly identical": "near duplicate",
        "virtually identical": "near duplicate",
        "practically identical": "near duplicate",
        "almost equal": "near duplicate",
        "almost the same": "near duplicate",
        "nearly the same": "near duplicate",
        "very similar": "near duplicate",
        "of the same": "",
        "from the same": "",
        "about the same": "",
        "within the same": "",
        "seen before": "duplicate",
        "seen already": "duplicate",
        "the same": "duplicate",
        "de duplicate": "duplicate",
        "de duplication": "duplicate",
        "de dup": "duplicate",
        "de dupe": "duplicate",
        "web address": "url",
        "web addresses": "url",
        "web link": "url",
        "web links": "url",
        "white space": "whitespace",
        "white spaces": "whitespace",
        "e mail": "email",
        "e mails": "email",
        "email address": "email",
        "email addresses": "email",
        "mail address": "email",
        "mail addresses": "email",
        "e mail address": "email",
        "e mail addresses": "email",
        "phone number": "phone",
        "phone numbers": "phone",
        "telephone number": "phone",
        "telephone numbers": "phone",
        "ip address": "ip",
        "ip addresses": "ip",
        "ip numbers": "ip",
        "credit card": "card",
        "credit cards": "card",
        "credit card number": "card",
        "credit card numbers": "card",
        "card number": "card",
        "card numbers": "card",
        "line break": "newline",
        "line breaks": "newline",
        "blank line": "newline",
        "blank lines": "newline",
        "empty line": "newline",
        "empty lines": "newline",
        "new line": "newline",
        "new lines": "newline",
        "personal data": "pii",
        "personal information": "pii",
        "personal info": "pii",
        "private data": "pii",
        "private information": "pii",
        "personal details": "pii",
        "personally identifiable information": "pii",
        "sensitive data": "pii",
        "sensitive information": "pii",
        "de identify": "mask",
        "by placeholders": "mask",
        "by a placeholder": "mask",
        "with placeholders": "mask",
        "with a placeholder": "mask",
        "without text": "empty",
        "without any text": "empty",
        "without content": "empty",
        "without any content": "empty",
        "with no text": "empty",
        "with no content": "empty",
        "have no text": "empty",
        "has no text": "empty",
        "no text": "empty",
        "no content": "empty",
        "missing text": "empty",
        "html entities": "html entity",
        "pre train": "pretrain",
        "pre trained": "pretrain",
        "pre training": "pretrain",
        "show up": "",
        "shows up": "",
        "in several documents": "repeated duplicate",
        "in many documents": "repeated duplicate",
        "in other documents": "repeated duplicate",
        "seen in": "",
        "say the same": "semantic duplicate",
        "says the same": "semantic duplicate",
        "same thing": "duplicate",
        "across documents": "repeated duplicate",
        "across all documents": "repeated duplicate",
        **dict.fromkeys(
            "auto generated|automatically generated|machine generated|computer generated|tool generated|"
            "written by a generator|written by a tool|written by generators|made by a generator|produced by a "
            "generator|produced by a tool|generated by a tool|a generator wrote|generator wrote|came from a "
            "generator|come from a generator|came out of a generator|come out of a generator|generated code|"
            "created by a tool|created by a generator".split("|"),
            "autogen",
        ),
        "boxed result": "boxed",
        "boxed results": "boxed",
        "final result": "final answer",
        "final results": "final answer",
        "end result": "final answer",
        "final value": "final answer",
        "unique word": "unique word",
        "unique words": "unique word",
        "different words": "unique word",
        "distinct words": "unique word",
        "runs of": "repeated",
        "run of": "repeated",
        "word for word": "exact",
        "letter for letter": "exact",
        "character for character": "exact",
        "small letters": "lowercase",
        "lower case": "lowercase",
        "ignoring case": "normalize",
        "ignore case": "normalize",
        "case insensitive": "normalize",
        "case insensitively": "normalize",
        "regardless of case": "normalize",
        "ignoring whitespace": "normalize",
        "ignoring spacing": "normalize",
        "ignoring case and whitespace": "normalize",
        "ignoring case and spacing": "normalize",
        "upper and lower case": "normalize",
    }.items()
}
_LONGEST: Final = max(map(len, _MULTI))

_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    word: tuple(concepts.split())
    for words, concepts in {
        "url urls uri uris link links hyperlink hyperlinks weblink weblinks webaddress href": "url",
        "emoji emojis smiley smileys smilies pictograph pictographs pictogram pictograms": "emoji",
        "html xhtml markup tag tags": "html",
        "pii": "pii",
        "htmlentity": "html entity",
        "duplicate duplicates duplicated duplication dup dups dupe dupes dedup dedupe deduped deduping dedups "
        "deduplicate deduplicated deduplicating deduplicates deduplication copies redundant twice unique "
        "distinct": "duplicate",
        "identical": "duplicate",
        "verbatim": "exact duplicate",
        "exact exactly": "exact",
        "heading headings": "heading",
        "autogen autogenerated": "autogen",
        "semantic semantically": "semantic",
        "near nearly fuzzy fuzzily similar similarity alike almost approximate approximately": "near",
        "empty blank emptiness textless null nulls": "empty",
        "whitespace whitespaces space spaces spacing tab tabs blanks spacings": "whitespace",
        "email emails mails mailaddress mailaddresses emailaddress emailaddresses": "email",
        "phone phones telephone telephones": "phone",
        "ip ips": "ip",
        "mask masks masked masking anonymize anonymise anonymized anonymised anonymizing anonymising redact redacted "
        "redacting redaction censor censored hide hidden obfuscate pseudonymize pseudonymise": "mask",
        "normalize normalise normalized normalised normalizing normalising normalization normalisation collapse "
        "collapsed squeeze squeezed squash squashed compress compressed tidy trim trimmed standardize "
        "standardise condense": "normalize",
        "newline newlines linebreak linebreaks": "newline",
        "repeated repeating consecutive multiple": "repeated",
        "short shorter tiny": "short",
        "long longer huge": "long",
        "confidence confident certainty probability likelihood": "probability",
        "punctuation punctuations": "punctuation",
        "lowercase lowercased": "lowercase",
        "numbers digit digits": "digit",
        "critique critiques criticise criticize criticised criticized": "critique",
        "summary summaries summarize summarise summarized summarised summarizing": "summary",
        "translate translated translating translation translations": "translation",
    }.items()
    for word in words.split()
}

SIZE_WORDS: Final = _words("short long short tiny huge")
"""Concepts that ask for a limit without saying which."""


@cache
def stem(word: str) -> str:
    """The word without the endings of plural, past and -ing.

    >>> stem("sampling") == stem("samples")
    True
    """
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3:
            word = root[:-1] if root[-1] == root[-2] and root[-1] not in "aeioulsz" else root
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def concepts(words: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    """What words mean, with synonyms brought together: spans (first word, one past the last, concepts), in order.

    Soft words and general verbs are left out; a word that is not known means itself, without its endings.

    >>> concepts(["drop", "web", "addresses"])
    [(1, 3, ('url',))]
    """
    found = []
    at = 0
    while at < len(words):
        end, meaning = _meaning(words, at)
        if meaning:
            found.append((at, end, meaning))
        at = end
    return found


@lru_cache(maxsize=20_000)
def concept_set(text: str) -> frozenset[str]:
    """The concepts of a plain text such as a phrase or a name with underscores."""
    letters = "".join(one.lower() if one.isalnum() or one == "'" else " " for one in text)
    words = letters.split()
    # The word "sample" is a noun for rows, but in "sample rows" or "a random sample" it is what is done.
    acts = {stem(word) for word in words[:4] if word in ACTIONS and word in ROW_NOUNS}
    return frozenset(concept for _, _, some in concepts(words) for concept in some) | acts


@cache
def action_stems() -> frozenset[str]:
    """The concepts of verbs that have no synonyms here."""
    return frozenset(stem(word) for word in ACTIONS if word not in _SYNONYMS)


def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Every word with synonyms, and the concepts it means."""
    return _SYNONYMS


def is_synonym(word: str) -> bool:
    """Whether a word is known to mean the same as others."""
    return word in _SYNONYMS


def is_general(word: str) -> bool:
    """Whether a word alone says nothing about which operator is meant."""
    return word in DROP or word in KEEP or word in STRIP or word in SOFT or word in NEGATIONS or word in EXCEPT


def _meaning(words: Sequence[str], at: int) -> tuple[int, tuple[str, ...]]:
    for size in range(min(_LONGEST, len(words) - at), 1, -1):
        meaning = _MULTI.get(tuple(words[at : at + size]))
        if meaning is not None:
            return at + size, meaning
    word = words[at]
    if word in _SYNONYMS:
        return at + 1, _SYNONYMS[word]
    if is_general(word) or word.isdigit():
        return at + 1, ()
    return at + 1, (stem(word),)


def any_of(words: Iterable[str], known: frozenset[str]) -> bool:
    """Whether one of the words is known."""
    return any(word in known for word in words)
