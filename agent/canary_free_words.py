"""Classes of words and turns of speech by which people say, in words of their own, what stays and what goes."""

import re
from typing import Final

from .canary_words import DOCUMENTS, DROPS, FILLERS, KEEPS, NEGATIONS

KEEP, DROP, NEG, ONLY, EXCEPT, REST, DEMAND, WEAK = "KEEP", "DROP", "NEG", "ONLY", "EXCEPT", "REST", "DEMAND", "WEAK"
"""What a turn of speech is for the direction; `WEAK` lets something stay without saying that the others go."""

_DONE: Final = (
    r"(?:dropped|removed|deleted|discarded|excluded|eliminated|rejected|filtered|omitted|skipped|thrown|left|kicked|"
    r"taken|sorted|weeded|purged|erased|cleared|ditched|binned|cast|tossed|chucked|got rid of)(?:\s+(?:out|away|off))?"
)
_GONE: Final = r"(?:go|leave|disappear|vanish|fall out|drop out|be out|be gone|be left out|get out)"
_STAY: Final = r"(?:stay|remain|survive|be kept|be retained|be left|pass|stay in|be in(?: there| here)?)"
_MAY: Final = (
    r"(?:can|may|might|could|should|must|shall|will|would|has to|have to|ought to|need to|needs to|is to|are to)"
)
_TO_BE: Final = r"(?:am|is|are|be|was|were|being|been|seems?|looks?)"
_GOOD: Final = (
    r"(?:useful|wanted|needed|welcome|interesting|interested in|relevant|good|allowed|acceptable|ok|okay|fine|right|"
    r"suitable|of (?:any )?(?:use|interest|value)|any (?:use|good)|usable|desired|required|worth (?:it|keeping)|"
    r"for me|for us|what (?:i|we) (?:want|need))"
)
_MORE: Final = r"(?:so|really|very|too|that|much|at all|particularly|just|quite|actually)"
_TO_ME: Final = r"(?:\s+(?:to|for|here|any more|anymore)\b(?:\s+(?:me|us|my (?:work|purpose)|this|here))?)?"

TURNS: Final = tuple(
    (re.compile(rf"(?<![\w']){pattern}(?![\w'])"), symbol)
    for pattern, symbol in (
        (r"(?:thank you|thanks)(?: (?:a lot|so much|very much|in advance|again))?|cheers|many thanks", ""),
        (r"(?:hi|hello|hey|dear)(?: (?:there|all|team|everybody|everyone|folks))?", ""),
        (r"if (?:possible|you (?:can|could|please|like|don't mind))", ""),
        (r"(?:it|that) would be (?:great|nice|good|lovely|fine|perfect|best|helpful)", ""),
        (r"(?:for|in|to) (?:my|our|this|the) (?:use|work|purpose|purposes|project|training|set|dataset|data|collection)", ""),  # noqa: E501
        (r"(?:in|from) (?:here|there|the (?:data|dataset|set|table|file|list|corpus))", ""),
        (r"(?:please )?make sure|be sure|see to it|take care", DEMAND),
        (r"(?:could|can|would|will) you(?: please)?", ""),
        (rf"(?:should|must|shall|may|can|could|would)(?:n't| not)(?: {_MORE})? {_STAY}", DROP),
        (rf"(?:should|must|shall|may|can|could|would)(?:n't| not)(?: {_MORE})? (?:{_GONE}|be {_DONE})", WEAK),
        (r"(?:do|does|did)(?:n't| not) (?:belong|fit)(?: (?:here|in|there|in here))?", DROP),
        (r"(?:have|has) no (?:place|business)(?: (?:here|in))?|(?:do|does) not matter", DROP),
        (rf"(?:(?:is|are|was|were)n't|{_TO_BE} not|not|{_TO_BE} no longer|{_TO_BE} never)(?: {_MORE})* {_GOOD}{_TO_ME}", DROP),  # noqa: E501
        (rf"{_TO_BE} (?:of )?no (?:use|good|interest|value|help){_TO_ME}|no use(?: to (?:me|us))?", DROP),
        (rf"{_TO_BE}(?: {_MORE})* (?:useless|noise|unwanted|irrelevant|junk|rubbish|garbage|trash|worthless|annoying|uninteresting|unneeded|undesired|superfluous|too (?:long|short|much|little|few|many|big|small)){_TO_ME}", DROP),  # noqa: E501
        (rf"{_MAY}(?: {_MORE})? (?:{_GONE}|be {_DONE})", DROP),
        (rf"{_TO_BE} (?:to be )?{_DONE}|get {_DONE}", DROP),
        (rf"{_TO_BE} out|goes out|go out|goes|go away|goes away|falls? out|out with|away with|off with|no more of", DROP),  # noqa: E501
        (r"(?:throw|throws|throwing|filter|filtering|weed|weeding|leave|leaving|kick|kicking|take|taking|sort|sorting|toss|tossing|sift|strike|chuck|clear|rule|screen|send|fling|put|keep|keeping|cast|shut|pull|pick) (?:out|away|aside|off)(?: of)?", DROP),  # noqa: E501
        (r"(?:throw|filter|weed|leave|kick|take|sort|toss|chuck|clear|screen|cast|pull|pick) (?:them|it|those|these|that|this|such) (?:out|away|aside|off)", DROP),  # noqa: E501
        (r"(?:get|getting|be) rid of|do away with|(?:do|does|doing|done) without|part with|free (?:me|us) of|spare (?:me|us)", DROP),  # noqa: E501
        (rf"(?:can|may|could|might) {_STAY}|{_TO_BE}(?: {_MORE})* {_GOOD}", WEAK),
        (rf"(?:should|must|shall|will|have to|has to|ought to) {_STAY}|stays?|stays in|remains?|survives?", KEEP),
        (r"(?:hold|hang) on to|hold onto|holds?|let (?:me|us) (?:have|keep|see)|(?:give|get|show|leave|hand|send|bring) (?:me|us)(?: back)?", KEEP),  # noqa: E501
        (r"(?:am|are|is|'m|'re|be) (?:only |just )?(?:looking for|interested in|after|keen on|out for)|look for|looking for", KEEP),  # noqa: E501
        (r"(?:i|we)(?:'d| would| do| should)? (?:like|love|prefer)(?: to (?:have|keep|see|get|use))?", KEEP),
        (r"(?:want|wants|wanted|need|needs|wish|wishes)(?: to (?:have|keep|see|get|use|work with|look at))?", KEEP),
        (r"(?:work|go on|continue|proceed|train|deal) (?:only )?with", KEEP),
        (r"(?:can|could|may|will|must|should|shall) (?:only|just) (?:use|take|accept|have|keep|work with)", ONLY),
        (r"(?:limit|restrict|confine|narrow|reduce|cut down|boil down)(?:ed|ing)? (?:ourselves|myself|yourself|it|this|that|them|things|us|me|the (?:data|set|dataset|table|rows))?(?: down)? ?to", ONLY),  # noqa: E501
        (r"nothing (?:but|except|other than|besides)|none but|no one but|not \w+thing but|solely|exclusively|purely|merely|stick to", ONLY),  # noqa: E501
        (r"(?:everything|anything|all|every one|whatever) (?:but|except|besides|bar|save)(?: for)?|other than|apart from|aside from|except(?: for)?|with the exception of|excepting|save for", EXCEPT),  # noqa: E501
        (r"(?:(?:all|any|every|the|everything|anything) )?(?:the )?(?:other|remaining|foreign) (?:languages?|ones|rows|values|kinds|sorts|categories|texts|documents|records|entries|items|tongues?|stuff|things)|(?:any|every|some) other language|another language|(?:all|any|the|every) ?(?:the )?others?|(?:all |everything |anything )?(?:of )?the rest(?: of (?:it|them|the (?:data|rows)))?|(?:everything|anything|everybody|all|whatever|what) else|others|otherwise|or else|if not|the remainder", REST),  # noqa: E501
        (r"nothing else|no others?|none other|nothing more|nothing besides|and that's (?:it|all)|and no more", f"{REST} {DROP}"),  # noqa: E501
        (r"have to|has to|had to|ought to|got to|need to be|needs to be", DEMAND),
        (r"do not|does not|did not|dont|doesnt|isnt|arent|wont|cannot|can not", NEG),
    )
)  # fmt: skip
"""Turns of speech and what they say of the direction, in the order in which they are looked for."""

KEEPING: Final = (KEEPS - {"must", "should", "need", "needs", "require", "requires", "ensure", "care"}) | frozenset(
    "preserve preserves select selects choose pick extract save kept want wants".split()
)
DROPPING: Final = DROPS | frozenset(
    "discards rejects excludes excluding eliminates eliminating omit omits omitting skip skips skipping ditch ditches "
    "dump bin scrap scraps sack lose losing purge purges erase erases kill kills trash banish axe nix oust expel "
    "dismiss disregard ignore ban bar barring minus without out away gone bye goodbye forget avoid avoiding "
    "outta weed toss chuck wipe rid deleting discarding rejecting removes deletes".split()
)
DEMANDING: Final = frozenset(
    "must should shall need needs require requires required ensure has have demand insist expected expect "
    "minimum maximum".split()
)
NEGATING: Final = (NEGATIONS | frozenset("nor neither nobody without cannot hardly nope".split())) - {"without"}
ONLYS: Final = frozenset("only just solely exclusively purely merely alone".split())

ROW_NOUNS: Final = DOCUMENTS | frozenset(
    "thing things stuff material sample samples line lines case cases datapoint datapoints observation observations "
    "one kind kinds sort sorts type types category categories class classes group groups value values data dataset "
    "set table file files list entry input inputs anybody somebody something object objects unit piece pieces "
    "such these this that them they it its writing writings review reviews comment comments posting postings story "
    "stories message messages utterance utterances tweet tweets essay essays snippet snippets paragraph paragraphs".split()  # noqa: E501
)
"""Nouns for a row whatever it holds."""
SUBJECTS: Final = frozenset(
    "review reviews comment comments post posts posting postings message messages ticket tickets chat chats "
    "conversation conversations dialogue dialogues dialog dialogs story stories news recipe recipes dish dishes "
    "product products good goods article articles snippet snippets code script scripts program programs function "
    "functions utterance utterances question questions problem problems task tasks exercise exercises answer answers "
    "reply replies response responses prompt prompts instruction instructions page pages site sites website websites "
    "email emails mail mails letter letters book books paper papers essay essays report reports tweet tweets song "
    "songs film films movie movies customer customers user users person people author authors writer writers patient "
    "patients order orders invoice invoices job jobs event events note notes thread threads channel channels board "
    "boards section sections topic topics label labels labelled labeled tagged marked source sources licence license "
    "licensed licences language languages tag tags team teams department shop store brand".split()
)
"""Nouns for what a row is about; enough to say which rows are meant by their value, not which text is measured."""
NEUTRAL: Final = FILLERS | frozenset(
    "i'm i'd i'll i've we're we'd we'll you're you'd it's that's they're they've there's here's let's let lets "
    "my our your his her their its me him us them myself ourselves am was were been being will would shall can could "
    "may might come came comes coming run runs made make makes written writes write wrote speak speaks spoken about from off "  # noqa: E501
    "on over under by as for here there now still yet again really actually simply maybe perhaps kindly okay ok yes "
    "well so too also ever even more some few lot lots whole entire full complete very quite rather own same "
    "someone anyone somebody people what who whom whose when while since because why how today future later "
    "use uses using used useful work works working find found looking look looks see seen show shows put take takes "
    "taken gets got give gives given set filter filtering filters check checks go goes going body's length lengths "
    "size long short tall big small total least most up down onto into within among inside out-of belong belongs "
    "belonging fall falls under category called named says said say reads read marked tagged labelled labeled "
    "count counts counting number numbers word words character characters sentence sentences limit limited "
    "nice great fine good possible needed wanted first-class then next finally afterwards thereafter etc ones "
    "exactly precisely strictly definitely certainly absolutely truly genuinely mean means meant think know guess "
    "matter matters interested interesting question? contain contains containing consist consists consisting "
    "hold holds holding run running stand stands allow allows allowed accept accepts accepted permit permitted "
    "welcome relevant feel free like likes prefer if-any or-so the'".split()
)
"""Words that say nothing of which rows stay."""

CHANGING: Final = re.compile(
    r"\b(?:translat|chunk|split|summar|shorten|truncat|cut|trim|crop|sort|order(?:ed|ing)?\b|rank|rate|score|shuffl|sampl|"
    r"generat|creat|add|append|insert|mark\b|flag|replac|convert|rewrit|rephras|lower|upper|capital|mask|redact|"
    r"anonym|strip|clean|dedup|merge|join|mix|combin|renam|extract|format|normali|fix|repair|correct|mend|unescape|"
    r"classif|annotat|explain|count how|group|average|sum\b|copy|move|export|turn\b|turns\b|turned|write a|writing a|"
    r"half|quarter|percent|random|first\b|last\b|top\b|best\b|worst\b|longest|shortest|newest|oldest|latest|"
    r"except|unless|until|however|although|though|provided|depending|either|whichever|respectively|"
    r"average|almost|about\s+\d|around\s+\d|roughly|approximately|circa|hardly|barely|nearly)"
)
"""What makes of a demand for rows a demand for something else."""
TWISTING: Final = re.compile(
    r"\b(?:only (?:for|if|in|on|when|where)|(?:if|unless|until|instead|never mind|whichever|whereas|"
    r"the same|same goes|likewise|vice versa|depending|these rows|those rows|for (?:all )?(?:the )?rows|in rows|"
    r"do this|apply|before (?:that|this)|ignore the|forget (?:that|what|the)|no wait|wait|scratch that|on second thought"  # noqa: E501
    r"|correction|i meant|not the other way|regardless|no matter|whatever (?:the|their|its)|even (?:if|when|though)"
    r"|translat\w*|at the same time|though|although|however"
    r"|stays? (?:as|the way|how|where|what)|hands off|(?:don't|do not|dont) touch|keeps? (?:theirs|its|their)"
    r"|leave (?:theirs|the others?))\b)"
)
"""What may change the meaning of another part of a request; nothing is read in free words of one that holds it."""
