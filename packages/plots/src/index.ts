export { drawPlots, type PlotOptions } from './draw-plots.js';
export type { Picture, PlotFile } from './picture/picture.js';
export type { Example } from './responses/examples.js';
export type { Figure } from './responses/figures.js';
export { watchPlots } from './watch-plots.js';
