"""Row 8: content files that are made to be read wrongly, for too long, or from elsewhere."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import yaml

from simcustomer.content_file import parse_content
from simcustomer.domain.persona import Persona
from simcustomer.domain.publishing import ContentKind
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import ContentError, Problem, SimcustomerError
from simcustomer.evaluation.lint import lint_file, lint_text
from simcustomer.library import Library
from simcustomer.store import Drafts, Editions, open_store
from simcustomer.studio import Writing
from simcustomer.yaml_tree import MOST_VALUES, read_tree
from tests.conftest import ROOT
from tests.faults.row import Figure, Outcome, Row, none
from tests.studio.conftest import ANN
from tests.support.shortened import shortened

SECRET = "quince-4410-elsewhere"  # noqa: S105  # stands in a file that no content folder holds
BUILT: list[str] = []
"""What a tag that builds an object has built: nothing may ever be in it."""

SECONDS = 1.0
TIMED = 1_000
"""Files from which readings are timed: fewer are tried by a test, beside others that take its processor."""

LARGE = 10_000_000
BULK = 140_000
"""Bytes of a file that is as long as one may be: what is longer is never read."""


def built(what: str = "") -> None:
    """What the hostile tags name."""
    BUILT.append(what)


class Case(NamedTuple):
    """A file as bytes under a name, or a way to make it; `kind` is what is tried, `must_fail` that it is no content."""

    kind: str
    name: str
    made: bytes | Callable[[Path], None]
    must_fail: bool = True


NO_LINE = {
    "size": "the size and the most that a file may have (nothing of it is read)",
    "link": "that the link leads out of the folder (nothing of it is read)",
    "no file": "that it cannot be read, and why",
}
"""Kinds for which no line can be named, and what is said instead."""


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _case(kind: str, made: str) -> Case:
    return Case(kind, "evil", made.encode("utf-8", "surrogatepass"))


def _structures(text: str) -> Iterator[Case]:
    """What YAML can be made to do; `text` is that of a good persona."""
    yield _case("aliases", "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(30)))
    yield _case("aliases", f"{text}\nstory2: &x {{<<: *x}}\n")
    yield _case("aliases", text.replace("story:", "story: *story\nx:"))
    for deep in ("[" * 90_000, "{" * 90_000, "- " * 70_000, "? " * 70_000, "a: [" * 30_000, "!!seq [" * 20_000):
        yield _case("depth", f"id: {deep}\n")
    yield _case("depth", "".join(f"{' ' * at}a:\n" for at in range(500)))
    for tag in (
        "!!python/object/apply:tests.faults.test_content_attacks.built [x]",
        "!!python/object/new:tests.faults.test_content_attacks.built {args: [x]}",
        "!!python/name:tests.faults.test_content_attacks.built",
        "!!python/module:os",
        "!<tag:yaml.org,2002:python/object/apply:os.system> [touch /tmp/x]",
        "!!binary aGVsbG8=",
        "!!timestamp 2001-01-01",
        "!!set {a, b}",
        "!include /etc/passwd",
        "!!int x",
        "!!float []",
        "!!bool maybe",
        "!!bool ''",
        "!!int ''",
        "!!null x",
    ):
        yield _case("tags", text.replace("title:", f"title: {tag}\nold_title:"))
        yield _case("tags", f"{tag}\n")
    for name in ("id", "title", "mood", "lines", "facts"):
        yield _case("duplicate keys", f"{text}\n{name}: again\n")


def _values(text: str) -> Iterator[Case]:
    """What a good persona can be made to hold."""
    for wanted in (
        "../outside",
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        ".",
        "a/b",
        "evil\x00",
        "%2e%2e%2foutside",
        "con",
    ):
        yield _case("paths as ids", text.replace("id: ", f'id: "{wanted}"\nwas: ', 1).replace("\x00", "\\0"))
    for at in (0, len(text) // 2, len(text)):
        for odd in ("\x00", "\x07", "\ud800", "\ufffe", "\x1b[31m"):
            yield _case("characters", text[:at] + odd + text[at:])
    yield Case("characters", "evil", text.encode("utf-16"))
    yield Case("characters", "evil", text.encode()[:500] + b"\xff\xfe\xc0\xaf" + text.encode()[500:])
    for number in (
        "0x" + "f" * 40_000,
        "9" * 40_000,
        "0b" + "1" * 40_000,
        "1_" * 20_000 + "1",
        "1:" * 20_000 + "1",
        ".inf",
        ".nan",
        "1e999",
        "-1e999",
    ):
        yield _case("numbers", text.replace("volatility:", f"volatility: {number}\nold:", 1))
        yield _case("numbers", text.replace("version:", f"version: {number}\nold:", 1))
    for bulk in ("- a\n", "[],", "a: 1\n", "? a\n", "&a a: 1\n"):
        many = bulk * (BULK // len(bulk))
        yield _case("bulk", f"x: [{many}]" if "," in bulk else many)
    for sep in ("# c\n", "  b\n", "\n", "a ", "\\u0041", "''", "---\n", "%TAG ! tag:x,2000:\n", "\t", ":", "- - "):
        yield _case("bulk", f"id: {sep * (BULK // len(sep))}\n")
    yield _case("bulk", f"{'k' * BULK}: 1\n")
    yield _case("bulk", "x: [" + "a, " * (MOST_VALUES - 20) + "]\n")


def _files(text: str, outside: Path) -> Iterator[Case]:
    """What a file can be beside its text; `outside` is one in no content folder."""
    for part in (b"x", b"\x00", b"[", b"- a\n", b"a: &a\n"):
        yield Case("size", "evil", (part * LARGE)[:LARGE])
    for target in (str(outside), "/etc/passwd", "/dev/zero", "../outside.yaml", "/proc/self/environ"):
        yield Case("link", "evil", _link(target))
    yield Case("no file", "evil", _link("evil.yaml"))
    yield Case("no file", "evil", Path.mkdir)
    yield Case("no file", "evil", os.mkfifo)
    yield Case("case clash", "OK-AND", text.encode())
    yield Case("case clash", "Ok-And", text.encode())
    yield Case("case clash", "ok-and ", text.encode())
    yield Case("names", "evil\n\x1b[31m", text.encode())
    yield Case("names", os.fsdecode(b"\xff\xfe"), text.encode())


ODD = [
    *"\x00\t\r\n:#-?[]{}&*!|>'\"%@`,<= 0",
    "\u2028",
    "\ufeff",
    "\U0001f600",
    "\u202e",
    "&a ",
    "*a ",
    "!!x ",
    "? ",
    "- ",
    "|2\n",
    "<<: ",
    "~",
]


def _mutated(text: str, dice: random.Random) -> bytes:
    """A good file with some bytes cut, doubled, moved, or replaced by what means something in YAML."""
    made = text
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at, to = sorted(dice.randrange(len(made)) for _ in range(2))
        to = min(to, at + dice.choice((0, 1, 3, 40, 400)))
        part = made[at:to]
        new = dice.choice(
            (
                dice.choice(ODD),
                "",
                part * 2,
                part[::-1],
                dice.choice(ODD) * dice.choice((2, 30)),
                " " * dice.randrange(30),
            )
        )
        made = made[:at] + new + made[to:]
    return made.encode("utf-8", "replace")


Door = Callable[[Path, Case], str]


@dataclass
class Tally:
    """What was read, and what was said of it."""

    by_kind: Counter[str] = field(default_factory=Counter[str])
    taken: Counter[str] = field(default_factory=Counter[str])
    crashes: list[str] = field(default_factory=list[str])
    slow: list[str] = field(default_factory=list[str])
    without_line: list[str] = field(default_factory=list[str])
    accepted: list[str] = field(default_factory=list[str])
    escapes: list[str] = field(default_factory=list[str])
    slowest: float = 0.0
    readings: int = 0


def _short(text: str) -> str:
    """A persona with one entry in each of its lists."""
    held = read_tree(text, name="short").plain
    assert isinstance(held, dict)
    made = yaml.safe_dump(shortened(held), allow_unicode=True)
    parse_content(made, Persona, name="short")
    return made


@dataclass
class Desk:
    """A library of one file at a time, and the doors through which it is read."""

    folder: Path
    library: Library
    writing: Writing
    rubric: Rubric
    tally: Tally

    def put(self, case: Case) -> Path:
        """The case as a file of the folder."""
        path = self.folder / f"{case.name}.yaml"
        if isinstance(case.made, bytes):
            path.write_bytes(case.made)
        else:
            case.made(path)
        return path

    @property
    def doors(self) -> tuple[Door, ...]:
        """All of them."""
        return (self._loaded, self._linted, self._listed, self._typed)

    def tried(self, case: Case, doors: tuple[Door, ...] = ()) -> None:
        """Read a case through these doors, none for all, and take it away again."""
        path = self.put(case)
        self.tally.by_kind[case.kind] += 1
        for door in doors or self.doors:
            began, said = time.thread_time(), ""
            try:
                said = door(path, case)
            except SimcustomerError as error:
                said = str(error)
                self._blamed(case, door.__name__, error)
            except Exception as error:  # noqa: BLE001  # whatever comes is what is counted
                self.tally.crashes.append(f"{case.kind} {door.__name__}: {error!r:.150}")
            took = time.thread_time() - began
            self.tally.readings += 1
            self.tally.slowest = max(self.tally.slowest, took)
            if took >= SECONDS:
                self.tally.slow.append(f"{case.kind} {door.__name__}: {took:.1f} s")
            if not said.isascii() and said.encode("utf-8", "replace").decode() != said:
                self.tally.crashes.append(f"{case.kind} {door.__name__}: what is said cannot be printed")
            if SECRET in said or "root:x:" in said or BUILT:
                self.tally.escapes.append(f"{case.kind} {door.__name__}: {said[:100]}")

        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    def _blamed(self, case: Case, door: str, error: SimcustomerError) -> None:
        if case.kind in NO_LINE or not isinstance(error, ContentError):
            return
        problems = [problem for problem in error.problems if not (isinstance(problem, Problem) and problem.line)]
        self.tally.without_line += [f"{case.kind} {door}: {str(problem)[:120]}" for problem in problems]

    def _loaded(self, path: Path, case: Case) -> str:
        persona = self.library.persona(path.stem)
        self.tally.taken["loaded"] += 1
        if case.must_fail:
            self.tally.accepted.append(f"{case.kind}: {persona.title[:60]}")
        return persona.model_dump_json()

    def _linted(self, path: Path, case: Case) -> str:
        findings = lint_file(path, self.rubric)
        if case.kind not in NO_LINE:
            self.tally.without_line += [
                f"{case.kind} lint: {f!s:.120}" for f in findings if f.line is None and f.field is None
            ]
        if case.must_fail and not findings:
            self.tally.accepted.append(f"{case.kind}: lint")
        return " ".join(map(str, findings))

    def _listed(self, path: Path, case: Case) -> str:
        del case
        shelf = self.writing.shelf(ContentKind.PERSONA)
        opened = ""
        if any(each.id == path.stem for each in shelf):
            opened = self.writing.edit(ContentKind.PERSONA, path.stem, ANN).text
        return f"{shelf} {opened}"

    def _typed(self, path: Path, case: Case) -> str:
        """The same text pasted into a draft, and put up for publishing."""
        del path
        if not isinstance(case.made, bytes):
            return ""
        text = case.made.decode("utf-8", "surrogateescape")
        opened = self.writing.save(self.writing.new(ContentKind.PERSONA), text, ANN, tab="t", stamp=1)
        try:
            checked = self.writing.check(opened, opened.text)
        finally:
            self.writing.discard(opened.draft_id, ANN)
        if case.must_fail and not checked.problems and case.kind not in ("case clash", "names"):
            self.tally.accepted.append(f"{case.kind}: draft")
        return " ".join(map(str, checked.problems))


def measure(count: int, seed: int) -> Outcome:
    """Every attack that has a name, and mutations of the shipped personas up to `count` files in all."""
    BUILT.clear()
    tally, dice = Tally(), random.Random(seed)  # noqa: S311  # a run can be repeated
    shipped = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "personas").glob("*.yaml"))]
    book = (ROOT / "personas" / "ok-and.yaml").read_text(encoding="utf-8")
    short = _short(book)
    with tempfile.TemporaryDirectory() as name, closing(open_store(f"sqlite:///{name}/content.db")) as store:
        outside = Path(name) / "outside.yaml"
        outside.write_text(f"{SECRET}\n", encoding="utf-8")
        folder = Path(name) / "personas"
        folder.mkdir()
        editions = Editions(store.engine)
        library = Library(folder, ROOT / "rubrics", editions)
        desk = Desk(folder, library, Writing(library, editions, Drafts(store.engine)), library.rubric(), tally)
        named = [*_structures(book), *_values(book), *_files(book, outside)]
        # What lint loads when it is first asked is not what is measured.
        lint_text(book, desk.rubric, name="warm")
        for case in named if count >= len(named) else dice.sample(named, count - count // 4):
            desk.tried(case)
        for _ in range(count - tally.by_kind.total()):
            # One in fifty is as long as those that are shipped; the others leave time to try more of them.
            text = dice.choice(shipped) if dice.random() < 0.02 else short
            doors = (desk.doors[0], dice.choice(desk.doors[1:]))
            desk.tried(Case("mutations", "ok-and", _mutated(text, dice), must_fail=False), doors)
    return _outcome(tally)


def _outcome(tally: Tally) -> Outcome:
    files = tally.by_kind.total()
    timed = none("slow readings", tally.slow, tally.readings)
    kinds = ", ".join(f"{kind} {n:,}" for kind, n in tally.by_kind.most_common())
    said = "\n".join(f"- {kind}: {what}" for kind, what in NO_LINE.items())
    return Outcome(
        [
            none("readings that ended in an exception that is not ours", tally.crashes, tally.readings),
            none("hostile files that were taken for content", tally.accepted, files),
            none("refusals that name no line where one can be named", tally.without_line, tally.readings),
            none("readings of something outside the folder, or that ran code", tally.escapes, tally.readings),
            Figure(
                what="longest reading (processor time)",
                asked="under 1 s",
                measured=f"{tally.slowest:.2f} s",
                of=tally.readings,
                reached=timed.reached or files < TIMED,
            ),
        ],
        f"Files by kind: {kinds}. Of the mutations {tally.taken['loaded']:,} were still good content.\n\n"
        f"No line is named for these kinds, and said instead is:\n\n{said}",
    )


ROW = Row(
    number=8,
    title="Hostile content files",
    method="""\
Files that are made to be read wrongly, for too long or from elsewhere: alias bombs, depth, tags that would build objects, keys
set twice, paths as ids, characters that are none, numbers of 40,000 digits, bulk, 10 MB, links out of the folder, pipes and folders
named like files, names that differ in case; the rest are the shipped personas with bytes cut, doubled, moved or replaced by
what means something in YAML, most of them shortened to one entry a list. Each named attack goes through the library (as practice and
the terminal load it), `personas lint`, the studio's list and a new draft of it, and through a draft with the same text put up
for publishing; each mutation through the library and one of the others. What lint loads once is loaded before.""",
    full=10_000,
    measure=measure,
)


def test_hostile_content_is_refused_in_words() -> None:
    ROW.quick(16)
