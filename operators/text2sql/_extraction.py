"""Takes the SQL out of what a model said."""

import re
from typing import Final

from ..core import RowError
from ..core.database import Dialect, parse_query

_FENCE: Final = re.compile(r"```[ \t]*([A-Za-z0-9]*)[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_LANGUAGES: Final = frozenset({"", "sql", "sqlite", "sqlite3", "duckdb", "postgres", "postgresql"})
_BARE: Final = re.compile(r"(?:^|[:\n])[ \t`*]*((?:SELECT|WITH)\b.*?)(?=;|\n[ \t]*\n|\Z)", re.DOTALL | re.IGNORECASE)
_BEGINS: Final = re.compile(r"\s*(?:--[^\n]*\s*|\(\s*)*(?:SELECT|WITH)\b", re.IGNORECASE)
_TRIED: Final = 5


def extract_sql(said: str, dialect: Dialect = "sqlite") -> str | None:
    """The query that a reply comes to, None where it holds none.

    It is the last fenced block of SQL; without one, the last paragraph from a SELECT or WITH that begins a line or
    follows a colon, of those that can be read as a query if any can. It may still be no good SQL.

    >>> extract_sql("First I count.\\n```sql\\nSELECT count(*) FROM t;\\n```")
    'SELECT count(*) FROM t'
    """
    blocks = [(lang.lower(), _bare(body)) for lang, body in _FENCE.findall(said)]
    fenced = [body for lang, body in blocks if body and lang in _LANGUAGES and (lang or _BEGINS.match(body))]
    if fenced:
        return fenced[-1]
    found = [_bare(text.rstrip().rstrip("`*")) for text in _BARE.findall(said)]
    return next((text for text in found[: -_TRIED - 1 : -1] if _is_query(text, dialect)), found[-1] if found else None)


def _bare(sql: str) -> str:
    return sql.strip().rstrip(";").strip()


def _is_query(text: str, dialect: Dialect) -> bool:
    try:
        parse_query(text, dialect)
    except RowError:
        return False
    return True
