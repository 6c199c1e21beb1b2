/** Colours follow \`color-scheme\`: the system's, or the reader's choice. */
export const pageStyle = `
:root {
	color-scheme: light dark;
	--text: light-dark(#1b1f24, #e4e7eb);
	--soft: light-dark(#59626d, #9aa5b1);
	--ground: light-dark(#ffffff, #16181d);
	--raised: light-dark(#f5f6f8, #1d2127);
	--line: light-dark(#d8dce1, #353b44);
	--link: light-dark(#0b57b7, #82b4ff);
	--up: light-dark(#0a6e34, #6fcf8f);
	--down: light-dark(#a8321f, #ff9a85);
	--added: light-dark(#c9f0d5, #17492a);
	--removed: light-dark(#fbd9d3, #5a231a);
	--hit: light-dark(#ffe27a, #6d5600);
	--selected: light-dark(#e6f0fd, #1d2c42);
	font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
	color: var(--text);
	background: var(--ground);
}
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0 auto; max-width: 1600px; padding: 0 20px 32px; }
h1 { font-size: 22px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 28px 0 10px; padding-bottom: 4px; border-bottom: 1px solid var(--line); scroll-margin-top: 8px; }
h3 { font-size: 14px; margin: 16px 0 6px; }
h4 { font-size: 13px; margin: 12px 0 4px; }
p { margin: 4px 0; }
a { color: var(--link); }
small { color: var(--soft); font-size: 12px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
h2:focus-visible { outline: none; }
header { display: grid; grid-template-columns: 1fr auto; gap: 2px 16px; padding-top: 18px; align-items: baseline; }
header p, nav { grid-column: 1 / -1; }
#versions { color: var(--soft); font-size: 12px; display: flex; flex-wrap: wrap; gap: 2px 14px; overflow-wrap: anywhere; }
#versions b { font-weight: 600; }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; margin-top: 6px; }
button, select, input { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 5px; padding: 3px 8px; min-height: 30px; max-width: 100%; }
button { cursor: pointer; background: var(--raised); }
button[aria-pressed='true'] { background: var(--link); border-color: var(--link); color: var(--ground); }
.failure { border: 1px solid var(--down); border-radius: 5px; padding: 8px 12px; margin-top: 16px; }
.empty { color: var(--soft); }
.up { color: var(--up); }
.down { color: var(--down); }
.scroll-x { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; font-size: 12px; white-space: nowrap; }
th.number, td.number { text-align: right; white-space: nowrap; }
td small { display: block; }
td.number small { display: inline; }
td ul, .phrases { margin: 0; padding: 0; list-style: none; }
.phrases { display: flex; flex-wrap: wrap; gap: 0 16px; }
.list { display: grid; gap: 6px; }
.list > * { min-width: 0; }
#pictures-content .list { grid-template-columns: repeat(auto-fill, minmax(min(100%, 560px), 1fr)); gap: 20px; }
figure { margin: 0; }
figcaption { font-weight: 600; margin-bottom: 4px; }
figcaption small { display: block; font-weight: 400; overflow-wrap: anywhere; }
figure img { display: block; max-width: 100%; min-width: 540px; min-height: 120px; }
details { border-left: 2px solid var(--line); padding-left: 10px; }
summary { cursor: pointer; overflow-wrap: anywhere; }
summary small { margin-left: 8px; }
details > :not(summary) { margin-top: 6px; }
.more { justify-self: start; }
.tree { font: 12px/1.5 ui-monospace, 'SFMono-Regular', Menlo, Consolas, monospace; gap: 1px; overflow-wrap: anywhere; }
.commands { display: grid; grid-template-columns: minmax(0, 1fr); gap: 6px; }
.copy { display: flex; gap: 10px; align-items: center; }
pre { margin: 0; padding: 10px 12px; background: var(--raised); border: 1px solid var(--line); border-radius: 5px; font: 12px/1.5 ui-monospace, 'SFMono-Regular', Menlo, Consolas, monospace; }
.toolbar { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: end; }
.toolbar label { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2px; color: var(--soft); font-size: 12px; min-width: 0; }
.toolbar :is(input, select, button) { font-size: 14px; color: var(--text); }
.toolbar button[aria-pressed='true'] { color: var(--ground); }
.toolbar :is(label, label > *) { min-width: 0; }
.toolbar label > * { width: 100%; }
.toolbar .wide { flex: 1 1 260px; }
.toolbar .wide-ish { flex: 0 1 260px; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { color: var(--soft); font-size: 12px; padding: 0; margin-bottom: 2px; }
.scores { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; }
.scores input { width: 68px; }
#scores { display: flex; flex-wrap: wrap; gap: 4px; }
#scores button { padding: 3px 9px; }
.status { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 16px; margin: 10px 0 6px; font-variant-numeric: tabular-nums; }
#count { font-weight: 600; }
.keys { color: var(--soft); font-size: 12px; }
.on-paper { display: none; }
kbd { font: 11px ui-monospace, Menlo, Consolas, monospace; border: 1px solid var(--line); border-radius: 3px; padding: 0 4px; margin-right: 2px; background: var(--raised); }
#grid { --row-height: 96px; height: max(360px, calc(100vh - 150px)); overflow: auto; overflow-anchor: none; border: 1px solid var(--line); border-radius: 5px; position: relative; contain: strict; }
#grid-head { position: sticky; top: 0; z-index: 1; background: var(--raised); border-bottom: 1px solid var(--line); color: var(--soft); font-size: 12px; font-weight: 600; }
#grid-head button { all: unset; cursor: pointer; }
#grid-head button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
#grid-head [aria-sort='ascending'] button::after { content: ' ↑'; }
#grid-head [aria-sort='descending'] button::after { content: ' ↓'; }
#grid-canvas { position: relative; }
.row { display: grid; grid-template-columns: minmax(150px, 1fr) 52px 76px 48px 58px minmax(0, 1.9fr) minmax(0, 1.9fr); gap: 0 14px; padding: 7px 12px; }
#grid-canvas .row { position: absolute; inset: 0 0 auto; height: var(--row-height); overflow: hidden; border-bottom: 1px solid var(--line); background: var(--ground); cursor: pointer; }
#grid-canvas .row[aria-selected='true'] { background: var(--selected); box-shadow: inset 3px 0 var(--link); }
#grid-canvas .row[aria-expanded='true'] { height: auto; min-height: var(--row-height); cursor: auto; }
.cell { min-width: 0; overflow-wrap: anywhere; }
.cell small { display: block; line-height: 16px; }
.clamp { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; line-height: 20px; max-height: 80px; }
.prompt .clamp:not(:only-child) { -webkit-line-clamp: 3; max-height: 60px; }
.prompt small { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
[aria-expanded='true'] .clamp { display: block; max-height: none !important; white-space: pre-wrap; }
[aria-expanded='true'] .prompt small { white-space: normal; }
.mult, .score, .change, #grid-head .number { text-align: right; font-variant-numeric: tabular-nums; }
.none { color: var(--soft); }
ins { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 3px; text-decoration-color: var(--up); background: var(--added); }
del { text-decoration: line-through; text-decoration-thickness: 1px; text-decoration-color: var(--down); background: var(--removed); }
::highlight(search) { background: var(--hit); color: var(--text); }
@media (max-width: 760px) {
	body { padding: 0 12px 24px; }
	.toolbar .wide, .toolbar .wide-ish { flex: 1 1 100%; }
	.keys { display: none; }
	.stacks, .stacks :is(tbody, tr) { display: block; }
	.stacks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
	.stacks tr { border-bottom: 1px solid var(--line); padding: 8px 0; }
	.stacks :is(td, td.number) { display: grid; grid-template-columns: 88px minmax(0, 1fr); border: 0; padding: 2px 0; text-align: left; white-space: normal; }
	.stacks td::before { content: attr(data-name); color: var(--soft); font-size: 12px; }
	#grid { --row-height: 244px; height: max(420px, calc(100vh - 60px)); }
	#grid-head { position: absolute; visibility: hidden; height: 0; }
	#grid-canvas .row { grid-template-columns: repeat(4, auto); grid-template-rows: auto auto auto auto; justify-content: space-between; align-content: start; gap: 4px 10px; }
	.cell.prompt, .cell.steered, .cell.unsteered { grid-column: 1 / -1; }
	.cell.prompt { font-weight: 600; }
	.cell.itself { display: none; }
	.cell.prompt small { font-weight: 400; }
	.mult, .score, .change { text-align: left; }
	:is(.mult, .label, .score, .change, .steered, .unsteered)[data-name]::before { content: attr(data-name); color: var(--soft); font-size: 11px; display: block; line-height: 13px; }
	.row .clamp { -webkit-line-clamp: 3; max-height: 60px; }
	.row .prompt .clamp, .row .prompt .clamp:not(:only-child) { -webkit-line-clamp: 2; max-height: 40px; }
	.row:has(.itself) .steered .clamp { -webkit-line-clamp: 5; max-height: 100px; }
	.row .unsteered .clamp { -webkit-line-clamp: 2; max-height: 40px; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
	:root { color-scheme: light; }
	nav, .theme, .toolbar, .keys, .copy, .more { display: none; }
	.on-paper { display: inline; }
	#grid { height: auto; max-height: none; contain: none; overflow: visible; }
	#grid-canvas { height: auto !important; }
	#grid-canvas .row { position: static; transform: none !important; height: auto; break-inside: avoid; }
	figure, table { break-inside: avoid; }
}
`;
