"""What engineers and authors run: grading of files, rehearsals, checks of content."""
