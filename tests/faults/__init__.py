"""Faults and attacks, counted: `python -m tests.faults` runs the long forms and writes docs/reliability.md; the tests run them in short."""
