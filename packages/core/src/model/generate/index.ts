export { type GenerateOptions, type GenerateRow, generate } from './generate.js';
