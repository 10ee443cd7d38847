"""How the page of a quality card looks: system fonts, light and dark, wide and narrow, nothing from elsewhere."""

from .plots import PLOT_CSS

_LIGHT = """
  --ground: #f8fafc; --paper: #fff; --ink: #0f172a; --soft: #475569; --edge: #e2e8f0; --tint: #f1f5f9;
  --after: #0f766e; --before: #c2410c; --warn: #92400e; --warn-tint: #fef3c7;
"""
_DARK = """
  --ground: #020617; --paper: #0f172a; --ink: #e2e8f0; --soft: #a3b1c6; --edge: #273449; --tint: #1a2438;
  --after: #2dd4bf; --before: #fb923c; --warn: #fcd34d; --warn-tint: #3b2a07;
"""

CSS = f"""
:root {{ color-scheme: light dark; {_LIGHT} --plot-ink: var(--soft); --plot-grid: var(--edge);
  --plot-bar: var(--after); --plot-line: var(--before); }}
@media (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}
{PLOT_CSS}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }}
header, main, footer {{ max-width: 1180px; margin: 0 auto; padding: 0 20px; }}
header {{ padding-top: 28px; }}
footer {{ padding-bottom: 32px; color: var(--soft); font-size: .875rem; }}
h1 {{ font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.15rem; margin: 36px 0 10px; }}
h3 {{ font-size: 1rem; margin: 0; }}
h4 {{ font-size: .8rem; margin: 10px 0 2px; color: var(--soft); font-weight: 600; }}
p {{ margin: 4px 0; }}
code {{ font: .92em ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }}
.soft {{ color: var(--soft); }}
.small {{ font-size: .85rem; }}
.whole {{ white-space: nowrap; }}
.warn {{ background: var(--warn-tint); color: var(--warn); border-radius: 8px; padding: 8px 14px; margin: 14px 0 0;
  overflow-wrap: anywhere; }}
.key {{ display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 10px 0 0; padding: 0; list-style: none; }}
.key li {{ overflow-wrap: anywhere; }}
.key i {{ display: inline-block; width: 18px; height: 11px; margin-right: 7px; border-radius: 2px; }}
.key .is-after i, .bar.is-after {{ background: var(--after); }}
.key .is-before i {{ border: 2px solid var(--before); border-bottom: 0; border-radius: 0; }}
.bar.is-before {{ background: var(--before); }}
.tiles {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 12px; margin: 22px 0 0; }}
.tile {{ background: var(--paper); border: 1px solid var(--edge); border-radius: 10px; padding: 10px 14px; }}
.tile dt {{ color: var(--soft); font-size: .85rem; }}
.tile dd {{ margin: 0; }}
.tile .value {{ font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums; }}
.columns {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 0 28px; }}
.columns > div {{ min-width: 0; }}
.cards {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); gap: 14px;
}}
.card {{ background: var(--paper); border: 1px solid var(--edge); border-radius: 10px; padding: 14px 16px 10px;
  min-width: 0; }}
.card figure {{ margin: 8px 0 6px; }}
.card dl {{ display: grid; grid-template-columns: repeat(3, 1fr); gap: 4px 10px; margin: 6px 0; }}
.card dt {{ color: var(--soft); font-size: .78rem; }}
.card dd {{ margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; }}
.about {{ color: var(--soft); font-size: .85rem; min-height: 2.6em; }}
details {{ border-top: 1px solid var(--edge); padding: 5px 0; }}
summary {{ cursor: pointer; color: var(--soft); font-size: .85rem; }}
summary:hover {{ color: var(--ink); }}
:focus-visible {{ outline: 2px solid var(--after); outline-offset: 2px; border-radius: 4px; }}
.rows {{ margin: 0; padding: 0; list-style: none; font-size: .85rem; }}
.rows li {{ padding: 4px 0; overflow-wrap: anywhere; }}
.rows b {{ font-variant-numeric: tabular-nums; }}
.df-scroll {{ overflow-x: auto; }}
.df-scroll table {{ width: 100%; border-collapse: collapse; font-size: .875rem; }}
.df-scroll caption {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
.df-scroll th {{ text-align: left; font-weight: 600; color: var(--soft); white-space: nowrap; padding: 5px 8px 5px 0;
  border-bottom: 1px solid var(--edge); }}
.df-scroll td {{ padding: 5px 8px 5px 0; border-bottom: 1px solid var(--edge); vertical-align: top;
  overflow-wrap: anywhere; }}
.df-scroll .df-number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.df-scroll .df-bars {{ width: 28%; min-width: 60px; vertical-align: middle; }}
.bar {{ display: block; height: 8px; min-width: 2px; border-radius: 2px; margin: 2px 0; width: var(--share); }}
@media (max-width: 520px) {{
  header, main, footer {{ padding-left: 14px; padding-right: 14px; }}
  .tiles {{ grid-template-columns: 1fr 1fr; }}
  .tile .value {{ font-size: 1.15rem; }}
  .about {{ min-height: 0; }}
}}
@media print {{ .card {{ break-inside: avoid; }} }}
"""
