"""Runs a causal language model over texts: losses, and probabilities of the next token."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import InvalidInput, RowError
from ._batches import AS_TEXT, AT_ONCE, BATCH_TOKENS, run_model, token_limit
from ._model_folder import Opened

Prompt = Sequence[str]
"""A prompt in pieces: literal, value, literal, value, …, literal. Where it is too long, its values are cut."""

_LOGITS = 2**27
"""Most numbers that the output of a language model may have, unless a single text has more: 512 MB."""
_LARGEST = 700
"""Most nats of which `exp` is a float."""


@dataclass(frozen=True)
class Loss:
    """How badly a model guessed a text: the sum of its tokens' losses in nats, and how many tokens were guessed."""

    total: float
    tokens: int

    @property
    def mean(self) -> float | None:
        """Nats for each token; None where no token was guessed."""
        return self.total / self.tokens if self.tokens else None

    @property
    def perplexity(self) -> float | None:
        """`exp` of the mean loss; None where no token was guessed or the number is beyond all floats."""
        return None if self.mean is None or self.mean > _LARGEST else math.exp(self.mean)


@dataclass(frozen=True)
class _Window:
    """A piece of a text behind its prompt: the tokens from `first` on are guessed."""

    text: int
    ids: list[int]
    first: int


class CausalModel:
    """A language model that reads from left to right."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._limit = token_limit(opened)

    @property
    def _tokenizer(self) -> Any:
        return self._opened.tokenizer

    def losses(
        self, prompts: Sequence[str | None], texts: Sequence[str], window: int = 1024, stride: int | None = None
    ) -> list[Loss]:
        """The loss of each text behind its prompt; every token of the text is guessed once, none is cut off.

        A sequence begins with the tokenizer's start token, its end token where there is none; without either, the
        first token of a text without prompt is not guessed. Prompt and text are tokenized apart. A text that does not
        fit is read in overlapping windows, each behind the prompt; of a prompt longer than half a window the start is
        left out.

        Args:
            prompts: for each text what stands before it, None for nothing.
            texts: as many texts.
            window: most tokens of a window, the model's own limit if that is less.
            stride: tokens by which a window moves on, at most those of the text that fit; half of them if None. The
                rest is context.
        """
        size = min(window, self._limit)
        found = [Loss(0.0, 0)] * len(texts)
        for start in range(0, len(texts), AT_ONCE):
            pieces = slice(start, start + AT_ONCE)
            windows = [
                _Window(start + n, ids, first)
                for n, (head, tokens) in enumerate(zip(self._heads(prompts[pieces], size), self._ids(texts[pieces])))  # noqa: B905
                for ids, first in _windows(head, tokens, size, stride)
            ]
            for one, loss in zip(windows, self._window_losses(windows), strict=True):
                before = found[one.text]
                found[one.text] = Loss(before.total + loss, before.tokens + len(one.ids) - one.first)
        return found

    def choice_probabilities(self, prompts: Sequence[Prompt], choices: Sequence[str]) -> NDArray[np.float64]:
        """How likely each of some one-token choices is as the next token, among these choices.

        Values of a prompt that does not fit are cut at their ends, the longest first.

        Returns:
            Shape (len(prompts), len(choices)); each row adds up to 1.

        Raises:
            InvalidInput: a choice is no single token of the vocabulary.
            RowError: the literals of a prompt alone do not fit.
        """
        columns = [self._choice_id(choice) for choice in choices]
        found = np.zeros((len(prompts), len(choices)))
        for start in range(0, len(prompts), AT_ONCE):
            rows = [self._fitted(prompt) for prompt in prompts[start : start + AT_ONCE]]
            for places, logits in self._runs([{"input_ids": ids} for ids in rows]):
                for row, place in enumerate(places):
                    last = logits[row, len(rows[place]) - 1, columns]
                    found[start + place] = last.double().softmax(-1).cpu().numpy()
        return found

    def _heads(self, prompts: Sequence[str | None], size: int) -> Iterator[list[int]]:
        start = self._start()
        for ids in self._ids([prompt or "" for prompt in prompts]):
            room = max(size // 2 - len(start), 0)
            yield start + ids[max(len(ids) - room, 0) :]

    def _start(self) -> list[int]:
        tokenizer = self._tokenizer
        first = tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id
        return [] if first is None else [first]

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        if not texts:
            return []
        found: list[list[int]] = self._tokenizer(list(texts), add_special_tokens=False, **AS_TEXT)["input_ids"]
        return found

    def _window_losses(self, windows: Sequence[_Window]) -> list[float]:
        import torch

        found = [0.0] * len(windows)
        for places, logits in self._runs([{"input_ids": one.ids} for one in windows]):
            for row, place in enumerate(places):
                one = windows[place]
                guesses = logits[row, one.first - 1 : len(one.ids) - 1].float().log_softmax(-1)
                wanted = torch.tensor(one.ids[one.first :], device=logits.device)
                found[place] = -float(guesses.gather(-1, wanted[:, None]).double().sum())
        return found

    def _runs(self, rows: Sequence[Mapping[str, list[int]]]) -> Iterator[tuple[list[int], Any]]:
        vocabulary = self._opened.model.config.get_text_config().vocab_size
        return run_model(self._opened, rows, min(BATCH_TOKENS, _LOGITS // vocabulary), pad=0)

    def _choice_id(self, choice: str) -> int:
        # As it stands in the vocabulary: some tokenizers put a space before a text that is tokenized alone.
        known = self._tokenizer.get_vocab().get(choice)
        ids = [known] if known is not None else self._ids([choice])[0]
        if len(ids) != 1 or ids[0] == self._tokenizer.unk_token_id:
            raise InvalidInput.of(
                "unfit_model",
                f"the model cannot answer {choice!r} with one token; bind one that is trained to",
                got=choice,
            )
        return int(ids[0])

    def _fitted(self, prompt: Prompt) -> list[int]:
        pieces = list(prompt)
        while True:
            encoded = self._tokenizer("".join(pieces), return_offsets_mapping=True, **AS_TEXT)
            ids: list[int] = encoded["input_ids"]
            if len(ids) <= self._limit:
                return ids
            _cut_longest_value(pieces, encoded["offset_mapping"], len(ids) - self._limit)


def _windows(head: list[int], tokens: list[int], size: int, stride: int | None) -> Iterator[tuple[list[int], int]]:
    """Windows over a text, each the head and as much of the text as fits, with the place of the first new token."""
    room = size - len(head)
    # Without a head, the first token of a window is not guessed, so it must be one that was.
    step = min(stride or max(room // 2, 1), room if head else max(room - 1, 1))
    done = 0
    while done < len(tokens):
        end = min(len(tokens), room if not done else done + step)
        begin = max(end - room, 0)
        ids = head + tokens[begin:end]
        yield ids, max(len(head) + done - begin, 1)
        done = end


def _cut_longest_value(pieces: list[str], offsets: Sequence[tuple[int, int]], excess: int) -> None:
    """Take the end off the longest value of a prompt, at least as much as `excess` tokens cover if it has so many."""
    place = max(range(1, len(pieces), 2), key=lambda n: len(pieces[n]), default=0)
    if place == 0 or not pieces[place]:
        raise RowError("prompt_too_long", "the prompt does not fit into the model even without the row's values")
    begin = sum(map(len, pieces[:place]))
    inside = [start for start, end in offsets if begin <= start < end <= begin + len(pieces[place])]
    cut = inside[-min(excess, len(inside))] - begin if inside else 0
    pieces[place] = pieces[place][: min(cut, len(pieces[place]) - 1)]
