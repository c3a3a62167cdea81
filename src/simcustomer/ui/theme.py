"""Colours and type: system fonts only, so that the page asks no other site for anything."""

from __future__ import annotations

from gradio.themes import Base
from gradio.themes.utils import colors, sizes
from gradio.themes.utils.fonts import Font

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> Base:
    """The theme; the names behind `var` are set in styles/base.css, once for light and once for dark."""
    return Base(
        primary_hue=colors.teal,
        neutral_hue=colors.stone,
        radius_size=sizes.radius_md,
        font=[Font(name) for name in SANS],
        font_mono=[Font(name) for name in MONO],
    ).set(**_PAINT)


_PAIRS = {
    "body_background_fill": "var(--paper)",
    "body_text_color": "var(--ink)",
    "body_text_color_subdued": "var(--ink-soft)",
    "block_background_fill": "transparent",
    "block_label_text_color": "var(--ink)",
    "block_title_text_color": "var(--ink)",
    "block_info_text_color": "var(--ink-soft)",
    "input_background_fill": "var(--card)",
    "input_background_fill_focus": "var(--card)",
    "input_border_color": "var(--edge-strong)",
    "input_border_color_focus": "var(--accent)",
    "input_placeholder_color": "var(--ink-soft)",
    "checkbox_background_color": "var(--card)",
    "checkbox_background_color_selected": "var(--accent)",
    "checkbox_border_color": "var(--edge-strong)",
    "checkbox_border_color_selected": "var(--accent)",
    "checkbox_label_background_fill": "var(--card)",
    "checkbox_label_background_fill_hover": "var(--tint)",
    "checkbox_label_background_fill_selected": "var(--card)",
    "checkbox_label_border_color": "var(--edge-strong)",
    "checkbox_label_border_color_selected": "var(--accent)",
    "checkbox_label_text_color": "var(--ink)",
    "checkbox_label_text_color_selected": "var(--ink)",
    "button_primary_background_fill": "var(--accent)",
    "button_primary_background_fill_hover": "var(--accent-strong)",
    "button_primary_border_color": "var(--accent)",
    "button_primary_text_color": "var(--on-accent)",
    "button_primary_text_color_hover": "var(--on-accent)",
    "button_secondary_background_fill": "var(--card)",
    "button_secondary_background_fill_hover": "var(--tint)",
    "button_secondary_border_color": "var(--edge-strong)",
    "button_secondary_text_color": "var(--ink)",
    "button_secondary_text_color_hover": "var(--ink)",
    "button_cancel_background_fill": "var(--bad)",
    "button_cancel_background_fill_hover": "var(--bad-strong)",
    "button_cancel_border_color": "var(--bad)",
    "button_cancel_text_color": "var(--on-bad)",
    "button_cancel_text_color_hover": "var(--on-bad)",
}
_PAINT = (
    _PAIRS
    | {f"{name}_dark": value for name, value in _PAIRS.items()}
    | {
        "block_border_width": "0px",
        "block_shadow": "none",
        "input_border_width": "1px",
    }
)
