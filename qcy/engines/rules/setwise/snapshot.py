"""The register in one file: Arrow IPC, memory-mapped, in stretches of rows with their bounds beside them.

A column is a fact at a day (`ip1`) or of a year (`revenue:2025`); which year a rule's `revenue_y0` means depends on
the day of the application, so names are bound when the file is opened. Where a value comes from stands beside it
in `NAME@source`, `NAME@on` and `NAME@grade`; those columns are read only when somebody asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

from ..facts import Dictionary, FactKind, Told
from .columns import EXACT, Array, Column, Firms, ends_of, fits

STRETCH = 32_768
"""Rows written together: what the evaluator works on at a time, small enough for a processor's cache."""

FORMAT = 1

YEARS_BACK = {
    "本年度": 0,
    "上年和本年": 0,
    "上年": 1,
    "上年末": 1,
    "上年度": 1,
    "上一完整年度": 1,
    "纳税年度": 1,
    "每年": 1,
    "一年": 1,
    "前年度": 2,
    "再前年度": 3,
    "三年前": 4,
}
"""Which fiscal year a fact's period means, counted back from the year of the application."""

_ENDINGS = ("_y0", "_y1", "_y2", "_y3", "_prev")


class SnapshotError(ValueError):
    """The file cannot be used; the sentence says why."""


def base_name(kind: FactKind) -> str:
    """The name under which the register keeps a fact: `revenue` for `revenue_y0`."""
    if kind.period in YEARS_BACK:
        for ending in _ENDINGS:
            if kind.name.endswith(ending):
                return kind.name.removesuffix(ending)
    return kind.name


def column_name(kind: FactKind, on: date) -> str:
    """The snapshot's column for a fact in an application of that day."""
    back = YEARS_BACK.get(kind.period)
    return base_name(kind) if back is None else f"{base_name(kind)}:{on.year - back}"


@dataclass(frozen=True)
class Stretch:
    """Rows to write: ids, a column of steps or places per name (missing: NaN or -1), and where values come from."""

    ids: Sequence[str]
    columns: Mapping[str, Array]
    provenance: Mapping[str, tuple[Array, Array, Array]]
    """Name -> places in the list of sources, days (ordinals), grades (code points); 0 where there is no value."""


@dataclass(frozen=True)
class Layout:
    """What every stretch has: columns with the fact they hold, the words of texts, the sources."""

    columns: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    sources: tuple[str, ...] = ()
    state: str = ""
    """How far the register had been read when the file was written."""


@contextmanager
def writing(path: Path, layout: Layout, dictionary: Dictionary) -> Iterator[Writer]:
    """Writes a new file beside the old one and puts it in place when everything is there."""
    unfinished = path.with_name(path.name + ".part")
    writer = Writer(unfinished, layout, dictionary)
    try:
        yield writer
    except BaseException:
        writer.close()
        unfinished.unlink(missing_ok=True)
        raise
    writer.close()
    unfinished.replace(path)


class Writer:
    def __init__(self, path: Path, layout: Layout, dictionary: Dictionary) -> None:
        self.layout, self.dictionary = layout, dictionary
        fields = [pa.field("id", pa.string())]
        for name, fact in layout.columns.items():
            fields.append(pa.field(name, _arrow_type(dictionary[fact])))
            fields += [pa.field(f"{name}@{part}", kind) for part, kind in _PROVENANCE.items()]
        about = {"format": FORMAT, "columns": dict(layout.columns), "words": dict(layout.words)}
        about |= {"sources": layout.sources, "state": layout.state}
        self.schema = pa.schema(fields, metadata={"qcy": json.dumps(about, ensure_ascii=False)})
        self._file = pa.OSFile(str(path), "wb")
        self._writer = ipc.new_file(self._file, self.schema)

    def write(self, stretch: Stretch) -> None:
        arrays: list[Any] = [pa.array(stretch.ids, pa.string())]
        bounds: dict[str, tuple[int, int]] = {}
        for name, fact in self.layout.columns.items():
            values = stretch.columns[name]
            arrays.append(pa.array(values, _arrow_type(self.dictionary[fact])))
            found = stretch.provenance.get(name)
            zeros = np.zeros(len(values))
            for place, kind in enumerate(_PROVENANCE.values()):
                arrays.append(pa.array((found[place] if found else zeros).astype(kind.to_pandas_dtype())))
            ends = ends_of(values) if values.dtype.kind == "f" else None
            if ends is not None:
                bounds[name] = _accepted(name, self.dictionary[fact], ends)
        batch = pa.record_batch(arrays, schema=self.schema)
        self._writer.write_batch(batch, custom_metadata={"bounds": json.dumps(bounds)})

    def take_over(self, old: Snapshot, number: int) -> None:
        """A stretch of another file with the same columns, as it is."""
        batch, bounds = old.batch(number)
        self._writer.write_batch(batch.cast(self.schema), custom_metadata={"bounds": json.dumps(bounds)})

    def close(self) -> None:
        self._writer.close()
        self._file.close()


_PROVENANCE = {"source": pa.int32(), "on": pa.int32(), "grade": pa.uint8()}


def _arrow_type(kind: FactKind) -> Any:
    if kind.type == "bool":
        return pa.int8()
    return pa.int32() if kind.type in {"enum", "text"} else pa.float64()


def _accepted(name: str, kind: FactKind, ends: tuple[int, int]) -> tuple[int, int]:
    if max(-ends[0], ends[1]) >= EXACT:
        raise SnapshotError(f"{kind.zh}（{name}）：数值太大，不能准确保存。")
    if not fits(kind, ends):
        raise SnapshotError(f"{kind.zh}（{name}）：有的数值超出了这项数据允许的范围，请核对后重新生成。")
    return ends


class Snapshot:
    """An open snapshot. Values are read from the file when they are used; nothing is copied."""

    def __init__(self, path: Path, dictionary: Dictionary) -> None:
        self.dictionary = dictionary
        try:
            self._reader = ipc.open_file(pa.memory_map(str(path)))
            self.layout = self._read_layout(path)
            found = [
                self._reader.get_batch_with_custom_metadata(n) for n in range(self._reader.num_record_batches)
            ]
            self._batches = [
                batch for batch, _ in found
            ]  # kept: to read one anew costs as much as a small policy
            self._bounds = [_bounds_in(metadata) for _, metadata in found]
            self.bounds = self._accepted_bounds()
        except (OSError, pa.ArrowException, LookupError, TypeError, ValueError, AttributeError) as wrong:
            if isinstance(wrong, SnapshotError):
                raise
            raise SnapshotError(f"{path} 不是企业数据快照，或者没有写完。") from None
        self.sizes = [batch.num_rows for batch in self._batches]

    def _read_layout(self, path: Path) -> Layout:
        about = json.loads(self._reader.schema.metadata[b"qcy"])
        if about["format"] != FORMAT:
            raise SnapshotError(f"{path} 的格式是 {about['format']}，这里只能读 {FORMAT}。请重新生成。")
        words = {name: tuple(found) for name, found in about["words"].items()}
        for name, fact in about["columns"].items():
            if self._reader.schema.field(name).type != _arrow_type(self.dictionary[fact]):
                raise SnapshotError(f"{path} 里“{name}”的类型不对，请重新生成。")
        return Layout(about["columns"], words, tuple(about["sources"]), about["state"])

    def _accepted_bounds(self) -> dict[str, tuple[int, int]]:
        """The dictionary may have other bounds than the one with which the file was written."""
        found = _merged(self._bounds)
        kinds = ((name, self.dictionary[self.layout.columns[name]]) for name in found)
        return {name: _accepted(name, kind, found[name]) for name, kind in kinds}

    def absent(self, on: date, names: Iterable[str]) -> list[str]:
        """Columns that the named facts mean on that day and the file does not have: of years it knows nothing of."""
        bound = [column_name(self.dictionary[name], on) for name in names]
        return sorted({c for c in bound if ":" in c and c not in self.layout.columns})

    @property
    def count(self) -> int:
        return sum(self.sizes)

    def stretches(self, on: date, names: Iterable[str]) -> Iterator[Firms]:
        """The firms stretch by stretch, with the columns the named facts mean on that day."""
        bound = {name: column_name(self.dictionary[name], on) for name in names}
        for batch in self._batches:
            yield Firms(batch.num_rows, dict(self._columns(batch, bound)))

    def _columns(self, batch: Any, bound: Mapping[str, str]) -> Iterator[tuple[str, Column]]:
        for name, column in bound.items():
            if column in self.layout.columns:
                values = batch.column(column).to_numpy(zero_copy_only=True)
                least, most = self.bounds.get(column, (0, 0))
                kind = self.dictionary[name]
                yield name, Column(kind, values, self.layout.words.get(column, kind.values), least, most)

    def ids(self) -> Iterator[list[str]]:
        for batch in self._batches:
            yield batch.column("id").to_pylist()

    def told(self, row: int, on: date, names: Iterable[str]) -> dict[str, Told]:
        """The facts of one firm with where they come from."""
        number = 0
        while row >= self.sizes[number]:
            row -= self.sizes[number]
            number += 1
        batch = self._batches[number]
        bound = {name: column_name(self.dictionary[name], on) for name in names}
        found = {name: (column, column.value(row)) for name, column in self._columns(batch, bound)}
        return {
            name: self._told(batch, bound[name], row, value)
            for name, (_, value) in found.items()
            if value is not None
        }

    def _told(self, batch: Any, column: str, row: int, value: Any) -> Told:
        source, day, grade = (batch.column(f"{column}@{part}")[row].as_py() for part in _PROVENANCE)
        known = self.layout.sources[source] if source < len(self.layout.sources) else ""
        return Told(value, known, date.fromordinal(day) if day else None, chr(grade) if grade else "")

    def batch(self, number: int) -> tuple[Any, dict[str, tuple[int, int]]]:
        """A stretch as Arrow holds it, with its bounds."""
        return self._batches[number], self._bounds[number]


def _bounds_in(metadata: Mapping[bytes, bytes]) -> dict[str, tuple[int, int]]:
    found = json.loads(metadata[b"bounds"])
    return {name: (least, most) for name, (least, most) in found.items()}


def _merged(all_bounds: Iterable[Mapping[str, tuple[int, int]]]) -> dict[str, tuple[int, int]]:
    merged: dict[str, tuple[int, int]] = {}
    for bounds in all_bounds:
        for name, (least, most) in bounds.items():
            before = merged.get(name, (least, most))
            merged[name] = (min(before[0], least), max(before[1], most))
    return merged
