"""Pages that are one file and need nothing else: no script, no font, no picture from anywhere."""

from .look import DARK, LIGHT, PIECES_CSS
from .plots import PLOT_CSS
from .web_markup import Markup, element, joined

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
PAGE_CSS = f"""
:root {{ color-scheme: light dark; {LIGHT}
  --page: #f8fafc; --sheet: #ffffff; --body-text-color: #0f172a; --body-text-color-subdued: #52607a;
  --border-color-primary: #dbe2ea; --background-fill-secondary: #f1f5f9; --color-accent: #0f766e; }}
@media (prefers-color-scheme: dark) {{ :root {{ {DARK}
  --page: #020617; --sheet: #0f172a; --body-text-color: #e2e8f0; --body-text-color-subdued: #94a3b8;
  --border-color-primary: #29364b; --background-fill-secondary: #17223a; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; padding: 24px 16px 48px; background: var(--page); color: var(--body-text-color);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }}
header, main {{ max-width: 1100px; margin: 0 auto; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }}
code {{ font: .92em ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }}
:focus-visible {{ outline: 2px solid var(--color-accent); outline-offset: 2px; border-radius: 4px; }}
@media (max-width: 640px) {{ body {{ padding: 14px 8px 32px; }} }}
@media print {{ body {{ padding: 0; }} }}
{PIECES_CSS}{PLOT_CSS}"""


def page(title: str, body: Markup, css: str) -> str:
    """The whole file. It may load nothing and run nothing, whatever the data in it holds.

    Args:
        css: what the page needs beside `PAGE_CSS`.
    """
    head = joined(
        [
            Markup('<meta charset="utf-8">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            element("title", title),
            element("style", Markup(PAGE_CSS + css)),
        ]
    )
    return f"<!doctype html>\n{element('html', element('head', head), element('body', body), lang='en')}\n"
