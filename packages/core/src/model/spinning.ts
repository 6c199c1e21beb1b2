import { availableParallelism, loadavg } from 'node:os';
import { SteeringError } from '../errors/index.js';

/** Of the cores: with less of them at work, others lose nothing. */
const IDLE_SHARE = 0.5;

/**
 * Whether threads wait for the next product by spinning. On idle cores that is a third faster at batch 1 (131 against 97 tokens/s,
 * SmolLM2 on two cores) and a tenth at 20; on busy ones it takes the cores from whoever computes, and halves the speed of all
 * (docs/performance.md). So it is decided by the machine's load as a session opens, and ends with each run. `STEERING_SPIN` set to 1 or 0
 * decides instead. Results do not depend on it.
 * @throws SteeringError ERR_USAGE for another value
 */
export function maySpin(env: NodeJS.ProcessEnv = process.env, load = loadavg()[0]!): boolean {
	const told = env.STEERING_SPIN;
	if (told === '0' || told === '1') return told === '1';
	if (told !== undefined && told !== '') {
		throw new SteeringError('ERR_USAGE', `STEERING_SPIN is ${told}`, { hint: 'set it to 1 or 0' });
	}
	return load < IDLE_SHARE * availableParallelism();
}
