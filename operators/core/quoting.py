"""Finds in a text what is said to be copied from it."""

import re
from functools import cached_property

Place = tuple[int, int]
"""Where a part of a text begins, and one past its end."""
_SAME = str.maketrans(dict.fromkeys("‘’‚‛", "'") | dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‐‑‒–—―−", "-"))
_QUOTED = re.compile(r"""(?<!\w)(["'])(.+)\1(?!\w)""", re.DOTALL)
FEWEST_QUOTED = 12
"""Letters of a quotation inside other words below which it may be in a text by chance."""


class Quotable:
    """A text in which quotations are looked for; case, white space, and the form of quotes and dashes may differ.

    Args:
        text: the text, of which quotations are parts.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._plain = _plain(text)

    @cached_property
    def _places(self) -> list[int]:
        """Where in the text each character stands that is not white space."""
        return [place for place, character in enumerate(self.text) if not character.isspace()]

    def find(self, words: str) -> Place | None:
        """Where words stand in the text, None where they do not; of words about a quotation, where the quotation does.

        >>> Quotable("It is “so\\nit is”.").find('"So it is"')
        (6, 16)
        >>> Quotable("It rains in Brask today.").find("The text says: 'It rains in Brask today.'")
        (0, 24)
        """
        place = self._place(_plain(words))
        if place is None and (quoted := _QUOTED.search(words.translate(_SAME))) is not None:
            inside = _plain(quoted[2])
            return self._place(inside) if len(inside) >= FEWEST_QUOTED else None
        return place

    def _place(self, plain: str) -> Place | None:
        start = self._plain.find(plain) if plain else -1
        return None if start < 0 else (self._places[start], self._places[start + len(plain) - 1] + 1)

    def own_words(self, words: str) -> str | None:
        """Words as the text itself has them, or None where it does not have them."""
        place = self.find(words)
        return None if place is None else self.text[slice(*place)]


def _plain(text: str) -> str:
    """A text without white space, case, and the form of quotes and dashes; else character by character the same."""
    bare = "".join(text.translate(_SAME).split())
    lower = bare.lower()
    return lower if len(lower) == len(bare) else "".join(one.lower()[:1] for one in bare)
