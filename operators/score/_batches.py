"""Runs a model over tokenized texts, in batches of texts of like length."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ._model_folder import Opened

BATCH_TOKENS = 4096
"""Most tokens of a batch, padding included, unless a single text has more."""
AT_ONCE = 256
"""Texts that are tokenized at once."""
AS_TEXT: Mapping[str, Any] = {"split_special_tokens": True, "verbose": False}
"""How texts of rows are tokenized: what they say is text, also where it spells a special token."""
_LIMIT = 1024
"""Most tokens for models that name no limit of their own."""


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Places of texts in batches of like length, each place once.

    Args:
        lengths: tokens of each text.
        budget: most tokens of a batch, padding included; a longer text is a batch of its own.

    >>> list(batches([5, 1, 4, 2], 10))
    [[1, 3], [2, 0]]
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[place] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def run_model(
    opened: Opened, rows: Sequence[Mapping[str, list[int]]], budget: int, pad: int
) -> Iterator[tuple[list[int], Any]]:
    """Logits of rows in batches, each with the places of its rows; rows without tokens are left out."""
    import torch

    lengths = [len(row["input_ids"]) for row in rows]
    filled = [place for place, length in enumerate(lengths) if length]
    for batch in batches([lengths[place] for place in filled], budget):
        places = [filled[n] for n in batch]
        width = max(lengths[place] for place in places)
        inputs = {
            name: torch.tensor(
                [
                    [*rows[place][name], *[pad if name == "input_ids" else 0] * (width - lengths[place])]
                    for place in places
                ]
            )
            for name in rows[places[0]]
        }
        inputs["attention_mask"] = torch.tensor(
            [[1] * lengths[place] + [0] * (width - lengths[place]) for place in places]
        )
        with torch.inference_mode():
            logits = opened.model(**{name: values.to(opened.device) for name, values in inputs.items()}).logits
        yield places, logits


def token_limit(opened: Opened) -> int:
    """Most tokens that the model takes: the lesser of what its configuration and its tokenizer say."""
    most = getattr(opened.model.config.get_text_config(), "max_position_embeddings", None) or _LIMIT
    table = next(
        (part for name, part in opened.model.named_modules() if name.endswith("embeddings.position_embeddings")), None
    )
    # Models of the RoBERTa family count positions from behind the padding token's.
    if getattr(table, "padding_idx", None) is not None:
        most -= table.padding_idx + 1  # type: ignore[union-attr]
    return int(min(most, opened.tokenizer.model_max_length))
