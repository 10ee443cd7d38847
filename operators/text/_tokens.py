"""Counts the tokens of texts, by a tokenizer or as an estimate."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from ..core import InvalidInput
from ..core.resources import resource_file

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BYTES_PER_TOKEN = 4


def token_counts(texts: pl.Series, tokenizer: "Tokenizer | None") -> pl.Series:
    """The number of tokens of each text, null where there is none; without a tokenizer a quarter of its UTF-8 bytes.

    Special tokens at the start and end do not count; the estimate is rounded up.
    """
    if tokenizer is None:
        return (texts.str.len_bytes().cast(pl.Int64) + BYTES_PER_TOKEN - 1) // BYTES_PER_TOKEN
    encoded = tokenizer.encode_batch_fast(texts.fill_null("").to_list(), add_special_tokens=False)
    counts = pl.Series([len(one.ids) for one in encoded], dtype=pl.Int64)
    return pl.select(pl.when(texts.is_not_null()).then(counts)).to_series()


def load_tokenizer(name: str, resources: Mapping[str, str], what: str) -> "Tokenizer":
    """The tokenizer that a resource name is bound to, which neither shortens nor fills up texts.

    Args:
        name: the resource as the option gives it.
        resources: names bound to paths.
        what: what the file holds, for the message.

    Raises:
        InvalidInput: the name is not bound, there is no such file, or it holds no tokenizer.
    """
    from tokenizers import Tokenizer

    path = resource_file(name, resources, what)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        raise InvalidInput.of(
            "invalid_resource",
            f"the resource {name!r} is no tokenizer: {error}; bind it to a tokenizer.json of the tokenizers library",
            got=str(path),
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
