"""Sentences that are only courtesy: greetings, thanks, "that's all"."""

from collections.abc import Sequence
from typing import Final

_COURTEOUS: Final = frozenset(
    "hello hi hey hiya greetings morning afternoon evening thanks thank thx ty cheers regards sorry apologies pardon "
    "bye "
    "goodbye hope hoping welcome hurry worries worry rush ta please pls plz good great perfect super nice fine better "
    "wonderful brilliant excellent lovely awesome cool done all it kudos appreciated appreciate grateful help "
    "sincerely "
    "yours enough dear".split()
)
"""Words that make a sentence a courtesy, where all its other words say nothing."""
_AROUND: Final = frozenset(
    "i we you your our my me us it this that that's thats it's its is are am be been was were a an the so very much "
    "many "
    "lot lots bunch in advance for of to with on at from and team everyone everybody all folks guys there again well "
    "best kind kindest warm finding finds find day week weekend time no not take problem problems if possible can "
    "could "
    "would will don't dont mind any trouble bother what need needed want wanted please already now then just really "
    "nothing "
    "more else today here already work would be kindly sir madam friend friends colleague colleagues mate buddy "
    "have having has had later soon forward looking as always ever respect stick keep".split()
)
_CLOSING: Final = (
    "respect that", "respect this", "please respect that", "please respect this", "stick to that", "please stick to "
    "that",
    "mind that", "please mind that", "keep to that", "that's all", "thats all", "that is all", "that's it", "thats "
    "it", "that is it", "that's better", "thats better",
    "that is better", "that's what i need", "no hurry", "no rush", "no worries", "nothing more", "that will be all",
    "that would be all", "that's everything", "can this be fixed", "can this be done", "can that be done",
    "can you do that",
    "could this be done", "could this be fixed", "is that possible", "is this possible", "would that be possible",
    "is that ok", "is that okay", "would that work", "does that work", "can that be fixed", "can you fix this",
    "can you fix that", "could you do that", "could you fix that", "could you fix this", "does that make sense",
    "makes sense", "you know what i mean", "you get the idea", "got it",
    "that is everything", "all done", "this is all", "this is it",
)  # fmt: skip


def is_courtesy(words: Sequence[str]) -> bool:
    """Whether words are only greetings, thanks, a close, or ask whether it can be done.

    >>> is_courtesy("i hope you are well".split()), is_courtesy("thank you for the urls".split())
    (True, False)
    """
    plain = [word for word in words if word[:1].isalnum()]
    said = " ".join(plain)
    closed = [len(closing.split()) for closing in _CLOSING if f"{said} ".startswith(f"{closing} ")]
    if closed:
        return all(word in _COURTEOUS | _AROUND for word in plain[max(closed) :])
    strong = {*plain} & (
        _COURTEOUS - {"all", "it", "help", "enough", "done", "good", "fine", "please", "better", "nice"}
    )
    return bool(strong) and all(word in _COURTEOUS | _AROUND for word in plain)
