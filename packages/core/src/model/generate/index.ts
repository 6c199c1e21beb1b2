export { type GenerateOptions, type GenerateRow, generate } from './generate.js';
export { replyRows } from './reply-rows.js';
