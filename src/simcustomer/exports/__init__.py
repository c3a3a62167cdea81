"""Sessions for other programs: JSONL, CSV, xAPI statements, and overridden levels as labels; see docs/exports.md."""

from simcustomer.exports.formats import FORMATS, MEDIA_TYPES, Format, exported
from simcustomer.exports.records import SessionRecord

__all__ = ["FORMATS", "MEDIA_TYPES", "Format", "SessionRecord", "exported"]
