"""How the page of a quality card looks, beside what all pages look like."""

CSS = """
h2 { font-size: 1.15rem; margin: 36px 0 10px; }
h3 { font-size: 1rem; margin: 0; }
h4 { font-size: .8rem; margin: 10px 0 2px; color: var(--body-text-color-subdued); font-weight: 600; }
p { margin: 4px 0; }
header .df-notice, header .df-key { margin: 14px 0 0; }
.small { font-size: .85rem; }
.whole { white-space: nowrap; }
.tile, .card { background: var(--sheet); border: 1px solid var(--border-color-primary); border-radius: 10px;
  padding: 10px 14px; min-width: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 12px; margin: 22px 0 0; }
.tile dt { color: var(--body-text-color-subdued); font-size: .85rem; }
.tile dd { margin: 0; }
.tile .value { font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 0 28px; }
.columns > div { min-width: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); gap: 14px; }
.card { padding: 14px 16px 10px; }
.card figure { margin: 12px 0 10px; }
.card dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: 4px 10px; margin: 6px 0; }
.card dt { color: var(--body-text-color-subdued); font-size: .8rem; }
.card dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; }
.about { color: var(--body-text-color-subdued); font-size: .85rem; min-height: 2.8em; }
details { border-top: 1px solid var(--border-color-primary); padding: 5px 0; }
summary { cursor: pointer; color: var(--body-text-color-subdued); font-size: .85rem; }
summary:hover { color: var(--body-text-color); }
.rows { margin: 0; padding: 0; list-style: none; font-size: .85rem; }
.rows li { padding: 4px 0; overflow-wrap: anywhere; }
.rows b { font-variant-numeric: tabular-nums; }
.df-small .df-bars { width: 28%; min-width: 60px; vertical-align: middle; }
.bar { display: block; height: 8px; min-width: 2px; border-radius: 2px; margin: 2px 0; width: var(--share); }
.bar.is-after { background: var(--df-kept); }
.bar.is-before { background: var(--df-before); }
@media (max-width: 640px) {
  .tiles { grid-template-columns: 1fr 1fr; }
  .tile .value { font-size: 1.15rem; }
  .about { min-height: 0; }
}
@media print { .card { break-inside: avoid; } }
"""
