"""Small words of the zen peer: what a policy's expressions are made of, and the graph they stand in."""

from __future__ import annotations

from typing import Any

from size_floors import CLASSES, FLOORS, MICRO

Expressions = dict[str, str]
"""A node's results by name, in order; `$.name` means an earlier result of the same node."""

Json = dict[str, Any]


def share(part: str, whole: str, otherwise: int = -1) -> str:
    """The quotient; where there is nothing to divide by, a number that meets no condition."""
    return f"({whole} != 0 ? ({part}) / ({whole}) : {otherwise})"


def at_least(measure: str, bands: dict[float, int]) -> str:
    """Points of the first band (highest first) whose lower end the measure reaches."""
    return "(" + "".join(f"{measure} >= {end} ? {points} : " for end, points in bands.items()) + "0)"


def at_most(measure: str, bands: dict[float, int]) -> str:
    """The same for bands that are better the lower they are."""
    return "(" + "".join(f"{measure} <= {end} ? {points} : " for end, points in bands.items()) + "0)"


def every(*conditions: str) -> str:
    return " and ".join(f"({condition})" for condition in conditions)


def some(*conditions: str) -> str:
    return " or ".join(f"({condition})" for condition in conditions)


def money(amount: str, due: str = "") -> str:
    """Rounded to the fen; where it is not `due`, none."""
    return f"{due} ? round({amount}, 6) : null" if due else f"round({amount}, 6)"


def graph(policies: dict[str, Expressions]) -> Json:
    """The firm goes into the table of sizes and into every policy; the policies' results come out together."""
    nodes = [_node("firm", "inputNode", {}), _node("sizes", "decisionTableNode", _sizes())]
    nodes += [_node(name, "expressionNode", _content(results)) for name, results in policies.items()]
    nodes.append(_node("answers", "outputNode", {}))
    edges = [("firm", "sizes"), *(("firm", name) for name in policies)]
    edges += [("sizes", name) for name, results in policies.items() if _asks_size(results)]
    edges += [(name, "answers") for name in policies]
    return {"nodes": nodes, "edges": [_edge(*ends) for ends in edges]}


def _node(name: str, type: str, content: Json) -> Json:
    return {"id": name, "name": name, "type": type, "content": content}


def _edge(source: str, target: str) -> Json:
    return {"id": f"{source}>{target}", "type": "edge", "sourceId": source, "targetId": target}


def _content(results: Expressions) -> Json:
    return {"expressions": [{"id": name, "key": name, "value": formula} for name, formula in results.items()]}


def _asks_size(results: Expressions) -> bool:
    return any("size_class" in formula for formula in results.values())


def _sizes() -> Json:
    """The table of 48 rows: the first that fits gives the class, and the last fits every firm."""
    facts = ("size_industry", "employees", "revenue_y0", "assets_y0")
    rows = [
        {"_id": f"{industry}:{size}", "size_industry": f'"{industry}"', **_cells(facts[1:], classes[place])}
        | {"size_class": str(size)}
        for place, size in enumerate(CLASSES)
        for industry, classes in FLOORS.items()
    ]
    return {
        "hitPolicy": "first",
        "inputs": [{"id": fact, "name": fact, "field": fact} for fact in facts],
        "outputs": [{"id": "size_class", "name": "size_class", "field": "size_class"}],
        "rules": [*rows, {"_id": "micro", "size_class": str(MICRO)} | dict.fromkeys(facts, "")],
    }


def _cells(facts: tuple[str, ...], floors: tuple[int | None, ...]) -> dict[str, str]:
    return {fact: "" if floor is None else f">= {floor}" for fact, floor in zip(facts, floors)}
