export { BEHAVIORS } from '@steering/core/settings';
export { type ChainOptions, chain, steering } from './chain.js';
export { experiments } from './experiments.js';
export { findSlots } from './find-gpus.js';
export { grid } from './grid.js';
export {
	type Command,
	type CommandsInput,
	defineRun,
	type Job,
	type JobInput,
	type Run,
	type RunInput,
} from './job.js';
export { loadRun } from './load-run.js';
export { toMermaid } from './mermaid.js';
export { parseRun } from './parse-run.js';
export type { Selection } from './plan-run.js';
export type { RunEvent, RunSummary } from './run-event.js';
export { type RunGraphOptions, runGraph } from './run-graph.js';
export { type RunSetup, runSetup } from './run-setup.js';
export { type RunStatus, runStatus } from './run-status.js';
export { seq } from './seq.js';
export { parseSlots, type Slot } from './slot.js';
export { cancelOnSlurm, runOnSlurm, type SlurmRunOptions } from './slurm/slurm-run.js';
export { type SlurmSettings, slurmSettings } from './slurm/slurm-settings.js';
export { type Range, usualMults } from './usual-mults.js';
