export { type CopiedFile, type Smartcopy, type SmartcopyOptions, smartcopy } from './smartcopy.js';
