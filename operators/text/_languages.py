"""Which languages can be told apart, and how likely a text is to be in each of them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from ..core import near_name

LANGUAGES = {
    "af": "Afrikaans", "am": "Amharic", "an": "Aragonese", "ar": "Arabic", "as": "Assamese", "az": "Azerbaijani",
    "ba": "Bashkir", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "br": "Breton", "bs": "Bosnian",
    "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "dz": "Dzongkha", "el": "Greek",
    "en": "English", "eo": "Esperanto", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "ff": "Fulah", "fi": "Finnish", "fo": "Faroese", "fr": "French", "fy": "Western Frisian", "ga": "Irish",
    "gd": "Scottish Gaelic", "gl": "Galician", "gn": "Guarani", "gu": "Gujarati", "ha": "Hausa", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian",
    "ig": "Igbo", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "jv": "Javanese", "ka": "Georgian",
    "ki": "Kikuyu", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz",
    "la": "Latin", "lb": "Luxembourgish", "lg": "Ganda", "ln": "Lingala", "lo": "Lao", "lt": "Lithuanian",
    "lv": "Latvian", "mg": "Malagasy", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi",
    "ms": "Malay", "mt": "Maltese", "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "nn": "Norwegian Nynorsk",
    "no": "Norwegian", "oc": "Occitan", "om": "Oromo", "or": "Odia", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto",
    "pt": "Portuguese", "qu": "Quechua", "ro": "Romanian", "ru": "Russian", "rw": "Kinyarwanda", "sa": "Sanskrit",
    "se": "Northern Sami", "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian", "sn": "Shona", "so": "Somali",
    "sq": "Albanian", "sr": "Serbian", "st": "Southern Sotho", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil",
    "te": "Telugu", "tg": "Tajik", "th": "Thai", "tk": "Turkmen", "tl": "Tagalog", "tr": "Turkish", "tt": "Tatar",
    "ug": "Uyghur", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "vo": "Volapük",
    "wa": "Walloon", "xh": "Xhosa", "yo": "Yoruba", "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip
"""ISO 639-1 code to English name, for every language of the model that has such a code."""

MEMBERS = {
    "ary": "ar", "arz": "ar", "fuv": "ff", "gug": "gn", "hbo": "he", "kik": "ki", "sdh": "ku", "uzs": "uz", "wuu": "zh",
    "yue": "zh",
}  # fmt: skip
"""Labels of the model that are part of a language with an ISO 639-1 code."""

WINDOW, WINDOWS = 500, 3
_BLOCK = 512
"""Texts walked at once; more would only cost memory."""


def _known_code(code: str) -> str:
    if code in LANGUAGES:
        return code
    codes = {name.lower(): known for known, name in LANGUAGES.items()}
    language = near_name(code.lower(), codes)
    near = codes[language] if language else near_name(code.lower().partition("-")[0], LANGUAGES)
    hint = f"did you mean {near!r} ({LANGUAGES[near]})?" if near else f"known are {', '.join(LANGUAGES)}"
    raise ValueError(f"{code!r} is no ISO 639-1 code of a language that can be recognised; {hint}")


LanguageCode = Annotated[str, AfterValidator(_known_code)]
"""The ISO 639-1 code of a language that the model knows."""


@dataclass(frozen=True)
class LanguageModel:
    """The n-gram model of py3langid, applied to many texts at once.

    py3langid walks one text after the other in Python, one step a byte; here all texts of a block take each step
    together, which gives the same scores several times faster.

    Args:
        next_row: shape (n_rows * 256,). The state after a byte, for each distinct row of transitions.
        row_of: shape (n_states,). Where in `next_row` the transitions of a state begin.
        feature_of: shape (n_states,). The feature that a state completes, or -1.
        weights: shape (n_features, n_labels). Log-likelihoods.
        prior: shape (n_labels,). Log-probabilities.
        column_of: shape (n_labels,). The place in `codes` of each label of the model.
        codes: what can be recognised: ISO 639-1 codes, ISO 639-3 where there is none, "zxx" for no language at all.
    """

    next_row: NDArray[np.uint32]
    row_of: NDArray[np.uint32]
    feature_of: NDArray[np.int32]
    weights: NDArray[np.float32]
    prior: NDArray[np.float32]
    column_of: NDArray[np.intp]
    codes: tuple[str, ...]

    @classmethod
    def load(cls) -> "LanguageModel":
        """The model that py3langid ships; takes a second and 100 MB."""
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        model = LanguageIdentifier.from_model_file(MODEL_FILE)
        labels = [MEMBERS.get(label, label) for label in model.nb_classes]
        codes = tuple(dict.fromkeys(labels))
        return cls(
            next_row=np.asarray(model.tk_nextmove, dtype=np.uint32),
            row_of=np.left_shift(np.asarray(model.tk_row, dtype=np.uint32), 8, dtype=np.uint32),
            feature_of=np.asarray(model.tk_output, dtype=np.int32),
            weights=model.nb_ptc.astype(np.float32),
            prior=model.nb_pc,
            column_of=np.array([codes.index(label) for label in labels]),
            codes=codes,
        )

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """How likely each text is to be in each language.

        Args:
            texts: of each, only three windows of 500 characters are read: at the start, in the middle, at the end.

        Returns:
            Shape (n_texts, n_codes), each row adding up to 1. A text that shows nothing, such as an empty one, gives
            the same small probability for each language.
        """
        encoded = [_encoded(text) for text in texts]
        blocks = [self._block(encoded[start : start + _BLOCK]) for start in range(0, len(encoded), _BLOCK)]
        return np.concatenate([np.empty((0, len(self.codes))), *blocks])

    def _block(self, encoded: list[bytes]) -> NDArray[np.float64]:
        table = np.zeros((len(encoded), len(self.codes)))
        for place, (text, features) in enumerate(zip(encoded, self._features(encoded), strict=True)):
            table[place] = self._softmax(features, len(text))
        return table

    def _features(self, encoded: list[bytes]) -> list[NDArray[np.int32]]:
        """The features that each text completes, byte by byte, with repeats."""
        lengths = np.array([len(text) for text in encoded])
        order = np.argsort(-lengths, kind="stable")
        longest = int(lengths.max(initial=0))
        padded = b"".join(encoded[place].ljust(longest, b"\0") for place in order)
        steps = np.frombuffer(padded, dtype=np.uint8).reshape(len(encoded), longest).T
        seen = np.full((longest, len(encoded)), -1, dtype=np.int32)
        state = np.zeros(len(encoded), dtype=np.uint32)
        for step, alive in enumerate(np.searchsorted(-lengths[order], -np.arange(longest), side="left")):
            state = self.next_row[self.row_of[state[:alive]] + steps[step, :alive]]
            seen[step, :alive] = self.feature_of[state]
        rows = np.ascontiguousarray(seen.T)
        found: list[NDArray[np.int32]] = [rows[0, :0]] * len(encoded)
        for row, place in zip(rows, order, strict=True):
            found[place] = row[row >= 0]
        return found

    def _softmax(self, features: NDArray[np.int32], size: int) -> NDArray[np.float64]:
        scores = np.zeros(len(self.prior), dtype=np.float32)
        if len(features):
            kinds, counts = np.unique(features, return_counts=True)
            scores = np.log1p(counts.astype(np.float32)) @ self.weights[kinds] + self.prior
        # The root of the length as temperature keeps the probabilities calibrated over lengths (py3langid).
        powers = np.exp((scores - scores.max()).astype(np.float64) / np.sqrt(max(size, 1)))
        folded = np.bincount(self.column_of, weights=powers / powers.sum(), minlength=len(self.codes))
        return folded.astype(np.float64)


@cache
def language_model() -> LanguageModel:
    """The model, loaded once a process."""
    return LanguageModel.load()


def _encoded(text: str) -> bytes:
    if len(text) > WINDOW * WINDOWS:
        middle = (len(text) - WINDOW) // 2
        text = " ".join((text[:WINDOW], text[middle : middle + WINDOW], text[-WINDOW:]))
    text = unicodedata.normalize("NFC", text.lower() if text.isupper() else text)
    return text.encode("utf-8", errors="surrogatepass")
