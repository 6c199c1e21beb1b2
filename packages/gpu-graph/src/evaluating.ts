import { SteeringError } from '@steering/core/errors';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the code of a run file, which may loop, wait for ever or end the process. Nothing is at work yet that would need
 * clearing up, so signals end the process on the spot: their listeners would never get a turn beside a loop.
 * @throws {SteeringError} ERR_USAGE when it waits for what never happens
 */
export async function evaluating<T>(file: string, run: () => Promise<T>): Promise<T> {
	const listeners = SIGNALS.flatMap((signal) => process.rawListeners(signal).map((listener) => ({ signal, listener })));
	for (const signal of SIGNALS) process.removeAllListeners(signal);
	const onExit = (code: number) => {
		if (code !== 0) return; // whoever ended it so has said why
		process.exitCode = 2;
		process.stderr.write(`error: ${file} ends the process before it exports a run\n`);
	};
	process.on('exit', onExit);
	let onIdle = () => {};
	const idle = new Promise<never>((_, reject) => {
		onIdle = () =>
			reject(new SteeringError('ERR_USAGE', `${file}: an await at its top level waits for what never happens`));
		process.once('beforeExit', onIdle);
	});
	try {
		return await Promise.race([run(), idle]);
	} finally {
		process.off('beforeExit', onIdle);
		process.off('exit', onExit);
		for (const { signal, listener } of listeners) process.on(signal, listener as () => void);
	}
}
