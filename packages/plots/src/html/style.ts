import { FONT, THEMES, type ThemeName } from '../drawing/theme.js';

const colors = (name: ThemeName) => {
	const { background, ink } = THEMES[name];
	return `color-scheme:${name};--background:${background};--text:${ink.text};--quiet:${ink.quiet};--grid:${ink.grid};--axis:${ink.axis};`;
};

/** Pictures shrink to this share of their size, so that their text can be read; on narrower screens they scroll. */
const LEAST_SCALE = 0.85;

/** The page's style. @param fonts `@font-face` rules */
export const pageStyle = (fonts: string) => `${fonts}
:root{${colors('light')}}
:root[data-theme=dark]{${colors('dark')}}
*{box-sizing:border-box}
body{margin:0;background:var(--background);color:var(--text);font:14px/1.45 ${FONT}}
main{max-width:980px;margin:0 auto;padding:12px}
h1{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);margin:0}
#chart{display:block;padding:0 38px 0 0;overflow-x:auto;overflow-y:hidden}
#chart:focus-visible{outline:2px solid var(--axis);outline-offset:2px;border-radius:4px}
#chart .chart-wrapper{display:block}
#chart svg.marks{display:block;width:100%;height:auto;min-width:calc(var(--natural,0px)*${LEAST_SCALE});max-width:var(--natural);touch-action:pan-x pan-y}
#chart .vega-actions{right:0;font-family:inherit;background:var(--background);border-color:var(--axis)}
#chart .vega-actions a{font-family:inherit;font-weight:400;color:var(--text)}
#chart .vega-actions a:hover{background:var(--grid)}
#chart .vega-actions::before,#chart .vega-actions::after{display:none}
.below{display:flex;gap:12px;align-items:baseline;justify-content:space-between;padding:0 18px 12px;color:var(--quiet);font-size:13px}
button{font:inherit;color:var(--text);background:none;border:1px solid var(--axis);border-radius:6px;padding:3px 12px;cursor:pointer}
main>details{border-top:1px solid var(--grid);padding:10px 18px;overflow-x:auto}
main>details>summary{cursor:pointer;font-weight:600}
table{border-collapse:collapse;margin:10px 0;font-variant-numeric:tabular-nums}
th,td{padding:3px 18px 3px 0;text-align:left;border-bottom:1px solid var(--grid);white-space:nowrap}
td.number,th.number{text-align:right}
pre{font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere}
#tip{position:fixed;z-index:2000;width:max-content;max-width:min(380px,calc(100vw - 16px));max-height:calc(100vh - 16px);overflow:hidden;padding:10px 12px;border-radius:8px;border:1px solid var(--axis);background:var(--background);color:var(--text);box-shadow:0 4px 18px #0004;font-size:13px;pointer-events:none}
#tip section+section{margin-top:9px;padding-top:8px;border-top:1px solid var(--axis)}
#tip dl{display:grid;grid-template-columns:auto auto;gap:1px 16px;margin:4px 0 0;justify-content:start;font-variant-numeric:tabular-nums}
#tip dt{color:var(--quiet)}
#tip dd{margin:0;overflow-wrap:anywhere}
#tip figure{margin:8px 0 0;padding-top:7px;border-top:1px solid var(--grid)}
#tip figcaption{display:flex;gap:12px;justify-content:space-between;color:var(--quiet)}
#tip .score{white-space:nowrap;color:var(--text);font-weight:600}
#tip .prompt,#tip blockquote{margin:0;overflow:hidden;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow-wrap:anywhere;white-space:pre-wrap}
#tip blockquote{margin-top:3px;-webkit-line-clamp:5}
#ring{position:fixed;z-index:1999;width:22px;height:22px;margin:-11px 0 0 -11px;border:2.5px solid;border-radius:50%;pointer-events:none}
[hidden]{display:none!important}
@media(max-width:600px){main{padding:4px 0}.below,main>details{padding-left:12px;padding-right:12px}#chart{padding:0}#tip{left:8px!important;right:8px;top:auto!important;bottom:8px;width:auto;max-width:none;max-height:55vh;overflow-y:auto;pointer-events:auto}}
@media print{.below,main>details,#chart>details{display:none}}`;
