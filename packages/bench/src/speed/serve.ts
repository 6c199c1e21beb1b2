import { createInterface } from 'node:readline';
import type { Cost, SideAnswer, SideRequest } from './requests.js';

/** Answers requests on stdin, a line of JSON each, on stdout: the other end of {@link Side}. */
export async function serve(answer: (request: SideRequest) => Promise<SideAnswer>): Promise<void> {
	const send = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
	send({ ready: true });
	for await (const line of createInterface({ input: process.stdin })) {
		try {
			// Kilobytes, whatever getrusage's own manual says.
			send({ ...(await answer(JSON.parse(line))), peakBytes: process.resourceUsage().maxRSS * 1024 });
		} catch (error) {
			send({ error: (error as Error).message });
		}
	}
}

/** What has passed since it was made. */
export class Clock {
	readonly #start = performance.now();
	readonly #cpu = process.cpuUsage();

	read(): Cost {
		const { user, system } = process.cpuUsage(this.#cpu);
		return { seconds: (performance.now() - this.#start) / 1000, cpu: (user + system) / 1e6 };
	}
}
