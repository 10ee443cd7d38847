"""Runs a sequence classifier or regressor over texts or pairs of texts."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import InvalidInput
from ._batches import AS_TEXT, AT_ONCE, BATCH_TOKENS, run_model, token_limit
from ._model_folder import Opened


class Classifier:
    """A model that gives a text, or a pair of texts, one number for each of its labels."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._limit = token_limit(opened)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels in the order of the outputs."""
        named = self._opened.model.config.id2label
        return tuple(str(named[n]) for n in sorted(named))

    def logits(
        self, texts: Sequence[str], seconds: Sequence[str] | None = None, *, whole: bool = False
    ) -> NDArray[np.float64]:
        """The bare outputs of the model.

        Args:
            texts: the texts.
            seconds: a second text for each, as the other segment of the input.
            whole: read a text beyond the model's limit in pieces, and take the mean by their tokens; else its end is
                cut off, and of a pair the end of the longer.

        Returns:
            Shape (len(texts), len(labels)); NaN where the tokenizer finds no token in a text.
        """
        return self._outputs(texts, seconds, whole=whole)

    def label_probabilities(
        self, texts: Sequence[str], seconds: Sequence[str] | None = None, *, whole: bool = False
    ) -> NDArray[np.float64]:
        """The probability of each label: each by itself where the model is trained for several labels at a time, else
        adding up to 1; arguments and shape as `logits`.

        Raises:
            InvalidInput: the model has a single output.
        """
        if len(self.labels) < 2:
            raise InvalidInput.of(
                "unfit_model", "the model has a single output, so no labels to choose from; read it as a regression"
            )
        outputs = self.logits(texts, seconds, whole=whole)
        if self._opened.model.config.problem_type == "multi_label_classification":
            return np.asarray(1 / (1 + np.exp(-outputs)))
        weights = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def values(
        self,
        texts: Sequence[str],
        seconds: Sequence[str] | None = None,
        *,
        label: str | None = None,
        whole: bool = False,
    ) -> NDArray[np.float64]:
        """The output of a regression head, shape (len(texts),); arguments as `logits`.

        Args:
            label: which output, where there are several.

        Raises:
            InvalidInput: there are several outputs and no label, or no output of that label.
        """
        return np.asarray(self.logits(texts, seconds, whole=whole)[:, self.column_of(label)])

    def rewards(self, instructions: Sequence[str], responses: Sequence[str]) -> NDArray[np.float64]:
        """The output of a reward model for each chat of a user's and an assistant's turn, shape (len(responses),).

        The chat is written by the tokenizer's chat template; a tokenizer without one gets instruction and response as
        the two segments of its input.

        Raises:
            InvalidInput: the model has several outputs.
        """
        column = self.column_of(None)
        tokenizer = self._opened.tokenizer
        if not tokenizer.chat_template:
            return np.asarray(self.logits(instructions, responses)[:, column])
        chats = [
            tokenizer.apply_chat_template(
                [{"role": "user", "content": asked}, {"role": "assistant", "content": said}], tokenize=False
            )
            for asked, said in zip(instructions, responses, strict=True)
        ]
        return np.asarray(self._outputs(chats, None, chats=True)[:, column])

    def column_of(self, label: str | None) -> int:
        """The output of a label; of the only one for None.

        Raises:
            InvalidInput: there is none, or several and no label says which.
        """
        if label is None and len(self.labels) == 1:
            return 0
        if label not in self.labels:
            missing = "several outputs, and none is chosen" if label is None else f"no label {label!r}"
            raise InvalidInput.of(
                "unfit_label",
                f"the model has {missing}; set label to one of {', '.join(self.labels)}",
                got=label,
                allowed=[*self.labels],
            )
        return self.labels.index(label)

    def _outputs(
        self, texts: Sequence[str], seconds: Sequence[str] | None, *, whole: bool = False, chats: bool = False
    ) -> NDArray[np.float64]:
        found = np.zeros((len(texts), len(self.labels)))
        for start in range(0, len(texts), AT_ONCE):
            pieces = slice(start, start + AT_ONCE)
            encoded = self._opened.tokenizer(
                list(texts[pieces]),
                None if seconds is None else list(seconds[pieces]),
                truncation=True,
                max_length=self._limit,
                return_overflowing_tokens=whole,
                # A chat template has written the special tokens of a chat already.
                **({"add_special_tokens": False, "verbose": False} if chats else AS_TEXT),
            )
            found[pieces] = self._means(encoded, len(texts[pieces]))
        return found

    def _means(self, encoded: Mapping[str, Any], texts: int) -> NDArray[np.float64]:
        """The outputs for each text, over its pieces where it was tokenized in several; NaN without any token."""
        owners = np.asarray(encoded.get("overflow_to_sample_mapping", range(texts)), dtype=np.int64)
        names = [name for name in self._opened.tokenizer.model_input_names if name in encoded]
        rows = [{name: encoded[name][row] for name in names} for row in range(len(owners))]
        sizes = np.zeros(texts)
        totals = np.zeros((texts, len(self.labels)))
        pad = self._padding()
        for places, logits in run_model(self._opened, rows, BATCH_TOKENS if pad is not None else 1, pad or 0):
            weights = np.asarray([len(rows[place]["input_ids"]) for place in places], dtype=np.float64)
            np.add.at(sizes, owners[places], weights)
            np.add.at(totals, owners[places], logits.double().cpu().numpy() * weights[:, None])
        return np.divide(totals, sizes[:, None], out=np.full_like(totals, np.nan), where=sizes[:, None] > 0)

    def _padding(self) -> int | None:
        """The padding token; None if there is none, or a model that judges by the last token does not know it."""
        own = self._opened.model.config.get_text_config().pad_token_id
        by_last_token = hasattr(self._opened.model, "score")
        found: int | None = self._opened.tokenizer.pad_token_id if own is None and not by_last_token else own
        return found
