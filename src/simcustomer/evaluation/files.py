"""Output files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TextIO, cast

from simcustomer.errors import InvalidInput


@contextmanager
def written(path: Path) -> Generator[TextIO]:
    """A text stream that becomes `path` when the block ends well; an interrupted run leaves what was there before.

    Raises InvalidInput where the file cannot be written.
    """
    if path.is_dir():
        raise InvalidInput(f"{path}: is a folder. Name a file to write.")
    try:
        stream = NamedTemporaryFile(  # noqa: SIM115  # closed before it is renamed
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        )
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written ({error.strerror}). Choose another place for it.") from error
    done = False
    try:
        with stream:
            yield cast(TextIO, stream)
            stream.flush()
            os.fsync(stream.fileno())
        _publish(Path(stream.name), path)
        done = True
    finally:
        if not done:
            Path(stream.name).unlink(missing_ok=True)


def _publish(made: Path, path: Path) -> None:
    if path.exists() and not path.is_file():
        # A device or pipe (/dev/stdout) is written to, not replaced.
        path.write_text(made.read_text(encoding="utf-8"), encoding="utf-8")
        made.unlink()
        return
    umask = os.umask(0)
    os.umask(umask)
    made.chmod(0o666 & ~umask)
    made.replace(path)
