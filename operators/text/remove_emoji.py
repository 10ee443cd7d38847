"""Remove emoji, and emoticons if asked."""

import re

import polars as pl
from pydantic import Field

from ..core import Example, Refiner

# Signs that read as text unless U+FE0F follows: arrows, checks, suits and the like. What Unicode has below U+2600
# and shows as text by default (©, ™, ↔, ▶) is not in the ranges at all.
_SIGNS = "☑✔✖♀♂♠♣♥♦♾✳✴❇➡"
_PICTURE = rf"[\p{{Emoji_Presentation}}[[\p{{Emoji}}&&[\u{{2600}}-\u{{27BF}}\u{{1F000}}-\u{{1FFFF}}]]--[{_SIGNS}]]]"
_WIDE = r"[\p{Emoji}--\p{ASCII}]"
_TAIL = rf"(?:[\u{{FE0F}}\u{{20E3}}\p{{Emoji_Modifier}}\u{{E0020}}-\u{{E007F}}]|\u{{200D}}{_WIDE}?)*"
_EMOJI = rf"({_WIDE}\u{{FE0E}})|(?:{_PICTURE}|{_WIDE}\u{{FE0F}}|[0-9#*]\u{{FE0F}}?\u{{20E3}}){_TAIL}"

_EMOTICON = re.compile(
    r"""(?<!\S)(?:
        [:;]['’]?[-^o]?[)(DPp/\\|*] | =[-^]?[)(DP]      # :) ;-) :'( :-P :/ =D
      | \(-?: | \(-; | :[-^]?[Oo] | xD | </?3 | \\o/ | \^_*\^ | [-o>]_+[-<O] | O_+o | >[:;][-]?[()]
    )(?=[.,!?…]*(?!\S))""",
    re.VERBOSE,
)


class RemoveEmoji(Refiner):
    """Remove emoji, with all that belongs to them.

    Rewrites the text; rows without one fall under `on_null`. An emoji goes whole: joined sequences (families, flags,
    keycaps, professions), skin tones, tag sequences and variation selectors. Characters that are text by default stay
    unless U+FE0F asks for their picture: digits, # and *, ©, ®, ™, arrows, ✓ and ✔, ♀, ♠ and the like; so does whatever
    U+FE0E marks as text. Variation selectors elsewhere stay. The white space around stays as it is.
    Doing it twice changes nothing more.

    With `emoticons`, faces made of characters such as `:-)`, `;P`, `<3` go too, but only where white space stands
    before, and white space or sentence punctuation after them, so that "http://x", "3:30" or "CD:" are untouched.
    """

    name = "remove_emoji"
    phrases = (
        "remove emoji",
        "strip emojis from the text",
        "delete smileys",
        "get rid of emoticons like :-)",
        "no emoji",
        "drop pictographs and flags",
        "clean out smiley faces",
        "texts without emojis",
    )

    emoticons: bool = Field(default=False, description="Remove emoticons such as :-) as well.")

    def refine(self, text: str) -> str:
        return str(self.refine_all(pl.Series([text]))[0])

    def refine_all(self, texts: pl.Series) -> pl.Series:
        texts = texts.str.replace_all(_EMOJI, "${1}")
        if not self.emoticons:
            return texts
        return pl.Series([None if text is None else _EMOTICON.sub("", text) for text in texts], dtype=pl.String)

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"emoticons": True},
            rows=["great \N{FACE WITH TEARS OF JOY}\N{ZERO WIDTH JOINER}! :-)", "✓ done at 3:30, see http://x"],
            out=["great ! ", "✓ done at 3:30, see http://x"],
        )
