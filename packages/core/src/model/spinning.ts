import { cpus, loadavg } from 'node:os';
import { SteeringError } from '../errors/index.js';

/** Of the cores: with less of them at work, others lose nothing. */
const IDLE_SHARE = 0.5;
/** The clocks of cores tick every 10 ms: a shorter time says little. */
const SHORTEST_MS = 200;

/**
 * Whether threads wait for the next product by spinning. On idle cores that is a third faster at batch 1 (131 against 97 tokens/s,
 * SmolLM2 on two cores) and a tenth at 20; on busy ones it takes the cores from whoever computes, and halves the speed of all
 * (docs/performance.md). So it is decided by what others do as a session opens, and ends with each run. `STEERING_SPIN` set to 1 or 0
 * decides instead. Results do not depend on it.
 * @throws SteeringError ERR_USAGE for another value
 */
export function maySpin(env: NodeJS.ProcessEnv = process.env, others = othersAtWork()): boolean {
	const told = env.STEERING_SPIN;
	if (told === '0' || told === '1') return told === '1';
	if (told !== undefined && told !== '') {
		throw new SteeringError('ERR_USAGE', `STEERING_SPIN is ${told}`, { hint: 'set it to 1 or 0' });
	}
	return others < IDLE_SHARE * cpus().length;
}

/** Milliseconds of work, of all cores and of this process, at a time. */
interface Clocks {
	at: number;
	busy: number;
	own: number;
}

function clocks(): Clocks {
	const { user, system } = process.cpuUsage();
	const busy = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
	return { at: performance.now(), busy, own: (user + system) / 1000 };
}

const atStart = clocks();

/** How many cores other processes keep busy, since this one began. The load average would count what ran before it, too. */
export function othersAtWork(since = atStart, now = clocks()): number {
	const ms = now.at - since.at;
	if (ms < SHORTEST_MS) return loadavg()[0]!;
	return Math.max(0, now.busy - since.busy - (now.own - since.own)) / ms;
}
