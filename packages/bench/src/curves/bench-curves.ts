import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseJobs } from '../job.js';
import { benchModel } from '../places.js';
import type { SpeedBenchOptions } from '../speed/bench-speed.js';
import type { Curve } from './curve.js';
import { CURVE_JOBS } from './curve-jobs.js';
import { type MachineLimits, measureLimits } from './limits.js';

export interface CurvesBench {
	limits: MachineLimits;
	curves: Curve[];
}

/** What decoding costs as batch, prompt, layers steered, rank and width grow, and what the machine could do at most. Throws ERR_USAGE. */
export async function benchCurves(options: SpeedBenchOptions): Promise<CurvesBench> {
	const { rounds, model = benchModel(), threads = availableParallelism(), signal, onNote = () => {} } = options;
	const jobs = chooseJobs(CURVE_JOBS, options.jobs);
	const folder = mkdtempSync(join(tmpdir(), 'bench-curves-'));
	try {
		const limits = await measureLimits(threads);
		const { bytesPerSecond, flopsPerSecond } = limits;
		onNote(
			`this machine reads ${(bytesPerSecond / 1e9).toFixed(1)} GB/s, ${(flopsPerSecond / 1e9).toFixed(0)} GFLOP/s`,
		);
		const curves: Curve[] = [];
		for (const job of jobs) curves.push(await job.run({ rounds, folder, model, threads, signal, onNote }));
		return { limits, curves };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
