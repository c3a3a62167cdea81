"""The formats of an export, each as text that comes piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args

from simcustomer.exports.labels import rated
from simcustomer.exports.records import SessionRecord
from simcustomer.exports.spreadsheet import rows
from simcustomer.exports.xapi import statements
from simcustomer.store import Archive, Kept, Selection

Format = Literal["jsonl", "csv", "xapi", "labels"]
FORMATS: tuple[Format, ...] = get_args(Format)

MEDIA_TYPES: dict[Format, tuple[str, str]] = {
    "jsonl": ("application/x-ndjson", "jsonl"),
    "csv": ("text/csv", "csv"),
    "xapi": ("application/json", "json"),
    "labels": ("application/x-ndjson", "jsonl"),
}
"""Media type and ending of a file of each format."""


def exported(
    archive: Archive, selection: Selection, form: Format, *, home: str, names: Mapping[str, str]
) -> Iterator[str]:
    """The selected sessions in a format, a bounded number of them held at a time.

    `home` is the address of the system, which xAPI names people and activities under; `names` has people's names by id.
    """
    if form == "labels":
        selection = Selection(selection.owners, selection.since, selection.until, overridden_only=True)
    kept = archive.sessions(selection)
    if form == "csv":
        # A spreadsheet knows by the mark that the file is UTF-8.
        yield "\ufeff"
        yield from rows(
            (SessionRecord.of(each, names.get(each.session.owner)) for each in kept), archive.rubrics(selection)
        )
    elif form == "jsonl":
        for each in kept:
            yield SessionRecord.of(each, names.get(each.session.owner)).model_dump_json() + "\n"
    elif form == "xapi":
        yield from _array(kept, home=home, names=names)
    else:
        for each in kept:
            if found := rated(each.session):
                yield found.model_dump_json() + "\n"


def _array(kept: Iterable[Kept], *, home: str, names: Mapping[str, str]) -> Iterator[str]:
    before = "[\n"
    for each in kept:
        for statement in statements(each.session, home=home, names=names):
            yield before + statement.written()
            before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
