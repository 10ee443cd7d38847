"""How the page looks: system fonts only, colours of the theme only, so that light and dark both hold."""

from typing import Any

from .look import DARK, LIGHT, PIECES_CSS
from .plots import PLOT_CSS
from .run_figures import RUN_FIGURES_CSS

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
FIXED_FONTS = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")


def theme() -> Any:
    """The theme; its fonts are those of the system, so that the browser fetches none."""
    import gradio as gr

    base = gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        secondary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=[gr.themes.Font(name) for name in FONTS],
        font_mono=[gr.themes.Font(name) for name in FIXED_FONTS],
    )
    return base.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="white",
        button_secondary_background_fill="white",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_border_color="*neutral_300",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_border_color_dark="*neutral_600",
        button_border_width="1px",
        button_primary_border_color="*primary_700",
        color_accent="*primary_700",
        layout_gap="12px",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
    )


FRAME_CSS = """
.gradio-container { max-width: 1560px !important; padding: 0 !important; }
.gradio-container > .main { padding: 14px 24px 28px; }
.gradio-container textarea::placeholder { color: var(--body-text-color-subdued); opacity: 1; }
.gradio-container .html-container { padding: 0; }
.gradio-container .block:has(> .html-container > div:empty) { display: none; }
.gradio-container .tabitem { padding-top: 12px; }
.gradio-container .tabitem button { white-space: normal; overflow-wrap: anywhere; }
#df-files .wrap { font-size: .9rem; line-height: 1.35; padding-top: 6px; }
#df-words textarea { min-height: 62px; }
#df-why { align-self: flex-end; flex-grow: 0; min-width: 110px !important; }
#df-hints button { flex-grow: 0; }
#df-chat button[aria-label="Clear"] { display: none; }
@media (min-width: 900px) { #df-left { position: sticky; top: 10px; align-self: flex-start; } }
@media (max-width: 640px) { .gradio-container > .main { padding: 10px 10px 24px; } }
"""
COLOURS_CSS = f""".gradio-container {{ {LIGHT} }}
.dark, .dark .gradio-container {{ {DARK} }}"""
CSS = FRAME_CSS + COLOURS_CSS + PIECES_CSS + PLOT_CSS + RUN_FIGURES_CSS
