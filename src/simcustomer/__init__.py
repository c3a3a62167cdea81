"""Practise hard customer conversations with a simulated customer, graded with evidence."""

__version__ = "0.1.0"
