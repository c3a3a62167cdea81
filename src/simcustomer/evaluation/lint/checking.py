"""Lints one persona file: loads it, puts every check to it, and says where in the file each fault stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from simcustomer.content_file import content_text, parse_content, read_content, shown_name
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import ContentError
from simcustomer.evaluation.lint import addresses, endings, facts, lines, occasions, repetition, secrets, sensitive
from simcustomer.evaluation.lint.finding import Fault, Finding
from simcustomer.library import name_problem
from simcustomer.yaml_tree import read_tree

_SCHEMA = "# yaml-language-server: $schema="


def lint_file(path: Path, rubric: Rubric) -> list[Finding]:
    """What is to mend in a persona file, in the order of its lines; one that cannot be loaded gives the reasons why."""
    try:
        persona = read_content(path, Persona)
    except ContentError as error:
        return [Finding.of_problem(path, problem) for problem in error.problems]
    text = content_text(path)
    findings = _findings(persona, rubric, text, path)
    if persona.id != path.stem:
        findings.append(Finding.of_problem(path, name_problem(path, persona.id)))
    if not text.startswith(_SCHEMA):
        what, remedy = "the file does not name its schema", f"begin it with {_SCHEMA}../docs/persona.schema.json"
        findings.append(Finding(file=shown_name(path), line=1, field=None, what=what, remedy=remedy, advice=True))
    return _in_order(findings)


def lint_text(text: str, rubric: Rubric, *, name: str) -> list[Finding]:
    """What is to mend in a persona that is in no file, as `lint_file` says it; `name` stands for the file."""
    try:
        persona = parse_content(text, Persona, name=name)
    except ContentError as error:
        return [Finding.of_problem(Path(name), problem) for problem in error.problems]
    return _in_order(_findings(persona, rubric, text, Path(name)))


def _findings(persona: Persona, rubric: Rubric, text: str, path: Path) -> list[Finding]:
    tree = read_tree(text, name=shown_name(path))
    return [Finding.of_fault(path, tree, fault) for fault in _faults(persona, rubric)]


def _in_order(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.line or 0)


def _faults(persona: Persona, rubric: Rubric) -> Iterator[Fault]:
    yield from occasions.faults(persona, rubric)
    yield from endings.faults(persona, rubric)
    yield from facts.faults(persona, rubric)
    yield from lines.faults(persona)
    yield from repetition.faults(persona)
    yield from secrets.faults(persona)
    yield from sensitive.faults(persona)
    yield from addresses.faults(persona)
