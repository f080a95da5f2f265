"""The page's colours and fonts. Text stands out from its ground by 4.5 : 1 or more, in light and in dark (WCAG AA)."""

from __future__ import annotations

import gradio as gr

# Fonts of the machine: they have Chinese, and nothing is fetched for them.
_FONTS = ("system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Consolas", "monospace")
_FAINT, _FAINT_DARK = "#52525b", "#b4b4bd"
_ACCENT, _ACCENT_DARK = "#c2410c", "#fb923c"


def page_theme() -> gr.themes.Base:
    """Gradio's own theme with what is too faint in it made darker."""
    return gr.themes.Default(font=_FONTS, font_mono=_MONO).set(
        button_primary_background_fill=_ACCENT, button_primary_background_fill_dark=_ACCENT,
        button_primary_background_fill_hover="#9a3412", button_primary_background_fill_hover_dark="#9a3412",
        button_primary_text_color="#ffffff", button_primary_text_color_dark="#ffffff",
        link_text_color="#1d4ed8", link_text_color_dark="#93c5fd",
        link_text_color_hover="#1e40af", link_text_color_hover_dark="#bfdbfe",
        link_text_color_visited="#1d4ed8", link_text_color_visited_dark="#93c5fd",
        body_text_color_subdued=_FAINT, body_text_color_subdued_dark=_FAINT_DARK,
        block_info_text_color=_FAINT, block_info_text_color_dark=_FAINT_DARK,
        input_placeholder_color=_FAINT, input_placeholder_color_dark=_FAINT_DARK,
        block_label_text_color=_FAINT, block_label_text_color_dark=_FAINT_DARK,
        block_title_text_color="#27272a", block_title_text_color_dark="#f4f4f5",
        color_accent=_ACCENT,
    )  # fmt: skip
