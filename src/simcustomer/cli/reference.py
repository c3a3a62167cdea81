"""Writes the command-line reference from the commands themselves: `python -m simcustomer.cli.reference`."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from simcustomer.cli import app

_HEAD = """# Command line

Made by `python -m simcustomer.cli.reference`; change the commands, not this file.

Exit codes: 0 good, 1 a finding (lint, beyond advice; bench, doctor, eval compare), 2 bad usage or input.
Progress is shown on a terminal only.
"""


def reference() -> str:
    """The help of every command, as Markdown."""
    root = typer.main.get_command(app)
    parts = [_HEAD, *_sections(root, "simcustomer")]
    return "\n".join(parts)


def _sections(command: object, path: str) -> Iterator[str]:
    context = typer.Context(command, info_name=path, terminal_width=100, max_content_width=100)  # type: ignore[arg-type]
    yield f"## {path}\n\n```text\n{context.get_help()}\n```\n"
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from _sections(child, f"{path} {name}")


if __name__ == "__main__":
    print(reference(), end="")  # noqa: T201  # this is what the module is for
