"""The row-expression grammar: what it reads and writes, what it refuses, and which uses of columns it finds wrong."""

import pickle
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core.errors import DataFlowError
from dataflow_agent.operators.core.expression import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    Among,
    Column,
    Compare,
    Expression,
    ExpressionError,
    IsNull,
    Junction,
    Length,
    Not,
    RowExpression,
    TextTest,
    Value,
    parse_expression,
)
from dataflow_agent.operators.core.schema import Schema
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

SCHEMA = Schema.of(
    text="text",
    lang="text",
    n="integer",
    score="number",
    flag="boolean",
    day="time",
    vector="vector",
    tags="nested",
    any="json",
)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("n = 4 or n = 5 and m = 9", "n = 4 or (n = 5 and m = 9)"),
        ("not n = 4 and n = 5", "(not n = 4) and n = 5"),
        ("NOT lang='en'aNd(n=4)", 'not lang = "en" and n = 4'),
        ("not text contains 'a'", "text not contains 'a'"),
        ("n Is NoT NuLL", "not n is null"),
        ("text IS Not Blank", "not text is blank"),
        ("text STARTS   With 'a'", "text starts with 'a'"),
        ("n == 1", "`n`=1"),
    ],
)
def test_precedence_and_spelling(text: str, same: str) -> None:
    assert parse_expression(text) == parse_expression(same)


def test_words_that_are_not_reserved_name_columns() -> None:
    names = (
        "length",
        "contains",
        "starts",
        "with",
        "matches",
        "language",
        "größe",
        "meta.lang",
        "_id",
        "in",
        "a b",
        "",
    )
    for name in names:
        text = f"{Column(name)} = 1 and length({Column(name)}) > 0"
        assert parse_expression(text).columns() == (name,)
    assert str(Column("length")) == "length"
    assert str(Column("NULL")) == "`NULL`"


def test_columns_are_named_once_in_order_of_first_use() -> None:
    text = "b = 1 or not (length(c) > a and b in (2)) or d is null and e contains 'f' and 5 < c"
    assert parse_expression(text).columns() == ("b", "c", "a", "d", "e")


names = st.one_of(st.sampled_from(["text", "n", "in", "Not", "length", "a b", "`", "x.y"]), st.text(max_size=6))
columns = names.map(Column)
texts = st.text(max_size=8).map(lambda text: Value("text", text))
values = st.one_of(
    texts,
    st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)).map(lambda n: Value("number", n)),
    st.booleans().map(lambda b: Value("boolean", b)),
    st.just(Value("null", None)),
)
items = columns | columns.map(Length)
signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
tests = st.one_of(
    st.builds(Compare, items, signs, items | values),
    st.builds(Compare, values, signs, items),
    st.builds(Among, items, st.lists(values, min_size=1, max_size=3).map(tuple)),
    st.builds(IsNull, columns),
    st.builds(TextTest, columns, st.sampled_from(["contains", "starts with", "ends with"]), texts),
    st.builds(
        TextTest, columns, st.just("matches"), st.sampled_from([r"\d+\.", "a|b", '"']).map(lambda p: Value("text", p))
    ),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Junction, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(conditions)
def test_the_canonical_text_reads_as_the_same_tree(condition: Any) -> None:
    expression = Expression(condition)
    assert parse_expression(str(expression)) == expression
    assert str(parse_expression(str(expression))) == str(expression)


@given(st.text(alphabet=st.one_of(st.sampled_from("n=<>!()'\"`\\, .5-andortis"), st.characters())))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expression = parse_expression(text)
    except ExpressionError:
        return
    assert parse_expression(str(expression)) == expression


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at character 1: found the end; allowed here: a column"),
        ("n", "at character 2: found the end; allowed here: = != < <= > >=, 'is null'"),
        ("n >", "at character 4: found the end; allowed here: a column"),
        ("n = 1 m = 2", "at character 7: found 'm'; allowed here: 'and', 'or', the end"),
        ("1 < n < 5", "at character 7: found '<'; allowed here: 'and', 'or', the end"),
        ("(n = 1", "at character 7: found the end; allowed here: 'and', 'or', '\\)'"),
        ("n like 'a'", "at character 3: found 'like'; allowed here: .*'contains'"),
        ("n starts 'a'", "at character 3: found 'starts'; allowed here: .*'starts with'"),
        ("n not = 1", "at character 7: found '='; allowed here: 'in', 'contains'"),
        ("n in 1", "at character 6: found '1'; allowed here: '\\('"),
        ("n in ()", "at character 7: found '\\)'; allowed here: a text in quotes, a number"),
        ("n in (1, m)", "at character 10: found 'm'; allowed here: a text in quotes, a number"),
        ("n in (1 2)", "at character 9: found '2'; allowed here: ',', '\\)'"),
        ("n is 5", "at character 6: found '5'; allowed here: 'null', 'blank', 'not null', 'not blank'"),
        ("n is true", "for true and false write = true, = false"),
        ("text contains lang", "at character 15: found 'lang'; allowed here: a text in quotes"),
        ("length(text) contains 'a'", "at character 1: found 'length\\(text\\)' before a test of a column"),
        ("'a' in ('a')", "at character 1: .*allowed here: a column, length\\(column\\)"),
        ("1 = 1", "at character 1: both sides are literals"),
        ("length('a') = 1", "at character 8: found \"'a'\"; allowed here: a column"),
        ("upper(text) = 'A'", "at character 1: there is no function 'upper'; the only one is length"),
        ("text = 'abc", "at character 8: the ' that opens here is never closed"),
        ('text = "abc\\"', 'at character 8: the " that opens here is never closed'),
        ("`text = 1", "at character 1: the ` that opens here is never closed"),
        ("n + 1 = 2", "at character 3: '\\+' is no name, number, quoted text or sign; allowed signs"),
        ("n = 5x", "at character 5: '5x' is no name"),
        ("n = 1.2.3", "at character 5: '1.2.3' is no name"),
        ("n && m", "at character 3: '&&' is no name"),
        ("n = 1e999", "at character 5: the number '1e999' is too large"),
        ("n = " + "9" * 5000, "at character 5: the number has 5000 characters; at most 400"),
        ("text = '\ud800'", "at character 9: half of a surrogate pair"),
        ("text matches '('", "at character 14: the pattern '\\(' cannot be used: unclosed group"),
        ("text matches '(?=a)b'", "look-around, including look-ahead and look-behind, is not supported"),
        (r"text matches '(a)\1'", "backreferences are not supported"),
        ("text matches '(a{1000}){1000}'", "cannot be used: .*size limit"),
    ],
)
def test_a_refusal_says_where_and_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        parse_expression(text)
    assert isinstance(caught.value, DataFlowError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "n = 1; import os",
        "eval('1') = 1",
        "().__class__",
        "[x for x in (1,)]",
        "lambda: 0",
        "pl.col('n') = 1",
        "n = {m}",
        "1=1 --",
        "n = 1 or exec('x') = 2",
        "\x00",
    ],
)
def test_code_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_expression(text)


@pytest.mark.parametrize("opening", ["(", "not ", "not("])
def test_nesting_is_limited(opening: str) -> None:
    levels = MAX_DEPTH // (2 if opening == "not(" else 1)
    closing = ")" if "(" in opening else ""
    parse_expression(opening * levels + "n = 1" + closing * levels)
    with pytest.raises(ExpressionError, match="more than 50 'not' and parentheses inside one another"):
        parse_expression(opening * (levels + 1) + "n = 1" + closing * (levels + 1))
    with pytest.raises(ExpressionError, match="more than 50"):
        parse_expression(opening * 2000)


def test_length_is_limited_also_in_canonical_form() -> None:
    fits = " or ".join(["n = 1"] * 1111)
    assert len(fits) <= MAX_CHARACTERS
    assert parse_expression(fits).mask(pl.DataFrame({"n": [2, None]}), SCHEMA).to_list() == [False, False]
    with pytest.raises(ExpressionError, match="has 10001 characters; at most 10000 are allowed"):
        parse_expression("n = 1" + " " * 9996)
    with pytest.raises(ExpressionError, match="in its canonical form; at most 10000"):
        parse_expression("or ".join(["n=1 "] * 1400))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("lng = 'en'", ["there is no column 'lng'; did you mean 'lang'? columns here: 'text', 'lang', 'n', "]),
        ("lang = zzz9", ["there is no column 'zzz9'; if it is a text, put it in quotes; columns here: 'text'"]),
        ("n contains 'a'", ["'contains' is for text, but 'n' is of type integer"]),
        ("not tags matches 'a'", ["'matches' is for text, but 'tags' is of type nested"]),
        ("n is not blank", ["'blank' is for text, but 'n' is of type integer"]),
        ("text = 5", ["'text' (of type text) cannot be compared with the number 5; as a text it is written \"5\""]),
        ("5 < text", ["'text' (of type text) cannot be compared with the number 5"]),
        ("n = '5'", ["'n' (of type integer) cannot be compared with the text \"5\"; as a number it is written 5"]),
        ("score in (1, 'x')", ["'score' (of type number) cannot be compared with the text \"x\"; write a number"]),
        ("flag = 'yes'", ["'flag' (of type boolean) cannot be compared with the text \"yes\"; write true or false"]),
        ("flag < true", ["true and false have no order, got flag < true; allowed are = and !="]),
        ("text = n", ["'text' (of type text) cannot be compared with 'n' (of type integer)"]),
        ("any = day", ["'any' (of type json) cannot be compared with 'day' (of type time)"]),
        (
            "vector = 1",
            ["'vector' (of type vector) has no comparison; allowed are `vector is null` and `length(vector)`"],
        ),
        ("day > 'soon'", ['"soon" is no ISO time for \'day\' (of type time); write for example "2024-01-31"']),
        ("day > '2024-01-31T00:00:00.0000001'", ["is no ISO time"]),
        ("day > 2024", ["'day' (of type time) cannot be compared with the number 2024; write for example"]),
        ("length(n) > 1", ["length() is for text, json, nested, vector, bytes, but 'n' is of type integer"]),
        ("length(text) = 'a'", ['length(text) (a number) cannot be compared with the text "a"; write a number']),
        ("n = null", ["a comparison of n with null never holds; write 'n is null' or 'n is not null'"]),
        ("n in (1, null)", ["a comparison of n with null never holds"]),
        ("a = 1 and (b = 2 or a = 'x' or n = 'y')", ["no column 'a'", "no column 'b'", "'n' (of type integer)"]),
    ],
)
def test_check_tells_all_wrong_uses_at_once(text: str, sentences: list[str]) -> None:
    told = parse_expression(text).check(SCHEMA)
    assert [expected in sentence for expected, sentence in zip(sentences, told, strict=True)] == [True] * len(sentences)


def test_check_lists_a_bounded_number_of_columns() -> None:
    schema = Schema.of(**dict.fromkeys((f"c{n}" for n in range(100)), "text"))
    (sentence,) = parse_expression("other = 1").check(schema)
    assert sentence.endswith("'c29' and 70 more")


class Condition(BaseModel):
    where: RowExpression


def test_the_field_type_keeps_the_text_and_refuses_what_cannot_be_read() -> None:
    assert Condition(where="NOT  n==1").where == "NOT  n==1"
    with pytest.raises(ValidationError, match=r"the condition cannot be read at character 4: found the end"):
        Condition(where="n =")


def test_expressions_travel_to_workers() -> None:
    expression = parse_expression("not (n = 1 or text matches 'a') and flag = true")
    assert pickle.loads(pickle.dumps(expression)) == expression
