"""The code in a reply: which block is meant, and what is whole."""

from contextlib import suppress

import pytest
from dataflow_agent.operators.code._extraction import code_in
from dataflow_agent.operators.core.structured import InvalidReply
from hypothesis import given
from hypothesis import strategies as st

DOUBLE = "def double(n):\n    return 2 * n"


def fenced(code: str, told: str = "", marks: str = "```") -> str:
    return f"{marks}{told}\n{code}\n{marks}\n"


@pytest.mark.parametrize(
    "reply",
    [
        fenced(DOUBLE, "python"),
        fenced(DOUBLE, "Python"),
        fenced(DOUBLE, "py"),
        fenced(DOUBLE, "python3 title=double.py"),
        fenced(DOUBLE, "{.python}"),
        fenced(DOUBLE, " python "),
        fenced(DOUBLE),
        fenced(DOUBLE, "python", "~~~"),
        fenced(DOUBLE, "python", "````"),
        fenced(DOUBLE, "python").replace("\n", "\r\n").replace(":\r\n", ":\n"),
        "Sure!\n\n" + fenced(DOUBLE, "python") + "\nIt doubles.",
        fenced("pip install numpy " + "x" * 80, "bash") + fenced(DOUBLE, "python") + fenced("double(3)", "python"),
        fenced("double(3)", "python") + fenced(DOUBLE, "python"),
        fenced(DOUBLE, "python") + fenced("6, as expected and as everybody would have thought all along"),
        fenced("def doubled_but_broken(number, and_more:\n    return", "python") + fenced(DOUBLE, "python"),
        "1. Do this:\n   ```python\n   def double(n):\n       return 2 * n\n   ```\n",
        "```python\n" + DOUBLE,
        "```python\n" + DOUBLE + "\n",
        DOUBLE,
        "\n" + DOUBLE + "\n\n",
    ],
)
def test_the_python_that_is_meant_is_found_among_prose_and_other_blocks(reply: str) -> None:
    assert code_in(reply, "python") == DOUBLE


def test_blocks_and_the_prose_between_them_are_never_merged() -> None:
    reply = fenced("a = 1", "python") + "Then this:\n" + fenced("b = 22", "python")
    assert code_in(reply, "python") == "b = 22"


def test_a_fence_inside_of_code_ends_it_only_where_it_is_as_long() -> None:
    code = 'TEXT = """\n```\ninside\n```\n"""'
    assert code_in(fenced(code, "python", "````"), "python") == code
    told = 'x = """\n``` says more\n"""'
    assert code_in(fenced(told, "python"), "python") == told


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("None", "no fenced code block"),
        ("Sorry", "no fenced code block"),
        ("Note: nothing", "no fenced code block"),
        ("x - y", "no fenced code block"),
        ("pass", "no fenced code block"),
        ('{"code": "x = 1"}', "no fenced code block"),
        ("[1, 2]", "no fenced code block"),
        ("I cannot do that.", "no fenced code block"),
        ("```python\n```", "no fenced code block"),
        (fenced("def f(:", "python"), "line 1"),
        (fenced("x = 1\n  y = 2", "python"), "unexpected indent, line 2"),
        (fenced("x = '\0'", "python"), "null"),
        (fenced("x = '\ud800'", "python"), "no valid Python"),
        (fenced("(" * 500, "python"), "no valid Python"),
        (fenced("-" * 200_000 + "1", "python"), "no valid Python"),
        ("```python\ndef f(:", "line 1"),
        (fenced("puts 1 if x", "ruby") + fenced("def f(:", "python"), "line 1"),
    ],
)
def test_a_reply_without_whole_python_is_refused_and_says_where(reply: str, said: str) -> None:
    with pytest.raises(InvalidReply, match=said):
        code_in(reply, "python")


def test_an_odd_escape_in_a_text_is_no_fault() -> None:
    assert code_in(fenced(r"x = '\d'", "python"), "python") == r"x = '\d'"


WHOLE = [
    ("c", "int main(void) { char c = '{'; puts(\"({[\"); /* ( */ return 0; } // ("),
    ("c++", 'std::string s = R"(a)"; auto f = [](int x) { return x; };'),
    ("java", 'String s = """\n  { (\n  """; int[] a = {1};'),
    ("go", "s := `{(`; f(s)"),
    ("rust", "fn longest<'a>(x: &'a str, y: &'a str) -> &'a str { if x > y { x } else { y } }"),
    (
        "javascript",
        'const e = s.replace(/[&<>"\']/g, (c) => map[c]); const t = `${f("(")}`; const r = (a / b) + (c / d);',
    ),
    ("typescript", "function f(a: number[]): Map<string, {b: number}> { return g(a[0] / 2, h(b / 3)); }"),
    ("sql", "SELECT count(*) FROM t WHERE a = 'it''s (' -- )\n"),
    ("shell", 'case "$1" in a) echo 1 ;; esac'),
    ("haskell", "f' (x:xs) = x -- ("),
    ("cobol", "((("),
]


@pytest.mark.parametrize(("language", "code"), WHOLE)
def test_brackets_in_texts_and_comments_are_no_brackets(language: str, code: str) -> None:
    assert code_in(fenced(code, language), language) == code.rstrip()


@pytest.mark.parametrize(
    ("language", "code", "said"),
    [
        ("c", "int main(void) {\n  return (1;\n}", r"'}' in line 3 of the code closes nothing"),
        ("js", "function f() {\n", r"'{' in line 1 of the code is never closed"),
        ("rust", "fn f() { g(1)) }", r"'\)' in line 1 of the code closes nothing"),
        ("java", "/* { */ class A {\n  int[] a = {1, 2];\n}", r"']' in line 2 of the code closes nothing"),
        ("go", "f(\n`\n(\n`", r"'\(' in line 1 of the code is never closed"),
    ],
)
def test_a_bracket_without_its_partner_is_refused_by_name_and_line(language: str, code: str, said: str) -> None:
    with pytest.raises(InvalidReply, match=said):
        code_in(fenced(code, language), language)


def test_other_languages_need_a_fence_that_ends() -> None:
    with pytest.raises(InvalidReply, match="no fenced code block"):
        code_in("int x = 1;", "c")
    with pytest.raises(InvalidReply, match="never ends"):
        code_in("```c\nint x = 1;", "c")
    assert code_in(fenced("int x = 1;", "cpp"), "C++") == "int x = 1;"


@given(st.text("`~\n {}()[]'\"\\/x=", max_size=60), st.sampled_from(["python", "c", "javascript", "sql", "lua"]))
def test_any_reply_gives_code_or_a_reason(reply: str, language: str) -> None:
    with suppress(InvalidReply):
        assert code_in(reply, language).strip()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["`", "'\\", '"', "/*", "//", "```\n", "(", "`\\\n", "= /[", "\\", '"""'])
@pytest.mark.parametrize("language", ["javascript", "c", "sql"])
def test_a_long_reply_takes_its_time_once(piece: str, language: str) -> None:
    code = piece * 50_000
    with suppress(InvalidReply):
        assert code_in(f"~~~~~\n{code}\n~~~~~", language)
