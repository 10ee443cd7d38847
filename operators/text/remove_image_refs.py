"""Remove references to images."""

import re

import polars as pl
from pydantic import Field

from ..core import Example, Refiner
from ._balanced import balanced_spans, without

_ENDING = r"\.(?:jpe?g|png|gif|webp|bmp|svg|tiff?|avif)"
_ALT = r"(?:[^\[\]\n]|\[[^\[\]\n]*\])*+"
_TARGET = r"\((?:[^()\n]|\([^()\n]*\))*+\)"
_MARKDOWN = rf"!\[({_ALT})\](?:{_TARGET}|\[[^\[\]\n]*\])"
_TAG = r"<img(?:\s(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)?/?>|<img\s[^<>]*>"
_ALT_OF_TAG = re.compile(r"\salt\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))", re.IGNORECASE)
_IMAGE = re.compile(rf"\[\s?{_MARKDOWN}\s?\]{_TARGET}|{_MARKDOWN}|{_TAG}", re.IGNORECASE)
_DEFINITION = rf"[ \t]{{0,3}}\[[^\[\]\n]+\]:[ \t]{{0,9}}<?\S*{_ENDING}>?(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?[ \t]*+"
_HASHED = rf"[ \t]*(?:[\w.\-]+/)*+[0-9a-f]{{16,}}{_ENDING}[ \t]*+"
_LINE = re.compile(rf"^(?:{_DEFINITION}|{_HASHED})$", re.IGNORECASE | re.MULTILINE)
_WIKI = re.compile(
    r"\s{0,3}(?:file|image|datei|bild|fichier|archivo|immagine|bestand|imagem|файл|文件|ファイル)\s{0,3}:",
    re.IGNORECASE,
)
# In Rust's syntax, for a whole column: could there be one?
_HINT = rf"!\[|(?i:<img\b)|(?i:{_ENDING})|\[\[[^\[\]\n|]{{1,20}}:"


class RemoveImageRefs(Refiner):
    """Remove references to images: Markdown images, img tags, wiki files, file names made by converters.

    Rewrites the text; rows without one fall under `on_null`. What goes: Markdown images ![alt](target) and ![alt][id],
    also with the link around them, as badges have; definitions [id]: picture.png; <img …> tags; [[File:…]] and
    [[Image:…]] of wikis with their captions; lines that are nothing but the path of an image named by a hash, as PDF
    converters write them. Links, words and other file names stay, and so does the white space around.
    """

    name = "remove_image_refs"
    phrases = (
        "remove image references",
        "strip Markdown images",
        "delete img tags",
        "drop links to pictures",
        "get rid of embedded figures and badges",
        "remove image file names left by PDF conversion",
        "no image placeholders in the Markdown",
        "clean out wiki image embeds",
    )

    keep_alt: bool = Field(
        default=False, description="Keep the description of an image in its place, where Markdown or a tag has one."
    )

    def refine(self, text: str) -> str:
        text = _IMAGE.sub(self._instead, text)
        if "[[" in text:
            text = without(text, balanced_spans(text, "[[", "]]", lambda place: _WIKI.match(text, place)))
        return _LINE.sub("", text)

    def refine_all(self, texts: pl.Series) -> pl.Series:
        candidates = texts.str.contains(_HINT)
        refined = super().refine_all(pl.select(pl.when(candidates).then(texts)).to_series())
        return pl.select(pl.when(candidates).then(refined).otherwise(texts)).to_series()

    def _instead(self, found: re.Match[str]) -> str:
        if not self.keep_alt:
            return ""
        if found[0].startswith("<"):
            described = _ALT_OF_TAG.search(found[0])
            return next((alt for alt in described.groups() if alt), "") if described else ""
        return found[1] or found[2] or ""

    @classmethod
    def example(cls) -> Example:
        return Example(
            rows=["See ![a cat](images/cat.png) here.", "The international committee kept [its link](cat.png)."],
            out=["See  here.", "The international committee kept [its link](cat.png)."],
        )
