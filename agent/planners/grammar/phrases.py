"""Closed classes of words and phrases by which requests say what becomes of rows."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ..tokens import Token


class Phrases:
    """Phrases of one class, found at a position of a request; the longest comes first.

    Args:
        lines: phrases between bars, the words of each between spaces.
    """

    def __init__(self, *lines: str) -> None:
        found: dict[str, list[tuple[str, ...]]] = {}
        for phrase in "|".join(lines).split("|"):
            words = tuple(phrase.split())
            found.setdefault(words[0], []).append(words)
        self._by_first: Mapping[str, Sequence[tuple[str, ...]]] = MappingProxyType(
            {first: sorted(set(some), key=len, reverse=True) for first, some in found.items()}
        )

    def ends(self, tokens: Sequence[Token], at: int) -> Iterable[int]:
        """Where the phrases end that stand at a position, the longest first."""
        if at >= len(tokens):
            return
        firsts = [tokens[at].low]
        if not (at and _is_replaced(tokens[at - 1])):  # a turn of phrase may have been replaced from here on
            firsts = [*dict.fromkeys([*firsts, tokens[at].text.lower()])]
        for words in (words for first in firsts for words in self._by_first.get(first, ())):
            if all(at + n < len(tokens) and _is(tokens[at + n], word) for n, word in enumerate(words)):
                yield at + len(words)

    def end(self, tokens: Sequence[Token], at: int) -> int | None:
        """Where the longest phrase ends that stands at a position; None for none."""
        return next(iter(self.ends(tokens, at)), None)


def _is(token: Token, word: str) -> bool:
    return word in (token.low, token.text.lower())


def _is_replaced(token: Token) -> bool:
    return token.is_word and token.low != token.text.lower()


def _each(frame: str, *words: str) -> str:
    """The frame with each of some phrases in its gap."""
    return "|".join(frame.replace("_", one) for word in words for one in word.split("|"))


POLITE: Final = Phrases(
    "please|pls|plz|kindly|hi|hello|hey|hi there|hello there|ok|okay|so|well|right|now|and|also|then|finally|"
    "first|next|"
    "lastly|afterwards|after that|but|again|of course|if possible|if you can|for now|for me|for us|thanks|thank you|"
    "thanks a lot|many thanks|thx|cheers|ta|as well|too|maybe|perhaps|simply|basically|actually|in fact|in short|"
    "as a start|to start with|to begin with|by the way|btw|hence|therefore|though|however|still|,|.|!|-|–|—|;|:|"
    "could you|can you|would you|will you|could we|can we|could somebody|can someone|could i|can i|may i|might i|"
    "i'd ask you to|i ask you to|you can|you may|you could|you should|we should|we could|we can|we must|we have to|"
    "we need to|i need to|i need you to|i want to|i want you to|i'd like to|i'd like you to|i would like to|"
    "i would like you to|we want to|we want you to|we'd like to|we would like to|let's|let us|make sure to|make sure "
    "you|be sure to|don't forget to|remember to|go ahead and|feel free to|try to|just|so that|what about|how about|"
    "mind|would you mind|do me a favour and|i think|i guess|i suppose|in my opinion|from here|from the data|"
    "from the set|from the dataset|from the table|from the list|from the file|from this file|from this table|in the "
    "data|in the dataset|in the set|in the table|in the list|in the file|in there|in here|from there|from it|out of "
    "it|in it|of them|of these|of those|here|there|this time|once more|anyway|for this|for the training set|"
    "for training|for the report|for the demo|in the end|in the output|in the result|in the results|at all|"
    "big or small letters|upper or lower case|lower or upper case|in any case|whatever the case|regardless of case|"
    "case insensitive|in upper or lower case|in capitals or not|no matter the case|"
    "as do|so do|and so do|as does|so does|the same goes for|same goes for|likewise|same for|the same for|"
    "from now on|at the moment|altogether|completely|entirely|definitely|certainly|really|always|by all means"
)
"""What may stand before, behind and between the parts of a request and changes nothing."""

KEEP: Final = Phrases(
    "keep|retain|preserve|include|select|choose|pick|pick out|extract|take|return|show|show me|give me|get me|get|"
    "give us|fetch|fetch me|find|find me|list|leave|leave me|leave me with|leave us with|leave in|keep in|hold on to|"
    "hang on to|stick to|stick with|restrict to|restrict it to|restrict this to|restrict the data to|restrict "
    "the set "
    "to|limit to|limit it to|limit this to|limit the data to|limit the set to|narrow down to|narrow it down to|"
    "reduce "
    "to|reduce it to|filter for|filter on|filter to|filter down to|filter by|go for|go with|focus on|concentrate on|"
    "i want|i need|i want to see|i want to have|i need to see|i'd like|i would like|i'd like to see|i'd like to have|"
    "i am after|i'm after|i am looking for|i'm looking for|i am interested in|i'm interested in|i care about|"
    "i care for|i'd love|i'll take|"
    "we want|we need|we'd like|we would like|we are after|we're after|we are looking for|we're looking for|we are "
    "interested in|we're interested in|we care about|we use|we can use|we take|we accept|we'll take|we keep|"
    "interested in|looking for|after|bring me|pull|pull out|grab|save|have|want|need|show us|send me|"
    "what i want are|what i want is|what i need are|what i need is|what we need are|what we need is|what we want are|"
    "what we want is|all i want are|all i want is|all i need are|all i need is|all we need are|all we need is|all we "
    "want are|all we want is|it should contain|it should have|there should be|there should only be|there must be|"
    "the result should have|the result should contain|the output should have|the output should contain|the set "
    "should "
    "have|the set should contain|the data should have|the data should contain|we only want|i only want|we only need|"
    "i only need|i only care about|we only care about|i'm only interested in|i am only interested in|we're only "
    "interested in|we are only interested in|i only use|we only use|we only take|i'd only like|i just want|i just "
    "need|we just want|we just need|let through|let in|allow|accept|admit|retrieve|search|search for|look for|"
    "keep hold of|we only keep|only keep|only include|only take|only use|only show|only leave|use|works on|work with"
)
DROP: Final = Phrases(
    "drop|remove|delete|discard|exclude|eliminate|omit|skip|ditch|dump|scrap|toss|toss out|bin|trash|junk|chuck|"
    "chuck "
    "out|cut|cut out|kick|kick out|throw out|throw away|throw|take out|take away|leave out|leave off|filter out|"
    "filter "
    "away|filter off|screen out|sort out|weed out|sift out|strip out|rule out|kill|axe|purge|prune|ban|reject|refuse|"
    "ignore|lose|shed|banish|clear|clear out|clean out|wipe|wipe out|erase|get rid of|do away with|dispose of|part "
    "with|rid me of|rid us of|let go of|pull out of the set|no|without|minus|nothing|no more|no longer any|not|none "
    "of|none|i don't want|i don't need|i do not want|i do not need|we don't want|we don't need|we do not want|we do "
    "not need|don't want|don't need|do not want|do not need|don't keep|do not keep|don't include|do not include|"
    "don't "
    "show|do not show|don't show me|don't give me|don't use|do not use|don't take|don't leave|never keep|never "
    "include|i'm not interested in|i am not interested in|we're not interested in|we are not interested in|not "
    "interested in|no interest in|i have no interest in|we have no interest in|i don't care about|we don't care "
    "about|i don't care for|we don't care for|don't care about|have no use for|i have no use for|we have no use for|"
    "no use for|no need for|i have no need for|we have no need for|we can do without|i can do without|can do "
    "without|we could do without|there should be no|there must be no|there mustn't be any|there shouldn't be any|"
    "i can't use|we can't use|we cannot use|i cannot use|i don't want to see|we don't want to see|i don't want any|"
    "we don't want any|free of|free it from|free it of|free the data of|we skip|we drop|we exclude|we ignore|stay "
    "away from|steer clear of|avoid|leave aside|put aside|set aside|spare me|spare us|i'd drop|i'd remove|i would "
    "drop|i would remove|withdraw|suppress|hide|disregard|down with|away with|out with|off with|not a single|"
    "excluding|removing|dropping|deleting|skipping|omitting|discarding|ignoring"
)
_GO: Final = _each(
    "must _|should _|can _|may _|has to _|have to _|needs to _|need to _|ought to _|shall _|will _|could _|might as "
    "well _|is to _|are to _|gets to _|had better _|got to _|gotta _",
    "go|leave|disappear|vanish|go away|be out|be gone|be removed|be dropped|be deleted|be discarded|be excluded|be "
    "thrown out|be thrown away|be cut|be left out|be ignored|be skipped|be filtered out|be taken out|be kicked "
    "out|be "
    "binned|be tossed|be omitted|be ditched|be scrapped|be rejected|be weeded out|be purged|get dropped|get removed|"
    "get deleted|be weeded|be eliminated|be kicked|come out|get out|be got rid of|be let go|be avoided|be banned",
)
_NOT_STAY: Final = _each(
    "shouldn't _|should not _|mustn't _|must not _|can't _|cannot _|may not _|can not _|won't _|needn't _|need not _|"
    "doesn't have to _|don't have to _|doesn't need to _|don't need to _|isn't to _|aren't to _|is not to _|are not "
    "to _|ought not to _|don't _|doesn't _|do not _|does not _|never _",
    "stay|remain|be kept|be in|be in there|be in it|be in here|be in the set|be in the data|be in the dataset|be "
    "in the output|be in the training set|be in the training data|be in the final set|be in our data|be in this "
    "set|be there|be included|be used|be part of it|be part of "
    "this|be left|get in|make it|be shown|appear|appear in it|come through|pass|count|belong|belong here|belong in "
    "here|belong in there|belong in it|belong there|qualify|be accepted|be allowed|be around|interest me|interest us|"
    "matter|matter to us|matter to me|help|help us|help me|make the cut|survive|go in|go into it|enter|show up|be "
    "here|make it in|make it into it|show|work for us|work for me",
)
GOES: Final = Phrases(
    "drop|is drop|are drop|be drop|must go|may leave|goes|go|out|away|gone|bye|bye bye|goodbye|is out|are out|is "
    "gone|are gone|goes out|go out|is not needed|are not "
    "needed|isn't needed|aren't needed|is not wanted|are not wanted|isn't wanted|aren't wanted|unwanted|not "
    "wanted|not "
    "needed|is not useful|are not useful|isn't useful|aren't useful|is useless|are useless|useless|is of no use|"
    "are of "
    "no use|of no use|is of no interest|are of no interest|of no interest|is junk|are junk|junk|is noise|are noise|"
    "noise|is trash|are trash|trash|is garbage|are garbage|garbage|is rubbish|are rubbish|rubbish|is worthless|are "
    "worthless|no thanks|no thank you|nope|gets dropped|get dropped|gets removed|get removed|is dropped|are "
    "dropped|is "
    "removed|are removed|to be removed|to be dropped|to be deleted|to be excluded|excluded|removed|dropped|deleted|"
    "discarded|is excluded|are excluded|is discarded|are discarded|i don't want|i don't need|we don't want|we don't "
    "need|we do not need|we do not want|i do not want|i do not need|we can't use|we cannot use|i can't use|i have no "
    "use for|we have no use for|are not for us|is not for us|isn't for us|aren't for us|not for us|not for me|don't "
    "interest me|don't interest us|doesn't interest us|doesn't interest me|is irrelevant|are irrelevant|"
    "irrelevant|is "
    "a no go|are a no go|no go|is a no no|is taboo|are taboo|taboo|is forbidden|are forbidden|forbidden|is "
    "banned|are "
    "banned|banned|is unwelcome|are unwelcome|aren't welcome|isn't welcome|not welcome|are not welcome|is not "
    "welcome|"
    "is no good|are no good|no good|don't count|doesn't count|does not count|do not count|don't belong here|doesn't "
    "belong here|don't belong in here|don't belong in there|don't belong in it|don't belong|doesn't belong|is not "
    "allowed|are not allowed|isn't allowed|aren't allowed|not allowed|x|drop|remove|delete|skip|exclude|discard|"
    "ignore|bin|trash it|drop it|drop them|drop those|remove it|remove them|remove those|delete it|delete them|skip "
    "it|skip them|ditch it|ditch them|exclude it|exclude them|get rid of them|get rid of it|get rid of those|throw "
    "them out|throw it out|throw those out|throw them away|throw it away|toss them|toss it|bin it|bin them|leave "
    "them "
    "out|leave it out|leave those out|kick them out|cut them|cut it|lose them|lose those|lose it|chuck it|chuck them|"
    "take them out|take it out|take those out|filter them out|filter those out|filter it out|weed them out|don't "
    "keep "
    "them|don't keep it|i'd drop|i'd remove|we drop|we skip|we remove|we don't keep|we exclude|we ignore|it goes|"
    "they "
    "go|those go|it's out|they're out|it must go|they must go|those must go|it should go|they should go|those should "
    "go|they can go|it can go|those can go|that's out|drop the row|drop the rows|remove the row|remove the rows|"
    "delete the row|delete the rows|drop that row|drop those rows|remove that row|remove those rows|skip the row|"
    "skip "
    "that row|the row goes|the rows go|the row can go|the row is out|reject it|reject them|is to be dropped|are "
    "to be "
    "dropped|is to be removed|are to be removed|is to go|are to go|fall out|falls out|is unusable|are unusable|"
    "unusable|is a waste|are a waste|aren't interesting|isn't interesting|not interesting|is off limits|are off "
    "limits|off limits|is out of scope|are out of scope|out of scope|is out of the question|are out of the "
    "question|has "
    "no place here|have no place here|have no place in here|has no place in here|have no place in there|are too "
    "old|is too old|are too short|is too short|are too long|is too long|are too heavy|are too big|are too small|are "
    "too expensive|are too many|are too new|are too much|is too much|is too heavy|are of no value|is of no value|"
    "is stale|are stale|is outdated|are outdated|it's all stale|it's stale|is history|are history|is ancient|are "
    "ancient|"
    "no use|no interest|away with them|away with it|away with those|kick it out|kick those out|get them out|get "
    "it out|out they go|out "
    "it goes|off they go|let them go|let it go|add nothing|adds nothing|clear them out|wipe them|wipe it|weed it out|"
    "take these out|drop these|remove these|bin those|bin these|skip those|skip these|exclude them|exclude those|"
    "ignore them|ignore those|ignore it|leave these out|please drop them|scrap them|scrap it|scrap those|dump them|"
    "dump it|dump those|purge them|purge it|purge those|kill them|kill it|throw these out|sort them out|sort it out",
    _GO,
    _NOT_STAY,
)
"""What is said behind rows that go."""
STAYS: Final = Phrases(
    "only|are enough|is enough|will do|would do|suffice|suffices|is all i need|are all i need|is all i want|are "
    "all i want|"
    "is all we need|are all we need|is all we want|are all we want|is what i want|are what i want|is what we "
    "want|are "
    "what we want|is what i need|are what i need|is what we need|are what we need|i want|i need|we want|we need|"
    "i want "
    "to see|those i want to see|i want those|those i want|we want those|and nothing else|nothing else|and no "
    "others|and "
    "no other|no others|exclusively|that's all|that's it|and that's it|and that's all|i'm after|i am after|we're "
    "after|"
    "we are after|would be enough|are the ones i want|are the ones we want|are the ones i need|are the ones we "
    "need|and "
    "only those|and only these|that's what i want to see|that's what i want|that's what we want|that's what we need|"
    "that's what i need|that's all i want|that's all i need|that's all we need|that's all we want|is what i'm after|"
    "is what we're after|are what i'm after|are what we're after|is the thing i want|keep just those|keep only those|"
    "keep only them|keep just them|just those|just these|only those|only these|those only|leave me just those|leave "
    "me only those|leave just those|leave only those|i only want those|i just want those|we only want those|we only "
    "need those|i only need those|only want those|just want those|give me those|give me just those|give me only "
    "those|show me just those|show me only those|show me those|"
    "send me those|send us those|send me only those|send me just those|send me these|send those"
)
"""What is said behind rows that stay alone. That some "can stay" or "are fine" says nothing of the others."""
EXCEPT: Final = Phrases(
    "except|except for|excepting|but|but not|but no|other than|apart from|aside from|save for|besides|excluding|"
    "with the exception of|bar|barring|not|unless|minus|without|and not|that isn't|that aren't|which isn't|which "
    "aren't|not including|but without|only not"
)
"""What leads from rows to those of them that are not meant."""
ONLY: Final = Phrases(
    "only|just|solely|exclusively|nothing but|purely|none but|merely|nothing except|nothing other than"
)
DETERMINERS: Final = Phrases(
    "the|either|either the|all|all the|all of the|all those|all of those|all our|all these|any|any of the|any of "
    "those|any of our|every|"
    "every single|each|each and every|each of the|our|my|those|these|their|its|a|an|the ones|the one|any one|ones|of "
    "the|of|some of the|whatever|whichever|such|any such|the whole|the other|all other|any other|other|your"
)
HEADS: Final = Phrases(
    "ones|one|stuff|things|thing|anything|everything|something|those|these|them|rows|row|records|record|entries|"
    "entry|"
    "items|item|examples|example|samples|sample|lines of data|data|documents|document|docs|texts|material|content|"
    "what|whatever|cases|people|folks|anyone|everyone|anybody|everybody|all|any|which"
)
COMPOUNDS: Final = frozenset(
    "web blog code support training data text news job forum user customer product chat source github help shop "
    "online survey".split()
)
"""Words before a noun for rows that narrow nothing down."""
RELATIVES: Final = frozenset("that which who".split())
COPULAS: Final = frozenset("is are was were be been being am 's it's they're gets get got becomes isn't aren't".split())
PREPOSITIONS: Final = frozenset(
    "from by in of on via with for under at as through over to about using into within".split()
)
NOT: Final = frozenset("not non never isn't aren't wasn't weren't don't doesn't didn't hasn't haven't".split())
HAVING: Final = frozenset("with having have has had got carrying".split())
LACKING: Final = frozenset("without lacking lack lacks missing miss".split())
ARTICLES: Final = frozenset("a an the any some its their".split())
NULLS: Final = frozenset("missing null absent none unset nan empty blank unknown unspecified na nothing".split())
GIVEN: Final = frozenset("given known set filled there present available provided specified stated".split())
VAGUE: Final = frozenset(
    "popular low lower high higher bad poor good great cheap expensive pricey dear old older recent new newer "
    "fresh long "
    "longer short shorter heavy light big large small tiny huge top weak strong slow fast quick decent best worst "
    "well rated reviewed liked starred loved famous stale outdated brief lengthy successful active quality".split()
)
"""Words that say nothing by themselves, but may stand beside what they are to mean."""
DEFINES: Final = Phrases(
    "(|:|,|-|–|—|meaning|i.e.|ie|i . e .|that is|that is to say|say|let's say|as in|namely|so|in other words|which "
    "means|by which i mean|by that i mean|by this i mean|i mean|we mean|, i . e .|, i . e . ,|, that is|, that "
    "is ,|, "
    "say|, let's say|, meaning|, so|, namely|, which means|, by which i mean|, i mean|, as in|( i . e .|( say|( that "
    "is|( meaning|( so|( let's say|( i . e . ,|=|- say|– say|defined as|, defined as"
)
"""What leads from a vague word to what it means."""
NOBODY: Final = Phrases("nobody|no one|noone|nobody has|no one has|nobody ever|no one ever")
