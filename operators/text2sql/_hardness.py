"""How hard a query is by its parts, as the Spider benchmark has it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlglot import exp

Hardness = Literal["easy", "medium", "hard", "extra"]


@dataclass(frozen=True)
class Components:
    """The parts of a query.

    Args:
        clauses: WHERE, GROUP BY, ORDER BY, LIMIT, each table joined to the first, each OR, each LIKE.
        nested: queries within the query: subqueries, common table expressions, further parts of UNION, INTERSECT and
            EXCEPT.
        others: of these, how many hold: more than one aggregate, more than one column selected, more than one
            condition in WHERE, more than one column in GROUP BY.
    """

    clauses: int
    nested: int
    others: int

    @property
    def hardness(self) -> Hardness:
        """The class that the three numbers come to."""
        clauses, nested, others = self.clauses, self.nested, self.others
        if nested == 0 and clauses <= 1 and others == 0:
            return "easy"
        if nested == 0 and ((clauses <= 1 and others <= 2) or (clauses <= 2 and others < 2)):
            return "medium"
        by_clauses = nested == 0 and ((clauses <= 2 and others > 2) or (clauses == 3 and others <= 2))
        return "hard" if by_clauses or (nested <= 1 and clauses <= 1 and others == 0) else "extra"


def components_of(tree: "exp.Query") -> Components:
    """The parts of a query that was parsed: of its outermost SELECT, the first one of a UNION."""
    from sqlglot import exp

    outer: Any = tree
    ordering = [tree]
    while not isinstance(outer, exp.Select):
        outer = outer.this
        ordering.append(outer)
    where, having, group = (outer.args.get(name) for name in ("where", "having", "group"))
    joins = outer.args.get("joins") or []
    conditions = [*_nodes([where, having, *(join.args.get("on") for join in joins)])]
    clauses = sum(1 for clause in (where, group) if clause is not None)
    clauses += sum(any(one.args.get(name) is not None for one in ordering) for name in ("order", "limit"))
    clauses += len(joins) + sum(isinstance(node, exp.Or | exp.Like | exp.ILike) for node in conditions)
    ordered = [one.args.get("order") for one in ordering]
    counted = [*_nodes([*outer.expressions, where, having, group, *ordered])]
    grouped = [] if group is None else [*group.expressions]
    others = [
        sum(isinstance(node, exp.AggFunc) for node in counted) > 1,
        len(outer.expressions) > 1,
        where is not None and sum(1 for _ in _conditions(where.this)) > 1,
        len(grouped) > 1,
    ]
    nested = sum(1 for _ in tree.find_all(exp.Select)) - 1
    return Components(clauses, nested, sum(others))


def _nodes(roots: "Iterable[exp.Expr | None]") -> "Iterator[exp.Expr]":
    """All nodes but those of queries within."""
    from sqlglot import exp

    for root in roots:
        if root is not None:
            yield from root.walk(prune=lambda node: isinstance(node, exp.Query))


def _conditions(node: "exp.Expr") -> "Iterator[exp.Expr]":
    """What AND and OR connect."""
    from sqlglot import exp

    if isinstance(node, exp.Connector | exp.Paren):
        for part in (node.this, node.args.get("expression")):
            if part is not None:
                yield from _conditions(part)
    else:
        yield node
