"""The words by which people say how a table should look: orders, ends of a scale, portions, repeats and columns."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from .vocabulary import DROP, KEEP, ROW_NOUNS

Role = str
"""What a piece of a sentence says, such as `end` for "cheapest"; `say` says nothing that matters."""
End = tuple[str, str]
"""Which end of which scale, such as ("low", "price")."""

SCALES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        scale: frozenset(words.split())
        for scale, words in {
            "price": "rent rents fare fares price prices cost costs amount fee fees fare charge usd eur dollars euros",
            "time": "date dates time year day month timestamp datetime created updated published posted opened "
            "closed "
            "modified added sent received written released joined born",
            "salary": "salary pay wage income earnings compensation",
            "duration": "minutes mins seconds secs sec hours duration runtime time days took nights pages min",
            "good": "rating ratings score scores stars star quality grade grades csat satisfaction",
            "popular": "views view votes upvotes likes sold sales downloads clicks reads shares visits "
            "popularity hits "
            "purchases orders plays subscribers followers",
            "read": "views view reads hits visits clicks",
            "sold": "sold sales purchases orders",
            "weight": "weight kg grams pounds",
            "size": "size bytes kb mb",
            "heat": "temperature temp celsius fahrenheit heat degrees",
            "height": "height altitude elevation",
            "age": "age",
        }.items()
    }
)
"""Words in the names of columns that hold a scale."""

_ENDS: Final = {
    ("high", ""): "highest | largest | greatest | most | maximum | biggest | max | upper | uppermost",
    ("low", ""): "lowest | smallest | least | fewest | minimum | min",
    ("high", "price"): "dearest | priciest | costliest | most expensive | most costly | dear | expensive "
    "| cost most | costs most | cost the most | costs the most",
    ("low", "price"): "cheapest | least expensive | least costly | most affordable | cheap "
    "| cost least | costs least | cost the least | costs the least",
    ("high", "salary"): "best paid | highest paid | best paying | highest paying | top paying | top paid "
    "| pay most | pays most | pay best | pays best | pay the most | pays the most",
    ("low", "salary"): "worst paid | lowest paid | worst paying | lowest paying "
    "| pay least | pays least | pay worst | pay the least | pays the least",
    ("high", "time"): "newest | latest | youngest | most recent | freshest | new | recent | most recently",
    ("low", "time"): "oldest | earliest | least recent | old | early",
    ("high", "length"): "longest | lengthiest | wordiest | most verbose | long",
    ("low", "length"): "shortest | briefest | tersest | short",
    ("high", "duration"): "slowest | most time consuming | slow",
    ("low", "duration"): "quickest | fastest | speediest | quick | fast",
    (
        "high",
        "good",
    ): "highest marks | best marks | top marks | highest grades | best grades | best | finest | top | best "
    "rated | top rated | highest rated | highest scoring | top scoring "
    "| best scoring | most highly rated | best scored | highest scored | top ranked | best ranked | good | strongest",
    (
        "low",
        "good",
    ): "lowest marks | worst marks | lowest grades | worst grades | worst | poorest | weakest | worst rated | "
    "lowest rated | lowest scoring | worst scoring | bottom "
    "| poorly rated | bad",
    ("high", "popular"): "most popular | best liked | most liked | best loved",
    ("low", "popular"): "least popular | least liked",
    ("high", "read"): "most read | most viewed | most visited | most clicked | most seen",
    ("low", "read"): "least read | least viewed | least visited",
    ("high", "sold"): "best selling | most sold | top selling | most bought",
    ("low", "sold"): "worst selling | least sold | least bought",
    ("high", "weight"): "heaviest",
    ("low", "weight"): "lightest",
    ("high", "heat"): "hottest | warmest",
    ("low", "heat"): "coldest | coolest",
    ("high", "height"): "tallest",
    ("high", "age"): "eldest",
}
_COMPARED: Final = {
    ("high", ""): "more | higher | greater | larger | bigger",
    ("low", ""): "fewer | less | lower | smaller",
    ("high", "time"): "newer | later | more recent | fresher",
    ("low", "time"): "older | earlier",
    ("high", "length"): "longer",
    ("low", "length"): "shorter",
    ("high", "good"): "better | better rated | higher rated",
    ("low", "good"): "worse",
    ("high", "price"): "dearer | more expensive",
    ("low", "price"): "cheaper",
}
"""Which of two is meant."""
PLAIN_ENDS: Final = frozenset("dear expensive cheap new recent old early long short slow quick fast good bad".split())
"""Words for an end only between "from" and "to", or in "newer first"."""

_NO_VALUE: Final = (
    "null | nulls | empty | blank | blanks | missing | unrated | unset | not set | unknown | without | without a | "
    "without any | with no | no value | no values | lacking | having no | that have no | which have no | that lack | "
    "nan | nans | none | not rated | not known | lacking a | missing values | undated | unpriced | unscored"
)
_EMPTY: Final = " | ".join(
    f"{lead}{word.strip()}"
    for word in _NO_VALUE.split("|")
    for lead in ("", "but ", "but the ", "but those ", "but rows ", "but the rows ", "but with ", "but with the ")
)
"""What is said of rows that have no value to be compared by."""

_ROLES: Final = {
    ("sort", ""): "sort | sorted | sorting | order | ordered | ordering | arrange | arranged | rank | ranked | ranking "
    "| line up | lined up | line them up | line these up | line those up | queue | list | listed | organise | "
    "organize "
    "| organised | organized | put in order | put them in order | sequence | reorder | re order | in order of "
    "| in order | in the order of | in the order | by order of | put into order | grouped | group",
    ("by", ""): "by | by their | by its | by the | according to | based on | in terms of | on the basis of | going by "
    "| judged by | measured by | after their | as to",
    ("top", ""): "first | at the top | on top | at top | on the top | up top | come first | comes first | coming first "
    "| go first | goes first | up front | in front | at the front | at the beginning | at the start | at the head "
    "| uppermost | leading | come on top | to the top | at the very top | should come first | being first | lead "
    "| in first place | go on top | foremost | to the front | to begin with | ahead | right at the top | at first "
    "| start with | starts with | starting with | begin with | begins with | beginning with | open with | opens with "
    "| the very first | very first | right on top | 1st | lead the list | leads the list | lead the way | heading",
    ("bottom", ""): "last | at the bottom | at the end | come last | comes last | coming last | go last | goes last "
    "| at the back | at the very end | at the very bottom | to the bottom | to the end | on the bottom | lowermost "
    "| at bottom | underneath | end with | ends with | ending with | close with | closes with | right at the bottom "
    "| very last | at last | right at the end",
    ("way", "ascending"): "ascending | asc | increasing | rising | upward | upwards | going up | climbing | growing "
    "| a to z | a z | ascendingly | low to high | small to large | smallest to largest | lowest to highest "
    "| from low to high | from small to large | from small to big | from a to z | upwardly | low to hi | smaller to "
    "larger | chronologically | chronological | in chronological order | from the bottom up | up "
    "| low -> high | low > high | small -> large | old -> new | old to new | a -> z | lo to hi | first to last",
    ("way", "descending"): "descending | desc | decreasing | falling | downward | downwards | going down | reverse "
    "| reversed | z to a | from z to a | high to low | from high to low | large to small | from large to small "
    "| descendingly | big to small | from big to small | in reverse | reverse chronological | down | backwards "
    "| reverse chronologically | from the top down | high -> low | high > low | large -> small | new -> old "
    "| new to old | z -> a | hi to lo | hi to low | top down",
    ("alphabet", ""): "alphabetically | alphabetical | alphabetic | in the alphabet | by alphabet | abc",
    (
        "both",
        "",
    ): "both | each | all | all of them | both of them | each of them | for both | in both cases | both times",
    ("within", ""): "inside | within | inside of | in each | inside each | within each | inside every | within every "
    "| within one | within the same | inside one | inside the same | per | for each | for every | in every | of each "
    "| of every | from each | from every | for any | from any | of any | in any | across each | out of each | by "
    "each "
    "| out of every | among each | for each single | of each single | for each of the | for each different | each "
    "| per each | for each distinct | for every single | of one and the same | of the same | from the same | every "
    "| stratified by | stratify by | stratified on | stratify on | stratify the split by | stratified split by "
    "| stratify it by | stratified according to | balanced by | balanced on",
    ("length", ""): "length | lengths | text length | character count | number of characters | size in characters "
    "| how long they are | how long it is | how long",
    ("random", ""): "random | randomly | at random | by lot | by chance | arbitrary | arbitrarily | by lottery "
    "| blindly | out of a hat | in random fashion | random sample of | a random sample | random sample | "
    "randomly chosen "
    "| randomly drawn | randomly picked | randomly selected | by luck | haphazardly",
    ("first", ""): "first | opening | initial | foremost | leading | that come first | which come first "
    "| that stand first in the file | that stand first | first in the file | at the top of the file | from the top "
    "| at the start of the file | at the beginning | at the beginning of the file | from the beginning "
    "| from the start | that came first | head of",
    ("shuffle", ""): "shuffle | shuffled | shuffling | jumble | jumbled | jumble up | scramble | scrambled | permute "
    "| randomize | randomise | randomised | randomized | random order | in random order | in a random order "
    "| into random order | into a random order | a random order | mix up | mixed up | mix them up | mix thoroughly "
    "| put in random order | in no particular order | in any old order | jumble them up | in arbitrary order "
    "| shake up | shake them up | shuffle up | random sequence | in a random sequence | a random sequence | "
    "reshuffle",
    ("again", ""): "again | twice | a second time | second time | once more | already | before | repeat | repeats "
    "| repeated | repeating | duplicate | duplicates | duplicated | dupes | copies | copy | more than once | earlier "
    "| seen already | had already | further up | further above | above | repetitions | repetition | anew "
    "| several times | multiple times | two times | doubled | doubles | repeatedly | existing already | double "
    "| word for word repeats | any more times | another time | recurring | recur | recurs | previously | dups",
    ("same", ""): "the same | same | identical | equal | word for word the same | exactly the same | one and the same "
    "| verbatim | word for word | letter for letter | exactly | exact | the very same | character for "
    "character | alike",
    ("scope", ""): "within the same | within one | within each | inside the same | for the same | inside one "
    "| within a single | inside each | within every",
    ("once", ""): "first occurrence of each | the first occurrence of each | first occurrence of every | first "
    "instance of each | first appearance of each | first appearance of every | first instance of every "
    "| once | only once | just once | one time | only one time | unique | distinct | a single time "
    "| no more than once | at most once | exactly once | not more than once | only a single time",
    ("dedupe", ""): "dedupe | deduplicate | deduplicated | dedup | de dupe | de duplicate | uniq | deduped",
    ("fold", ""): "ignoring case | ignore case | ignoring upper and lower case | regardless of case | case insensitive "
    "| case insensitively | big or small letters make no difference | big or small letters do not matter "
    "| big or small letters don't matter | upper and lower case count as the same | case does not matter "
    "| case doesn't matter | upper or lower case makes no difference | upper and lower case make no difference "
    "| upper or lower case does not matter | upper or lower case doesn't matter | capitals do not matter "
    "| capitals don't matter | capitalisation does not matter | capitalization does not matter | ignore capitals "
    "| ignoring capitals | ignoring capitalisation | ignoring capitalization | regardless of capitalisation "
    "| regardless of capitalization | regardless of capitals | big and small letters are the same "
    "| big or small letters are the same | no matter the case | whatever the case | no matter if upper or lower case "
    "| with upper and lower case treated alike | upper and lower case are the same | irrespective of case "
    "| big and small letters make no difference | capital letters make no difference | capitals make no difference "
    "| case makes no difference | not case sensitive | whether in capitals or not | upper and lower case treated "
    "alike "
    "| disregarding case | big or small letters count the same | upper and lower case count the same",
    ("echo", "first"): "whichever came first | the first one | the first of them | the first | the earliest one "
    "| the one further up | the first occurrence | the first copy | the first row | first occurrence "
    "| whichever comes first | whichever is first | one of them | only one of them | one of each | the one "
    "that came first "
    "| only the first | only one | just the first | the first row stays | just one of them | the original | one copy "
    "| a single copy | first one | the first stays | the upper one | the one above | first row | the first version",
    (
        "deny",
        "",
    ): "no | not | never | mustn't | shouldn't | don't | doesn't | cannot | can't | won't | nobody | nothing "
    "| without | none | neither | nor | isn't | aren't | leaving out | minus",
    ("enough", ""): "is enough | are enough | will do | is plenty | suffices | suffice | is sufficient | do | does "
    "| are sufficient | is all we need | is all i need | are plenty | is fine | would do | are all we need | enough",
    ("useless", ""): "of no use | of no interest | no use for | useless | not needed | not interesting | superfluous "
    "| not relevant | irrelevant | no longer needed | no need for | don't need | do not need | don't want | "
    "do not want "
    "| nobody needs | no one needs | no longer need | not wanted | have no need of | not be there | not of interest "
    "| not interested in | don't care about | do not care about | unneeded | needless | nobody wants | no use to us "
    "| not useful | unnecessary | not required | never use | never used | don't use | without any use | nobody uses "
    "| nobody looks at | is not used | are not used | can do without | could do without | don't need to have "
    "| has no place | have no place | don't belong | nobody reads | nobody ever reads | no one uses | don't "
    "interest me "
    "| doesn't interest us | do not interest us | not be in there | not be in it | not be in the output | no "
    "use any more",
    ("only", ""): "only | just | nothing but | nothing except | nothing other than | solely | merely | no more than "
    "| nothing else than | exclusively | all i need is | all i want is | all we need is | all we want is | "
    "all i need are "
    "| all we need are | all that is needed is | all that we need is | no columns but | no column but | are needed "
    "| is needed | are required | is required | are wanted | and "
    "nothing else "
    "| nothing else | no others | nothing more | and that's it | are enough for me | are all that matters "
    "| are all i need | are all we need | is all that matters | are all we want | all that i need are | are the only "
    "| no columns except | no columns other than | no other columns | and no others | are sufficient | suffice "
    "| will do | are enough | all i need | all we need | all that i want is | reduce to | are all that's needed "
    "| alone | and no more | cut down to | cut it down to | all i want",
    ("all", ""): "all columns | every column | all the columns | all fields | all other columns | all of the columns",
    ("except", ""): "except | except for | but | besides | apart from | other than | excluding | save",
    ("rest", ""): "the rest goes | the rest can go | drop the rest | the others go | the rest is not needed | the rest "
    "| the others | everything else | the other columns | the remaining ones | the remainder | all the rest "
    "| all others "
    "| the rest must go | others | the remaining columns | the rest should go | the other ones | remaining | "
    "remainder",
    (
        "cap",
        "",
    ): "at most | up to | not more than | no more than | a maximum of | maximum | max | limit | limit to | cap "
    "| capped at | limited to | reduce to | cut down to | there is room for | there's room for | there is space for "
    "| there's space for | we have room for | we have space for | i have room for | i have space for | room for "
    "| cap it at | cap at | cap this at | limit it to | limit this to | keep it to | keep it at | space for | "
    "has room for | has space for | have room for | have space for",
    ("few", ""): "a few | a few of | some of | a couple of | a handful of | a bunch of | a small part of | just some "
    "| a small number of | only some | a couple",
    ("chance", ""): "toss a coin | flip a coin | throw a coin | throw dice | throw a dice | roll a dice | roll dice "
    "| roll the dice | cast lots | draw lots | toss coins | flip coins | a coin toss | by coin toss | a coin flip",
    (
        "split",
        "",
    ): "mark | tag | assign | split | divide | partition | separate | cut in two | divided | splits | a split",
    ("hold", ""): "hold | hold out | hold back | held out | held back | set aside | put aside | aside | reserve "
    "| reserved | keep back | back | carve out | split off | carve off | put away | away | leave out | spare | apart "
    "| withhold | holdout | keep aside | lay aside",
    ("halves", ""): "two halves | in half | into halves | half and half | half / half | fifty fifty | halves "
    "| two equal parts | equal parts | equally | evenly | half half",
    ("together", ""): "together | in the same set | in the same split | in one set | in one split | not in both "
    "| in both | never in both | in both sets | in both splits | never in two | across both | in two splits "
    "| in two sets | in two of them | in more than one | in more than one set | in more than one split | in "
    "several sets | in two "
    "| on both sides | whole",
    ("empty", ""): _EMPTY,
}
SETS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(("train", "training"), "train")
    | dict.fromkeys(("test", "testing", "tests"), "test")
    | dict.fromkeys(("validation", "validating"), "validation")
    | dict.fromkeys(("evaluation", "evaluating"), "evaluation")
    | {word: word for word in ("val", "valid", "dev", "eval", "development", "holdout")}
)
OUT: Final = DROP - frozenset({"cut", "weed", "skip"}) | frozenset(
    "out gone chuck bin binned dropped leave_out scrap forget go goes away hide".split()
)
"""Words after which what is named goes."""

_SAYING: Final = (
    "whose | would | me just | there shall be | there should be | once everything is done | when everything is "
    "done | "
    "when all is done | in this table | in the table | in this file | in the file | in our file | of the file | "
    "of the table | that we have | we have | it has | they have | "
    "in the order they have now | in the order they have | in the same order | in their order | in the order "
    "they are "
    "in | in the order of the file | keep the order | keeping the order | pull | pull out | fetch | hand over "
    "| lay out | in this order | in that order | in exactly this order | in the given order | itself | themselves "
    "| any more | anymore | any longer | pls | plz | asked | wrote | sent | posted | submitted | used | gave | "
    "given | was given | were given | "
    "got | say | note | "
    "write | store | save | record | mark | please | i | we | you | me | us | my | our | your | it | its | they |"
    " them"
    " | their | the | a"
    " | an | this | that | these | those | there | here | is | are | be | being | was | were | am | would | will"
    " | shall | should | could | can | may | might | must | has | have | had | having | i'd | i'll | i'm | we'd"
    " | we'll | we're | it's | it'd | that's | like | love | want | wants | need | needs | keep | keeps | kept"
    " | retain | stay | stays | remain | remains | give | gives | show | see | get | take | takes | pick | select"
    " | choose | leave | let | have a look at | bring | put | make | hand | return | print | find | display"
    " | want to see | want to have | to | of | in | on | at | with | from | for | into | as | so | then | next"
    " | now | finally | lastly | afterwards | afterward | after that | in the end | once that is done"
    " | when that is done | after this | when done | and | or | , | ( | ) | : | - | – | also | too | still | yet"
    " | please do | kindly | thanks | thank | if possible | which | who | what | where | how | one | ones | whole"
    " | entire | complete | full | set | table | data | dataset | list | file | result | output | collection"
    " | corpus | row | rows | thing | things | stuff | line | lines | everything | anything | all of it"
    " | whatever | whichever | any | some | every one | each one | come | comes | came | go | appear | appears"
    " | appeared | occur | occurs | occurred | turn | turns | turned | show up | shows up | showed up | shown up"
    " | turn up | turns up | turned up | stand | stands | stood | seen | do | does | did | done | look | looks"
    " | up | sure | ensure | only | just | simply | ok | okay | hi | hello | hey | well | right | value | values"
    " | field | column | columns | fields | same way | amount | number | total | respectively | case | cases"
    " | order | possible | kind | per cent | be seen | start | starts | begin | begins | end | run | runs | go on"
    " | together | own | its own | left | remaining | what is left | what remains | of what remains"
    " | from the rest | of what is left | of the rest | of them all | of all | overall | in total | altogether"
    " | in all | within it | anyhow | though | really | actually | happy | glad | could you | can you"
    " | would you | great | nice | hope | hopefully | going | working | work | today | could you please"
    " | colleague | boss | team | customer | reader | loader | trainer | word | written | named | contained"
    " | there is | there are | there's | known | we've | i've | you've | got | allowed | draw | drawn | drawing"
    " | chosen | picked | selected | grab | fetch | extract | sample | samples | subset | selection | handful"
    " | lot | each other | down | used | fix | fixed | when | because of that | is it | by that | all | that way"
    " | this way | either | along | part | piece | share | percentage | portion | fraction | us all | our purpose"
    " | purposes | purpose | plain | way | fine | as well | wish | interested | interest | interests | directly"
    " | about | people | somebody | someone | everybody | everyone | person | first of all | use | using | if"
    " | would like | / | & | + | same every time | the same every time | always the same | reproducible | reproducibly"
    " | repeatable | same result every time | so it is reproducible | so that it is reproducible | w"
    " | version | versions | variant | occurrence | occurrences"
)  # fmt: skip
ROW_WORDS: Final = ROW_NOUNS - {"whatever", "whichever"} | frozenset(
    "review reviews ticket tickets product products story stories recipe recipes comment comments message messages "
    "chat chats conversation conversations dialogue dialogues book books question questions answer answers pair "
    "pairs "
    "customer customers user users order orders person people dish dishes paper papers song songs movie movies film "
    "films video videos photo photos image images listing listings offer offers ad ads job jobs event events house "
    "houses city cities country countries company companies contract contracts case cases report reports note notes "
    "thread threads tweet tweets letter letters headline headlines poem poems essay essays novel novels website "
    "websites site sites snippet snippets sentence prompt prompts instruction instructions response responses reply "
    "replies purchase purchases sale sales complaint complaints request requests bug bugs issue issues transaction "
    "transactions payment payments invoice invoices patient patients student students employee employees course "
    "courses lesson lessons hotel hotels restaurant restaurants flight flights trip trips game games player players "
    "team teams match matches measurement measurements reading readings sensor observation observations trial trials "
    "goods wares buyer buyers seller sellers member members visitor visitors place places author authors talk talks "
    "translation translations string strings word_list one ones lot heap pile news".split()
)
"""Nouns that stand for the rows of a table, whatever it is about."""


def _meanings() -> dict[tuple[str, ...], dict[Role, Any]]:
    found: dict[tuple[str, ...], dict[Role, Any]] = {}

    def add(phrases: str, role: Role, value: object) -> None:
        for phrase in phrases.split("|"):
            found.setdefault(tuple(phrase.split()), {})[role] = value

    add(_SAYING, "say", "")
    for (role, value), phrases in _ROLES.items():
        add(phrases, role, value)
    for end, phrases in _ENDS.items():
        add(phrases, "end", end)
    for end, phrases in _COMPARED.items():
        add(phrases, "more", end)
    for word, name in SETS.items():
        add(word, "set", name)
    for word in OUT:
        add(word, "out", "")
    for word in KEEP:
        add(word, "say", "")
    return found


MEANINGS: Final[Mapping[tuple[str, ...], Mapping[Role, Any]]] = MappingProxyType(_meanings())
"""What phrases may say, by role; which of them counts is for the rule that reads them."""
LONGEST: Final[Mapping[str, int]] = MappingProxyType(
    {words[0]: max(len(other) for other in MEANINGS if other[0] == words[0]) for words in MEANINGS}
)
"""How many words the longest phrase has that begins with a word."""
