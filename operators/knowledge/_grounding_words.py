"""Words in a form that is equal for their inflections, and words that mean opposites; English, German, some Chinese."""

import re
import unicodedata
from functools import lru_cache

from ..core._segmentation import PLAIN_WORD, UNSPACED, any_word, special_characters
from ..text._stop_words import STOP_WORDS
from ..text._stopwords import STOPWORDS

_KNOWN_LETTERS = 6
_ROUNDS = 5
_IRREGULAR = {
    form: forms.split()[0]
    for forms in """
        win won | lose lost loss | begin began begun | write wrote written | build built | buy bought | sell sold sale
        find found | make made | take took taken | give gave given | rise rose risen | fall fell fallen
        grow grew grown growth
        know knew known | see saw seen | go went gone | come came | leave left | lead led | run ran | hold held
        teach taught | think thought | bring brought | speak spoke spoken | eat ate eaten | drink drank drunk
        fly flew flown flight | drive drove driven | break broke broken | choose chose chosen choice
        die died dead death
        bear born birth | feel felt | keep kept | meet met meeting | pay paid | say said | send sent | sit sat
        sleep slept
        spend spent | stand stood | steal stole stolen | strike struck | swim swam swum | sing sang sung song
        tell told
        wear wore worn | fight fought | catch caught | draw drew drawn | freeze froze frozen | hide hid hidden
        ride rode
        show shown | sink sank sunk | throw threw thrown | lay laid | lie lay lain | shrink shrank shrunk
        spring sprang sprung | swing swung | seek sought | bite bit bitten | lend lent | mean meant | man men
        woman women | child children | foot feet | tooth teeth | mouse mice | person people | life lives | wife wives
        steigen stieg gestiegen stiegen | sinken sank gesunken sanken | schreiben schrieb geschrieben
        bauen gebaut baute
        beginnen begann begonnen | gewinnen gewann gewonnen | verlieren verlor verloren | finden fand gefunden
        liegt lag liegen
        kommen kam gekommen | gehen ging gegangen | geben gab gegeben | sterben starb gestorben
        trinken trank getrunken
        weigh weight | high height | long length | wide width | strong strength | deep depth | hot heat | sick illness
        analyse analyze analysis | advise advice | prove proof | believe belief | live life
        produce product production
        marry marriage | arrive arrival | destroy destruction | receive reception | decide decision
        describe description
        öffnen geöffnet öffnet eröffnet | schließen geschlossen schließt schloss | car automobile
        purchase buy acquire | doctor physician | film movie | big large | quick fast rapid rapidly quickly
        start begin commence | kid child | job work | author writer write | usa america | uk britain
    """.replace("\n", "|").split("|")
    for form in forms.split()
}  # fmt: skip
_ENDINGS = (
    "ically ingly edly fulness iveness isation ization ations ation ments ment ness ities ity ings ing ies ied "
    "ions ion "
    "iers ier iest ally ers er est ed ly al es s e en em y"
).split()
_CAREFUL = frozenset("ly al em y t ion".split())

OPPOSITES = """
    increase rise raise grow gain climb expand soar jump double triple | decrease fall drop decline shrink reduce
        plunge halve lower
    double | triple | halve
    win | lose
    survive live | die
    add | drop remove
    closer nearer closest nearest | farther further farthest furthest
    accept pass approve agree allow permit support | reject refuse deny forbid ban prohibit oppose
    buy | sell
    advance | retreat
    lengthen | shorten
    mile | kilometre kilometer | metre meter | foot feet
    ton tonne | kilogram | gram
    hot warm | cold cool
    begin launch | end finish stop cease
    open | close shut
    north northern nord nördlich | south southern süd südlich
    east eastern ost östlich | west western west westlich
    left links | right rechts
    male | female
    man | woman
    husband | wife
    father | mother
    brother | sister
    son | daughter
    king | queen
    true | false
    positive | negative
    succeed success successful | fail failure
    safe | dangerous harmful
    alive | dead
    public | private
    old alt | new young neu jung
    rich | poor
    strong | weak
    fast | slow
    high hoch | low niedrig
    long | short
    tall | short
    heavy | light
    early | late
    large | small tiny
    maximum | minimum
    indoor indoors | outdoor outdoors
    import | export
    day tag | night nacht
    winter | summer sommer | spring frühling frühjahr | autumn herbst
    monday montag montags | tuesday dienstag dienstags | wednesday mittwoch | thursday donnerstag donnerstags | friday
        freitag freitags | saturday samstag samstags | sunday sonntag sonntags
    red rot | blue blau | green grün | yellow gelb | black schwarz | white weiß | brown braun | orange | purple
    january | february | april | june | july | august | september | october | november | december
    morning | evening
    major | minor
    include | exclude
    add | remove
    good | bad
    best | worst
    better besser | worse schlechter
    cause | prevent
    guilty | innocent
    present | absent
    love | hate
    enter join | leave
    arrive | depart
    bear | die
    deep | shallow
    wide | narrow
    hard | soft
    wet | dry
    full | empty
    cheap | expensive
    profit | loss
    victory | defeat
    friend ally | enemy
    upper | lower
    mandatory required compulsory obligatory | optional voluntary
    temporary | permanent
    active | passive
    domestic | foreign
    simple easy | difficult complex
    common | rare
    oldest older | newest youngest newer younger
    largest biggest larger bigger greatest | smallest smaller
    longest longer | shortest shorter
    tallest taller | shortest shorter
    highest higher höher höchste | lowest lower niedriger niedrigste
    fastest faster | slowest slower
    warmest warmer hotter hottest wärmer | coldest colder cooler kälter
    heaviest heavier | lightest lighter
    strongest stronger | weakest weaker
    richest richer | poorest poorer
    earliest earlier früher | latest later später
    cheaper cheapest | dearer costlier
    größer größte | kleiner kleinste
    steigen zunehmen erhöhen wachsen | sinken fallen abnehmen senken schrumpfen
    öffnen eröffnen offen | schließen
    gewinnen | verlieren
    warm heiß | kalt
    annehmen erlauben | ablehnen verbieten
    erste ersten | letzte letzten
    first | last final
    encourage | discourage
    strengthen | weaken
    improve | worsen
    acquire | sell
    predator | prey
    wild | tame
    solid | liquid
    ancient | modern
    vertical | horizontal
    internal | external
    inner | outer
    superior | inferior
    majority | minority
    praise | criticise criticize
    attack | defend
    export exporter | import importer
    borrow | lend
    teacher | student
    parent | child
    ascend | descend
    acid | alkaline
    sink | float
    sweet | bitter sour
    optimistic | pessimistic
    urban | rural
    manual | automatic
"""
RELATIONS = """
    before until prior vor | after since following nach
    more above over mehr über | less fewer below under weniger unter
    first | last
    up | down
    all every each always alle immer jede jeder jedes | some most many few several half sometimes often usually
        rarely partly
        einige viele wenige manche manchmal meist oft
    inside within | outside
    most many | few hardly
    most | least fewest
    at_least | at_most
"""
"""Little words that turn what follows them; they oppose each other only before the same word."""
_HAN_OPPOSITES = """
    增加 上升 提高 增长 上涨 扩大 | 减少 下降 降低 下跌 缩小
    之前 以前 前 | 之后 以后 后
    最大 | 最小
    最高 | 最低
    最长 | 最短
    最早 | 最晚
    高于 多于 超过 大于 | 低于 少于 不到 小于
    成功 | 失败
    支持 赞成 同意 | 反对
    开始 | 结束
    允许 | 禁止
    东部 东 | 西部 西
    南部 南 | 北部 北
    进口 | 出口
    冬季 冬天 | 夏季 夏天
    春季 | 秋季
    白天 | 夜间 夜晚 晚上
    上午 | 下午
    男性 | 女性
    胜 赢 | 败 输
    上游 | 下游
"""
_NEGATING_PREFIX = re.compile(r"(?:un|non|dis|in|im|ir|il)(?=\w{4})")
_HAN_LITTLE = re.compile("[的了是在和与及也都就而且被把对于由从到这那其之为以有着个地得]+")
_UNSPACED_RUN = re.compile(f"[{UNSPACED}]")
_LITTLE = frozenset("said says según let lets got get also one ones yes".split())
STOP = (STOP_WORDS | STOPWORDS["de"] | STOPWORDS["en"] | _LITTLE) - {"against", "gegen"}
"""Words that say little, in lower case."""


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A word without its inflection, at most six letters: equal for the forms of a word, not itself a word.

    >>> stem("production") == stem("produced"), stem("won") == stem("wins")
    (True, True)
    """
    word = word.removesuffix("'s").removesuffix("’s")
    for _ in range(_ROUNDS):
        before, word = word, _without_ending(_IRREGULAR.get(word, word))
        if word == before:
            break
    return _bare(word)[:_KNOWN_LETTERS]


def is_irregular(word: str) -> bool:
    """Whether a word is a form that its ending does not tell, mostly of a verb."""
    return word in _IRREGULAR


def _without_ending(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (4 if ending in _CAREFUL else 3):
            cut = word[: -len(ending)]
            doubled = len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "aeiouls"
            return cut[:-1] if doubled else cut
    return word


def _bare(word: str) -> str:
    """A word without accents, and with i for y at its end."""
    if not word.isascii():
        word = "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
    return word[:-1] + "i" if word.endswith("y") else word


def words_of(text: str) -> list[str]:
    """The words of a text as written; a run of a script without spaces is one.

    >>> words_of("Die S-Bahn 你好吗")
    ['Die', 'S', 'Bahn', '你好吗']
    """
    if text.isascii() or not special_characters().search(text):
        return PLAIN_WORD.findall(text)
    words: list[str] = []
    end = -1
    for match in any_word().finditer(text):
        joins = match.start() == end and _UNSPACED_RUN.match(match[0]) and _UNSPACED_RUN.match(words[-1])
        if joins:
            words[-1] += match[0]
        else:
            words.append(match[0])
        end = match.end()
    return words


def is_unspaced(word: str) -> bool:
    """Whether a word is a run of a script without spaces."""
    return not word[0].isascii() and _UNSPACED_RUN.match(word) is not None


def pieces_of(run: str) -> list[str]:
    """The pairs of neighbouring characters of a run, cut where the little words of Chinese stand.

    >>> pieces_of("长江的长度")
    ['长江', '长度']
    """
    pieces: list[str] = []
    for part in _HAN_LITTLE.split(run):
        pieces += [part] if len(part) == 1 else [part[n : n + 2] for n in range(len(part) - 1)]
    return pieces


def _pairs(listed: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in re.sub(r"\n {8}", " ", listed).strip().splitlines():
        sides = [side.split() for side in line.split("|")]
        for n, side in enumerate(sides):
            others = {word for m, other in enumerate(sides) if m != n for word in other}
            for word in side:
                found.setdefault(word, set()).update(others - set(side))
    return {word: frozenset(others) for word, others in found.items()}


_SURFACE = _pairs(OPPOSITES)
OPPOSED_RELATIONS = _pairs(RELATIONS)
_OPPOSED_STEMS: dict[str, frozenset[str]] = {}
for _word, _others in _SURFACE.items():
    _OPPOSED_STEMS[stem(_word)] = _OPPOSED_STEMS.get(stem(_word), frozenset()) | {stem(one) for one in _others}
OPPOSED_RUNS = _pairs(_HAN_OPPOSITES)


@lru_cache(maxsize=1 << 16)
def opposites(term: str) -> frozenset[str]:
    """The stems that mean the opposite of a stem."""
    return _OPPOSED_STEMS.get(term, frozenset()) - {term}


@lru_cache(maxsize=1 << 16)
def without_negation(word: str) -> str | None:
    """The stem of what a prefix such as "un" denies, None for a word without one.

    >>> without_negation("unhappy") == stem("happy")
    True
    """
    match = _NEGATING_PREFIX.match(word)
    return stem(word[match.end() :]) if match else None


__all__ = [
    "OPPOSED_RELATIONS",
    "OPPOSED_RUNS",
    "STOP",
    "is_irregular",
    "is_unspaced",
    "opposites",
    "pieces_of",
    "stem",
    "without_negation",
    "words_of",
]
