"""Reads DMN 1.5 XML: inputs, decisions, knowledge models, tables; only trees of our own come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from ..feel.evaluate import Evaluation, Function
from ..feel.parse import FeelError, expression, unary_tests
from ..feel.tree import Literal, Node
from ..tables import HIT_POLICIES, Output, Row, Table

LARGEST = 20_000_000
"""Bytes of a model. A table of a hundred thousand rows fits."""

Logic = Callable[[Evaluation], Any]


class DmnError(ValueError):
    """A file that is not a model we can read; the sentence says what is wrong and where."""


@dataclass(frozen=True)
class Model:
    """Inputs by name, decisions by name (evaluated on demand, each once), functions by name."""

    inputs: frozenset[str]
    decisions: dict[str, Logic]
    functions: dict[str, Function]
    trees: dict[str, Node]
    tables: dict[str, Table]
    """The same decisions as what they are made of, for evaluating them in columns."""

    def decide(self, decision: str, inputs: dict[str, Any], missing: Any = None) -> Any:
        """The value of one decision. Inputs left out are null, as DMN has it, unless `missing` makes something else."""
        return self.evaluation(inputs, missing).scope(decision)

    def evaluation(self, inputs: dict[str, Any], missing: Any = None) -> Evaluation:
        decided: dict[str, Any] = {}

        def scope(name: str) -> Any:
            if name in self.inputs:
                return inputs.get(name, missing(name) if missing else None)
            if name in self.functions:
                return self.functions[name]
            if name not in decided:
                decided[name] = self._decided(name, run)
            return decided[name]

        run = Evaluation(scope)
        return run

    def _decided(self, name: str, run: Evaluation) -> Any:
        try:
            return self.decisions[name](run)
        except RecursionError:
            raise DmnError(f"“{name}”要用到它自己。") from None


def read_model(source: Path | bytes) -> Model:
    """The model in a file or its bytes. Entities and outside files are not followed."""
    content = source.read_bytes() if isinstance(source, Path) else source
    if len(content) > LARGEST:
        raise DmnError(f"文件有 {len(content)} 字节，最多 {LARGEST}。")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
        return _Reader(root).model()
    except etree.XMLSyntaxError as wrong:
        raise DmnError(f"不是完整的 XML：第 {wrong.lineno} 行，{wrong.msg}") from None
    except FeelError as wrong:
        raise DmnError(f"模型里的表达式读不懂：{wrong}") from None
    except RecursionError:
        raise DmnError("模型套得太深。") from None


def _logic(part: Node | Table) -> Logic:
    if isinstance(part, Table):
        return part.value
    return lambda run: run.value(part)


class _Reader:
    def __init__(self, root: Any) -> None:
        self.root = root
        for element in (
            *self._all("inputData"),
            *self._all("decision"),
            *self._all("businessKnowledgeModel"),
        ):
            if not element.get("name"):
                raise DmnError(f"第 {element.sourceline} 行的 {_tag(element)} 没有名字。")
        self.inputs = [e.get("name") for e in self._all("inputData")]
        self.names = [
            *self.inputs,
            *(e.get("name") for e in self._all("decision")),
            *self._parameters(),
            *self._parts(),
        ]

    def model(self) -> Model:
        parts = {e.get("name"): self._part(e) for e in self._all("decision")}
        self._refuse_cycles()
        functions = {e.get("name"): self._function(e) for e in self._all("businessKnowledgeModel")}
        return Model(
            frozenset(self.inputs),
            {name: _logic(part) for name, part in parts.items()},
            functions,
            {name: part for name, part in parts.items() if isinstance(part, Node)},
            {name: part for name, part in parts.items() if isinstance(part, Table)},
        )

    def _refuse_cycles(self) -> None:
        """A decision that needs itself would never end."""
        needs = {
            e.get("id"): [r.get("href", "#")[1:] for r in _under(e, "requiredDecision")]
            for e in self._all("decision")
        }
        done: set[str] = set()

        def visit(decision: str, path: tuple[str, ...]) -> None:
            if decision in path:
                raise DmnError(f"决策互相依赖，成了环：{' → '.join((*path, decision))}")
            for needed in () if decision in done else needs.get(decision, ()):
                visit(needed, (*path, decision))
            done.add(decision)

        for decision in needs:
            visit(decision, ())

    def _all(self, tag: str) -> list[Any]:
        return [e for e in self.root.iter() if _tag(e) == tag]

    def _parameters(self) -> Iterable[str]:
        return (e.get("name") for e in self._all("formalParameter"))

    def _parts(self) -> Iterable[str]:
        return (e.get("name") for e in self._all("itemComponent"))

    def _function(self, element: Any) -> Function:
        inner = _child(element, "encapsulatedLogic")
        if inner is None:
            raise DmnError(f"“{element.get('name')}”没有写内容。")
        parameters = tuple(e.get("name") for e in inner if _tag(e) == "formalParameter")
        return Function(parameters, _logic(self._part(inner)))

    def _part(self, element: Any) -> Node | Table:
        literal, table = _child(element, "literalExpression"), _child(element, "decisionTable")
        if literal is not None:
            return self._tree(_text(literal))
        if table is not None:
            return self._table(table, element.get("name") or "")
        raise DmnError(f"“{element.get('name')}”的写法还不支持，请用表达式或决策表。")

    def _tree(self, text: str) -> Node:
        return expression(text, self.names)

    def _table(self, element: Any, name: str) -> Table:
        inputs = [self._tree(_text(_child(e, "inputExpression"))) for e in element if _tag(e) == "input"]
        outputs = tuple(self._output(e, name) for e in element if _tag(e) == "output")
        rows = tuple(self._row(e, inputs) for e in element if _tag(e) == "rule")
        return Table(_hit_policy(element), outputs, rows)

    def _output(self, element: Any, name: str) -> Output:
        allowed, default = _child(element, "outputValues"), _child(element, "defaultOutputEntry")
        listed = expression(f"[{_text(allowed)}]") if allowed is not None else None
        values = tuple(v.value for v in listed.parts() if isinstance(v, Literal)) if listed else ()
        return Output(
            element.get("name") or name, values, None if default is None else self._tree(_text(default))
        )

    def _row(self, element: Any, inputs: list[Node]) -> Row:
        cells = [e for e in element if _tag(e) == "inputEntry"]
        if len(cells) != len(inputs):
            raise DmnError(f"决策表有 {len(inputs)} 列条件，这一行写了 {len(cells)} 个。")
        conditions = tuple(unary_tests(_text(c), i, self.names) for c, i in zip(cells, inputs, strict=True))
        return Row(conditions, tuple(self._tree(_text(e)) for e in element if _tag(e) == "outputEntry"))


_HITS = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
_AGGREGATIONS = {"SUM": "+", "MIN": "<", "MAX": ">", "COUNT": "#"}


def _hit_policy(element: Any) -> str:
    hit = _HITS.get(element.get("hitPolicy", "UNIQUE"), "") + _AGGREGATIONS.get(
        element.get("aggregation", ""), ""
    )
    if hit not in HIT_POLICIES:
        raise DmnError(f"不认识的命中策略“{element.get('hitPolicy')}”。")
    return hit


def _tag(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _child(element: Any, tag: str) -> Any:
    return next((e for e in element if _tag(e) == tag), None)


def _under(element: Any, tag: str) -> list[Any]:
    return [e for e in element.iter() if _tag(e) == tag]


def _text(element: Any) -> str:
    """The text of an entry, `-` when it is left empty."""
    inner = None if element is None else _child(element, "text")
    text = (inner.text or "").strip() if inner is not None else ""
    return text or "-"
