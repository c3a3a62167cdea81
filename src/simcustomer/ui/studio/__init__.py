"""The studio, a room of the web app for authors of personas and rubrics."""

from simcustomer.ui.studio.controls import build
from simcustomer.ui.studio.pages import PATH

__all__ = ["PATH", "build"]
