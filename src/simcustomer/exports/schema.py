"""Writes the JSON schema of a line of the JSONL export: `python -m simcustomer.exports.schema`."""

from __future__ import annotations

import json
import sys

from simcustomer.exports.records import SessionRecord


def schema() -> str:
    """The schema, as docs/session.schema.json has it."""
    return json.dumps(SessionRecord.model_json_schema(mode="serialization"), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema())
