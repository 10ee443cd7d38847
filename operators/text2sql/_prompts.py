"""The prompts of the operators that ask a model for SQL, for questions that it answers, and for the way to it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from ..core.database import Dialect

Complexity = Literal["simple", "moderate", "complex", "highly complex"]
Direction = Literal["data values", "structure", "business logic", "complexity", "advanced features", "performance"]
Style = Literal[
    "formal",
    "colloquial",
    "imperative",
    "interrogative",
    "descriptive",
    "concise",
    "vague",
    "metaphorical",
    "role",
]

LANGUAGES: Mapping[Dialect, str] = MappingProxyType({"sqlite": "SQLite", "duckdb": "DuckDB", "postgres": "PostgreSQL"})
_EVERYWHERE = (
    "COUNT", "SUM", "AVG", "MIN", "MAX", "ROUND", "ABS", "COALESCE", "NULLIF", "CAST", "LOWER", "UPPER", "LENGTH",
    "SUBSTR", "REPLACE", "TRIM", "CASE", "EXISTS", "ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD", "NTILE",
    "FIRST_VALUE",
)  # fmt: skip
FUNCTIONS: Mapping[Dialect, tuple[str, ...]] = MappingProxyType(
    {
        "sqlite": (*_EVERYWHERE, "STRFTIME", "DATE", "JULIANDAY", "IFNULL", "IIF", "INSTR", "GROUP_CONCAT", "PRINTF"),
        "duckdb": (*_EVERYWHERE, "DATE_TRUNC", "DATE_DIFF", "STRFTIME", "STRING_AGG", "MEDIAN", "QUANTILE_CONT"),
        "postgres": (*_EVERYWHERE, "DATE_TRUNC", "EXTRACT", "TO_CHAR", "STRING_AGG", "PERCENTILE_CONT", "AGE"),
    }
)
"""Functions that a query may be asked to use, by the dialect that has them."""

COMPLEXITIES: Mapping[Complexity, str] = MappingProxyType(
    {
        "simple": "one table, a condition or a sort order or one aggregate; no join and no subquery",
        "moderate": "two or three joined tables, or grouping with aggregates, with conditions on either",
        "complex": "several joins with grouping and HAVING, or a subquery, or a set operation",
        "highly complex": "several common table expressions or nested subqueries, window functions or correlated "
        "conditions, over three tables or more",
    }
)
DIRECTIONS: Mapping[Direction, str] = MappingProxyType(
    {
        "data values": "ask for other values: other filters, dates, bounds, limits or sort directions",
        "structure": "write it with another structure: a join for a subquery, another grouping, another set of columns",
        "business logic": "answer another need of the same people: another measure, share, comparison or ranking",
        "complexity": "make it clearly harder: another table, a further condition, a level of grouping more",
        "advanced features": "use what the first does not: window functions, common table expressions, CASE, date "
        "arithmetic",
        "performance": "come to a result of the same use in another way that an index or an early filter serves better",
    }
)
STYLES: Mapping[Style, str] = MappingProxyType(
    {
        "formal": "in complete, formal sentences with exact terms",
        "colloquial": "as people talk, with contractions and everyday words",
        "imperative": "as an order or request: 'Show …', 'Could you list …'",
        "interrogative": "as a direct question with a question word",
        "descriptive": "with the background that leads to it, in two or three sentences",
        "concise": "in as few words as are still understood",
        "vague": "with words that can be understood in several ways, such as 'recent', 'expensive' or 'regulars'; what "
        "they mean here stands in `evidence`",
        "metaphorical": "with a figure of speech for what is sought; what it means here stands in `evidence`",
        "role": "as somebody with a certain job would say it, with their purpose",
    }
)
NEEDS_EVIDENCE: frozenset[Style] = frozenset({"vague", "metaphorical"})

SQL_SYSTEM = (
    "You write SQL for the training of a model that answers questions with SQL. You see the schema of a database with "
    "comments and some of its values.\n"
    "- Write one query in {{dialect}} that answers something which a person who works with these data would really "
    "want to know.\n"
    "- Use only tables and columns of the schema, with conditions that some rows fulfil.\n"
    "- It is a single SELECT, which may begin with WITH; it changes nothing, and no comment stands in it.\n"
    "- Select no more columns than the answer needs."
)
SQL = (
    "The schema:\n\n{schema}\n\nWrite one query that is {{complexity}}: {{meaning}}. Where they fit, use some of "
    "these: {{functions}}."
)
SQL_COLUMNS = "\n\nIt must use each of these columns:\n\n{columns}"

VARIATION_SYSTEM = (
    "You write variations of SQL queries for the training of a model that answers questions with SQL. You see the "
    "schema of a database and a query to it.\n"
    "- Write one other query in {{dialect}} that answers something which a person would really want to know.\n"
    "- Use only tables and columns of the schema, with conditions that some rows fulfil.\n"
    "- It is a single SELECT, which may begin with WITH; it changes nothing, and no comment stands in it.\n"
    "- It gives another result than the given query, or comes to it in clearly another way."
)
VARIATION = "The schema:\n\n{schema}\n\nThe query:\n\n{sql}\n\nWrite a variation of it: {{direction}}."

QUESTION_SYSTEM = (
    "You write the question that a query answers, as a person would ask it who knows nothing of SQL or of the schema.\n"
    "- It asks for exactly what the query gives: every column, condition, bound, order and limit that changes the "
    "answer is in it, in the words of the trade and not as names of tables or columns.\n"
    "- It adds nothing that the query does not look at.\n"
    "- Values in conditions stand in it as they are written in the data.\n"
    "- `evidence`: what one must know besides to come to this query, such as what a code or a term means or how a "
    "figure is worked out; empty where nothing is needed."
)
QUESTION = "The schema:\n\n{schema}\n\nThe query:\n\n{sql}\n\nWrite the question {{style}}."

MATCH_SYSTEM = (
    "You check training data of a model that answers questions with SQL. Say first in `reason` what the question asks "
    "for and what the query gives, then in `matches` whether the query answers exactly the question: the same columns, "
    "conditions, grouping, order and limit, with nothing missing and nothing that changes the answer. What the "
    "evidence says about the meaning of words holds. Other ways to write the same query are fine."
)
MATCH = "The schema:\n\n{schema}\n\nThe question:\n\n{question}\n\n"
EVIDENCE = "The evidence:\n\n{evidence}\n\n"
MATCH_SQL = "The query:\n\n{sql}\n\nDoes it answer the question?"

REASONING_SYSTEM = (
    "You show how a question about a database is turned into SQL, for the training of a model that shall learn it.\n"
    "- Think step by step: what is asked for, which tables and columns hold it, how they are joined, what the "
    "conditions, groups and order are, and what must be heeded, such as nulls or duplicates.\n"
    "- Write as one who works it out; do not mention that a query was given to you.\n"
    "- End with the query in {{dialect}}, a single SELECT, in one fenced block marked sql, and write nothing after it."
)
REASONING = "The schema:\n\n{schema}\n\nThe question:\n\n{question}\n\n"
REASONING_REFERENCE = "A query that was given for it, which may be wrong:\n\n{sql}\n\n"
REASONING_END = "Work out the query."
REASONING_AGAIN = (
    "That reply cannot be used: {error}\nAnswer again: the steps, then the query in one fenced block marked sql, and "
    "nothing after it."
)

TASK = (
    "Write a query in {dialect} that answers the question. The schema of the database comes with comments and some "
    "values of its columns.\n\nThe schema:\n\n{schema}\n\nThe question:\n\n{question}\n\n{evidence}"
    "{instructions}Answer with one SELECT in a fenced block marked sql."
)
"""The prompt that training data hold; it is data of its own and so not filled as a request is."""


def set_in(prompt: str, **words: str) -> str:
    """A prompt with words of ours in their places, before values of rows are put in.

    >>> set_in("Write it {{style}}: {sql}", style="briefly")
    'Write it briefly: {sql}'
    """
    for name, said in words.items():
        prompt = prompt.replace(f"{{{{{name}}}}}", said)
    return prompt
