"""Row 12: formulas in exports."""

from __future__ import annotations

import csv
import os
import random
import re
import shutil
import subprocess
import unicodedata
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import iterparse

import pytest

from simcustomer.library import Library
from simcustomer.store import open_store
from tests.cli.test_cli import SIMCUSTOMER
from tests.conftest import ROOT
from tests.faults.row import Figure, Outcome, Row, none
from tests.test_store import new_session

METHOD = """
Titles and names of customers, which authors write and which get into cells, begin with a sign of a formula (plain, full-width,
small, raised) after nothing, blanks, tabs, line breaks, invisible characters or a byte-order mark, or try to end their cell.
`simcustomer export --format csv` writes them; LibreOffice opens the file with commas between cells and formulas allowed, and
saves it as XML, in which formula cells are counted. The same cells written without our marks are counted as well: if those held
no formula either, nothing would be shown. There is no XLSX export.
"""

BLANKS = ("", " ", "  ", "\t", "\r", "\n", "\r\n", "\u00a0", "\u3000", "\x0b", "\x1f")
INVISIBLE = ("\u200b", "\ufeff", "\u2060", "\u00ad", "\u200f", " \t\ufeff")
LEADS = BLANKS + INVISIBLE
SIGNS = (
    "=",
    "+",
    "-",
    "@",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    "\ufe66",
    "\ufe62",
    "\ufe63",
    "\ufe6b",
    "\u207a",
    "\u208c",
)
REST = ("1+1", "SUM(A1:A9)", "cmd|' /C calc'!A0", 'HYPERLINK("http://example.org";"x")', "2+5+cmd|' /C calc'!A0", "A1")
BREAKERS = ('",=1+1,"', ";=1+1", "x\n=1+1", "x\r=1+1", '"\r\n=1+1', "x\t=1+1", "'=1+1", "'\r\n=1+1,\"", "\u2028=1+1")
FORMULA = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}formula"
CELL = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-cell"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
ALLOWED = "CSV:44,34,76,1,,0,false,false,false,false,false,-1,true"
"""Commas, quotes, UTF-8, and formulas evaluated, which is the worst a reader can choose."""


def hostile(count: int, seed: int) -> list[str]:
    """So many cells, all leads and signs among them as far as there is room."""
    dice = random.Random(seed)  # noqa: S311
    bare = [sign + rest for sign in SIGNS for rest in REST]
    made = [*bare, *(lead + sign + dice.choice(REST) for lead in LEADS for sign in SIGNS), *BREAKERS]
    dice.shuffle(made)
    while len(made) < count:
        made.append(dice.choice(LEADS) + dice.choice(LEADS) + dice.choice(SIGNS) + dice.choice(REST))
    return made[:count]


def exported(cells: list[str], folder: Path) -> Path:
    """The export of sessions in which these are titles and names of customers, two a session."""
    library = Library(ROOT / "personas", ROOT / "rubrics")
    persona, rubric = library.persona("no-heat-third-visit"), library.rubric()
    url, out = f"sqlite:///{folder / 'own.db'}", folder / "out.csv"
    with closing(open_store(url)) as store:
        for at in range(0, len(cells), 2):
            title, name = cells[at], cells[min(at + 1, len(cells) - 1)]
            store.add(new_session(persona.model_copy(update={"title": title, "name": name}), rubric, "o"))
    environment = os.environ | {"SIMCUSTOMER_DATABASE_URL": url}
    command = [str(SIMCUSTOMER), "export", "--format", "csv", "-o", str(out)]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    return out


def formulas_in(path: Path) -> tuple[int, int]:
    """Cells that LibreOffice takes for formulas, and all that hold something."""
    profile = f"-env:UserInstallation=file://{path.parent / 'profile'}"
    command = [
        "soffice",
        profile,
        "--headless",
        f"--infilter={ALLOWED}",
        "--convert-to",
        "fods",
        "--outdir",
        str(path.parent),
    ]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False, timeout=600)
    saved = path.with_suffix(".fods")
    assert saved.is_file(), done.stderr
    formulas = filled = 0
    for _, element in iterparse(saved):  # noqa: S314  # made a moment ago by a program of this machine
        if element.tag == CELL:
            formulas += FORMULA in element.attrib
            filled += element.find(TEXT) is not None
    return formulas, filled


def first_signs(path: Path) -> list[str]:
    """Cells that begin with a sign after what a spreadsheet drops, or with what begins a cell when it is pasted."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    found: list[str] = []
    for cell in cells:
        if re.fullmatch(r"-?[\d.]+", cell):
            continue
        seen = next((c for c in cell if unicodedata.category(c)[0] not in "ZC"), "")
        if unicodedata.normalize("NFKC", seen)[:1] in tuple("=+-@") or cell[:1] in ("\t", "\r", "\n"):
            found.append(repr(cell))
    return found


def measure(count: int, seed: int) -> Outcome:
    """Export hostile cells and read them back; with LibreOffice where many are asked for."""
    cells = hostile(count, seed)
    with TemporaryDirectory() as name:
        path = exported(cells, Path(name))
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        written = [cell for row in rows for cell in (row["title"], row["customer"])]
        assert len(rows) == (len(cells) + 1) // 2
        changed = [repr(c) for c in cells if c not in written and f"'{c}" not in written]
        figures = [
            none("cells that begin like a formula", first_signs(path), len(cells)),
            none("cells whose text is another than was written", changed, len(cells)),
        ]
        if count < 100:
            return Outcome(figures)
        assert shutil.which("soffice"), "the long form needs LibreOffice: apt-get install libreoffice-calc"
        plain = Path(name) / "plain.csv"
        with plain.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([cell] for cell in cells)
        formulas, filled = formulas_in(path)
        control, _ = formulas_in(plain)
        assert filled >= len(cells)
    figures.append(none("formula cells in LibreOffice", ["a formula"] * formulas, len(cells)))
    figures.append(
        Figure(
            what="the same cells without our marks",
            asked="1 or more",
            measured=str(control),
            of=len(cells),
            reached=control > 0,
        )
    )
    return Outcome(figures)


ROW = Row(number=12, title="Formulas in exports", method=METHOD, full=500, measure=measure)


def test_no_exported_cell_is_a_formula() -> None:
    ROW.quick(60)


@pytest.mark.parametrize("cell", ["=1", " =1", "\t1", "\r=1", "\ufeff=1", "\uff1d1"])
def test_the_look_finds_what_is_not_marked(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerow([cell])
    assert first_signs(path) == [repr(cell)]
