"""Databases that questions are asked of: found by name, read and never written, in processes that can be killed.

    databases = Databases.of(ctx.resources, "databases", shared=ctx.processes)  # in `open(ctx)`; starts nothing
    shop = databases.find("shop")                             # RowError missing_database, invalid_database_name
    schema_of(shop).ddl()                                     # CREATE TABLE …, with comments and sample values
    run_query(shop, "SELECT …")                               # a Table; RowError refused_statement, sql_error, …
    same_result(gold, other)                                  # two Tables

`needs = ("database",)` and `resource_fingerprints` with `databases_fingerprint` belong to every operator that does so.
"""

from .binding import Databases, databases_fingerprint
from .comparing import same_result
from .contract import GONE, WRONG_SQL, Database, Dialect, Engine, QueryLimits, Table
from .describing import ColumnSchema, DatabaseSchema, ForeignKey, TableSchema
from .making import sqlite_file
from .parsing import Query, parse_query
from .querying import explain_query, run_query, schema_of

__all__ = [
    "GONE",
    "WRONG_SQL",
    "ColumnSchema",
    "Database",
    "DatabaseSchema",
    "Databases",
    "Dialect",
    "Engine",
    "ForeignKey",
    "Query",
    "QueryLimits",
    "Table",
    "TableSchema",
    "databases_fingerprint",
    "explain_query",
    "parse_query",
    "run_query",
    "same_result",
    "schema_of",
    "sqlite_file",
]
