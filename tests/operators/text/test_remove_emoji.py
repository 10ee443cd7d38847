"""remove_emoji: whole emoji go, signs that are text stay, and emoticons go only where they stand alone."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.remove_emoji import RemoveEmoji
from hypothesis import given
from hypothesis import strategies as st

VS15, VS16, ZWJ, KEYCAP = "\ufe0e", "\ufe0f", "\u200d", "\u20e3"
SCOTLAND = "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbsct") + "\U000e007f"

EMOJI = {
    "face": "😀",
    "newer face": "🤔🥰🫠",
    "misc symbol": "⚡☀☎❤",
    "picture without selector": "🛠🌶🕷",
    "with selector": f"❤{VS16}☺{VS16}",
    "skin tone": "👍🏽👋🏿",
    "family": f"👨{ZWJ}👩{ZWJ}👧{ZWJ}👦",
    "profession": f"👩🏽{ZWJ}💻",
    "gender without selector": f"🏃{ZWJ}♂",
    "gender with selector": f"⛹{VS16}{ZWJ}♀{VS16}",
    "burning heart": f"❤{VS16}{ZWJ}🔥",
    "flags": "🇩🇪🇫🇷",
    "lone indicator": "🇽",
    "keycaps": f"1{VS16}{KEYCAP}#{KEYCAP}*{VS16}{KEYCAP}",
    "tag sequence": SCOTLAND,
    "pirate flag": f"🏴{ZWJ}☠{VS16}",
    "signs as pictures": f"©{VS16}✔{VS16}↔{VS16}♀{VS16}",
    "emoji that look like signs": "✅❌❓➕",
}
TEXT = {
    "check marks": "✓ ✔ ☑ ✗ ✖",
    "digits and keys": "0 9 # *",
    "marks": "© ® ™ ℹ",
    "arrows": "→ ↔ ⬅ ➡ ↩",
    "suits and sexes": "♠ ♣ ♥ ♦ ♀ ♂",
    "shapes and stars": "▪ ▶ ★ ☆ • ● ✳",
    "asked to be text": f"❤{VS15} ☀{VS15}",
    "selectors of other scripts": "葛\U000e0100 ᠠ\u180b 㐂\ufe00",
    "joiners of other scripts": f"क्{ZWJ}ष می\u200cخواهم",
    "selector after a letter": f"a{VS16}",
    "letters": "Ω ∑ 你 é \U0001d400",
}


def cleaned(text: str, **options: Any) -> str:
    return str(apply_rows(RemoveEmoji(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize("emoji", EMOJI.values(), ids=list(EMOJI))
def test_an_emoji_goes_whole(emoji: str) -> None:
    assert cleaned(f"a{emoji}b {emoji}") == "ab "


@pytest.mark.parametrize("text", TEXT.values(), ids=list(TEXT))
def test_signs_that_are_text_stay(text: str) -> None:
    assert cleaned(text) == text
    assert cleaned(text, emoticons=True) == text


@pytest.mark.parametrize(
    "text",
    ["http://x", "see http://x/:)", "3:30", "XPath", "CD: copy", "f(x):)", "D: drive", "a[1:3]", "x=(1)", "std::pair",
     "12) item", "8) item", "for (;;)", "for (; i < n;)", "if n <3:", "key:/path", "Note:(see)", ":Paul", "10:3"],
)  # fmt: skip
def test_emoticons_inside_other_tokens_stay(text: str) -> None:
    assert cleaned(text, emoticons=True) == text


@pytest.mark.parametrize(
    "face", [":)", ":-)", ";-)", ":'(", ":D", ":-P", ";P", ":/", "=)", "<3", "xD", "^_^", "-_-", "o_O"]
)
def test_emoticons_that_stand_alone_go_when_asked(face: str) -> None:
    assert cleaned(f"well {face} then {face}.\n{face}", emoticons=True) == "well  then .\n"
    assert cleaned(f"well {face}") == f"well {face}"


@given(st.text(alphabet="a1#©❤✔♀😀👍🏽🇩🇪" + VS15 + VS16 + ZWJ + KEYCAP, max_size=12))
def test_doing_it_twice_changes_nothing_more(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=40))
def test_plain_ascii_is_never_touched(text: str) -> None:
    assert cleaned(text) == text
