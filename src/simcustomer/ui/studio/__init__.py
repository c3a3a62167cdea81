"""The studio, a room of the web app for authors of personas and rubrics."""

from simcustomer.ui.studio.room import PATH, build

__all__ = ["PATH", "build"]
