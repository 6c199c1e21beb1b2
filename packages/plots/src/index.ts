export { drawPlots, type PlotOptions } from './draw-plots.js';
export { FONT_OPTIONS } from './drawing/fonts.js';
export { methodOf, titleOf } from './drawing/settings-words.js';
export { type DrawnPicture, drawPictures } from './picture/draw-pictures.js';
export type { Picture, PlotFile } from './picture/picture.js';
export type { Figure } from './responses/figures.js';
export { findResponseSets, type ResponseSet } from './responses/response-files.js';
export { readScoredSets, type ScoredSet } from './responses/scored-sets.js';
