"""What no query may name: functions and tables that reach beyond the data, and words that do more than ask."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .contract import Dialect

FUNCTIONS: Final[Mapping[Dialect, re.Pattern[str]]] = MappingProxyType(
    {
        "sqlite": re.compile(
            r"load_extension|readfile|writefile|edit|fts3_tokenizer|fsdir|zipfile|sqlar_.*|csv|dbstat|sqlite_.*|pragma_.*"
        ),
        "duckdb": re.compile(
            r"read_.*|parquet_.*|.*_scan|scan_.*|.*_attach|glob|sniff_csv|st_read.*|query|query_table|getenv|getvariable"
            r"|duckdb_.*|pragma_.*|pg_.*|which_secret|.*_secret|.*_query|.*_execute|json_execute_serialized_sql"
            r"|from_substrait.*|(force_)?checkpoint|sleep.*|write_.*|enable_.*|disable_.*"
        ),
        "postgres": re.compile(
            r"pg_(?!typeof$|size_pretty$|column_size$).*|lo_.*|loread|lowrite|dblink.*|set_config|current_setting"
            r"|(query|table|schema|database|cursor)_to_xml.*|ts_stat|ts_rewrite|crosstab.*|connectby|nextval|setval"
            r"|currval|lastval|txid_.*|inet_(client|server)_.*|has_.*_privilege|row_security_active|binary_upgrade_.*"
            r"|postgres_fdw_.*|plpgsql_.*|xpath_table|to_reg.*|version|sql_.*|load_.*"
        ),
    }
)
"""Names of functions in lower case, whole names: they read or write files, run SQL given as a text, wait, tell of the
server, or change something. An engine refuses most by itself; this says so before anything runs."""
_SYSTEM_TABLES: Final[Mapping[Dialect, re.Pattern[str]]] = MappingProxyType(
    {
        "sqlite": re.compile(r"pragma_.*|dbstat|sqlite_dbpage|sqlite_stmt"),
        "duckdb": re.compile(r"pg_.*|duckdb_.*|pragma_.*|sqlite_.*"),
        "postgres": re.compile(r"pg_.*"),
    }
)
_SYSTEM_NAMESPACES: Final = frozenset({"pg_catalog", "pg_toast"})
FIRST_WORDS: Final = frozenset({"select", "with"})


def is_refused_function(name: str, dialect: Dialect) -> bool:
    """Whether no query may call a function of that name.

    >>> is_refused_function("PG_Read_File", "postgres"), is_refused_function("lower", "postgres")
    (True, False)
    """
    return FUNCTIONS[dialect].fullmatch(name.lower()) is not None


def is_system_table(name: str, namespace: str, dialect: Dialect) -> bool:
    """Whether a table is the engine's own and tells of users, settings or files."""
    return namespace.lower() in _SYSTEM_NAMESPACES or _SYSTEM_TABLES[dialect].fullmatch(name.lower()) is not None
