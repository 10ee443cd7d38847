"""Finds in a text what is said to be copied from it."""

from functools import cached_property

Place = tuple[int, int]
"""Where a part of a text begins, and one past its end."""
_SAME = str.maketrans(dict.fromkeys("‘’‚‛", "'") | dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‐‑‒–—―−", "-"))


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
        """Where words stand in the text, None where they do not.

        >>> Quotable("It is “so\\nit is”.").find('"So it is"')
        (6, 16)
        """
        plain = _plain(words)
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
