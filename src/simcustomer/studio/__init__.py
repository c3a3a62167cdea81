"""The use cases of authors: writing, checking, trying and publishing personas and rubrics."""
