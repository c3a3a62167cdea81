"""Grading in bulk: in parts, on one machine or a Ray cluster, or by the batch tokens of a model server; each run can be taken up again."""
