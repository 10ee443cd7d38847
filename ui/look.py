"""What all pages look like: the colours of what they tell, in light and dark, and their pieces."""

LIGHT = """--df-blue: #2563eb; --df-green: #15803d; --df-amber: #b45309; --df-red: #b91c1c; --df-slate: #475569;
  --df-kept: #0d9488; --df-out: #cbd5e1; --df-line: #dc2626; --df-before: #c2410c;"""
DARK = """--color-accent: #2dd4bf;
  --df-blue: #93c5fd; --df-green: #86efac; --df-amber: #fcd34d; --df-red: #fca5a5; --df-slate: #cbd5e1;
  --df-kept: #14b8a6; --df-out: #475569; --df-line: #f87171; --df-before: #fb923c;"""
PIECES_CSS = """
.df-top { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 16px; }
.df-top h1 { font-size: 1.45rem; font-weight: 700; margin: 0; }
.df-top p { margin: 0; color: var(--body-text-color-subdued); }
.df-muted, .df-more { color: var(--body-text-color-subdued); }
.df-nowrap { white-space: nowrap; }
.df-section { margin-top: 18px; }
.df-section h3, .df-empty h3 { font-size: 1rem; font-weight: 600; margin: 0 0 6px; }
.df-empty { border: 1px dashed var(--border-color-primary); border-radius: 8px; padding: 18px 22px; }
.df-empty ol { margin: 6px 0 0; padding-left: 22px; list-style: decimal; }
.df-empty li { margin: 4px 0; }
.df-list { margin: 0; padding-left: 20px; list-style: disc; }
.df-notice { border-left: 4px solid var(--df-tone); background: var(--df-tint); border-radius: 6px;
  padding: 8px 12px; margin: 0 0 10px; overflow-wrap: anywhere; }
.df-notice strong { display: block; }
.df-notice p { margin: 0; white-space: pre-line; }
.df-notice code { background: none; font-size: .95em; }
.df-info { --df-tone: var(--df-blue); --df-tint: rgba(37, 99, 235, .09); }
.df-good { --df-tone: var(--df-green); --df-tint: rgba(21, 128, 61, .10); }
.df-warn { --df-tone: var(--df-amber); --df-tint: rgba(217, 119, 6, .12); }
.df-bad { --df-tone: var(--df-red); --df-tint: rgba(220, 38, 38, .10); }
.df-idle { --df-tone: var(--df-slate); --df-tint: rgba(100, 116, 139, .12); }
.df-tag { display: inline-block; color: var(--df-tone); background: var(--df-tint); border-radius: 999px;
  padding: 0 8px; font-size: .85em; font-weight: 600; }
.df-notice summary { cursor: pointer; font-weight: 600; }
.df-scroll { overflow-x: auto; border: 1px solid var(--border-color-primary); border-radius: 8px; margin: 6px 0; }
.df-scroll table { width: 100%; border-collapse: collapse; font-size: .875rem; line-height: 1.4; }
.df-scroll caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.df-scroll th { text-align: left; font-weight: 600; white-space: nowrap; padding: 7px 10px;
  background: var(--background-fill-secondary); border-bottom: 1px solid var(--border-color-primary); }
.df-scroll td { vertical-align: top; padding: 7px 10px; border-top: 1px solid var(--border-color-primary);
  overflow-wrap: anywhere; }
.df-scroll tbody tr:first-child td { border-top: 0; }
.df-scroll td.df-number, .df-scroll th.df-number { text-align: right; font-variant-numeric: tabular-nums; }
.df-scroll td.df-number { white-space: nowrap; }
.df-scroll td.df-place { white-space: nowrap; color: var(--body-text-color-subdued); }
.df-scroll td.df-step { min-width: 9em; overflow-wrap: break-word; }
.df-scroll td.df-options { min-width: 11em; }
.df-scroll td.df-sample { min-width: 6.5em; }
.df-scroll progress { appearance: none; width: 74px; height: 8px; vertical-align: middle; border: 0; border-radius: 4px;
  overflow: hidden; background: var(--border-color-primary); }
.df-scroll progress::-webkit-progress-bar { background: var(--border-color-primary); }
.df-scroll progress::-webkit-progress-value { background: var(--color-accent); }
.df-scroll progress::-moz-progress-bar { background: var(--color-accent); }
.df-small { border: 0; border-radius: 0; }
.df-small th { background: none; color: var(--body-text-color-subdued); padding: 5px 8px 5px 0; }
.df-small td { padding: 5px 8px 5px 0; }
.df-small th:last-child, .df-small td:last-child { padding-right: 0; }
.df-option s { color: var(--body-text-color-subdued); }
.df-changed { background: rgba(37, 99, 235, .12); border-radius: 4px; padding: 0 4px; margin: 0 -4px; }
.df-null { color: var(--body-text-color-subdued); font-style: italic; }
.df-value { white-space: pre-wrap; }
.df-value.df-long { display: -webkit-box; -webkit-line-clamp: 4; -webkit-box-orient: vertical; overflow: hidden;
  width: 30em; max-width: 60vw; }
.df-tall { max-height: 390px; overflow-y: auto; }
.df-tall thead th { position: sticky; top: 0; z-index: 1; }
.df-tall td { overflow-wrap: normal; }
.df-tall .df-long { overflow-wrap: anywhere; }
.df-facts { display: flex; flex-wrap: wrap; gap: 10px; margin: 2px 0 10px; }
.df-facts div { border: 1px solid var(--border-color-primary); border-radius: 8px; padding: 6px 14px; }
.df-facts b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; line-height: 1.25; }
.df-facts span { color: var(--body-text-color-subdued); font-size: .85rem; }
.df-links { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 4px 0 10px; }
.df-links a { border: 1px solid var(--button-secondary-border-color); border-radius: 8px; padding: 7px 14px;
  color: var(--body-text-color); background: var(--button-secondary-background-fill); text-decoration: none;
  font-weight: 600; font-size: .9rem; }
.df-links a:hover { background: var(--button-secondary-background-fill-hover); }
.df-links a:focus-visible, .df-scroll:focus-visible { outline: 2px solid var(--color-accent); outline-offset: 1px; }
.df-files { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.df-files .df-file { border: 1px solid var(--border-color-primary); border-radius: 999px; padding: 1px 10px;
  font-size: .875rem; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  .df-scroll table.df-stack, .df-stack tbody, .df-stack tr, .df-stack td { display: block; width: auto; }
  .df-stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .df-stack tr { padding: 8px 10px; border-top: 1px solid var(--border-color-primary); }
  .df-stack tr:first-child { border-top: 0; }
  .df-scroll .df-stack td, .df-scroll .df-stack td.df-number { border: 0; padding: 2px 0; text-align: left; }
  .df-stack td::before { content: attr(data-label) ": "; color: var(--body-text-color-subdued); }
  .df-stack td.df-place, .df-stack td:empty { display: none; }
  .df-stack td.df-step::before { content: none; }
}
"""
"""How the pieces look that `web_markup` makes; wants the colours above, and those of the page: text, borders, fills."""
