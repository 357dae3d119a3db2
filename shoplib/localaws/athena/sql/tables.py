"""Which tables a query names."""

from collections.abc import Iterator

from sqlglot import exp


def table_references(query: exp.Expr) -> Iterator[exp.Table]:
    """Tables and views; names of WITH are none."""
    for node in list(query.find_all(exp.Table)):
        if isinstance(node.this, exp.Identifier) and not _is_common(node):
            yield node


def _is_common(node: exp.Table) -> bool:
    """Does the name mean a query of a WITH that is in sight?"""
    if node.db:
        return False
    child: exp.Expr = node
    parent = node.parent
    while parent is not None:
        common = parent.args.get("with_")
        if common is not None and node.name.lower() in _visible(common, child):
            return True
        if isinstance(parent, exp.With):
            # Within one of them: the grandparent would take all of them for visible.
            if node.name.lower() in _visible(parent, child):
                return True
            child = parent.parent or parent
            parent = child.parent
            continue
        child, parent = parent, parent.parent
    return False


def _visible(common: exp.With, child: exp.Expr) -> set[str]:
    """All of them from the query itself; from one of them those before it, and all where they may name themselves."""
    names = []
    for each in common.expressions:
        if each is child and not common.args.get("recursive"):
            break
        names.append(each.alias.lower())
        if each is child:
            break
    return set(names)


def used_columns(query: exp.Expr) -> set[str] | None:
    """Lower-case names of all columns that are named anywhere; None where a star stands for all."""
    for star in query.find_all(exp.Star):
        if not isinstance(star.parent, exp.Anonymous):
            return None
    return {part.name.lower() for column in query.find_all(exp.Column) for part in column.parts}
