"""The grader lab: measurements and gradings that are ordered, run in a process of their own, and kept."""
