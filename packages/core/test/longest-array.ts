import { vi } from 'vitest';

/** The longest float array that is made while something runs. */
export async function longestArray(run: () => unknown): Promise<number> {
	let longest = 0;
	const construct = (target: new (...args: never[]) => unknown, args: never[], self: new () => unknown) => {
		const made = Reflect.construct(target, args, self) as Float64Array;
		longest = Math.max(longest, made.length);
		return made;
	};
	vi.stubGlobal('Float64Array', new Proxy(Float64Array, { construct }));
	vi.stubGlobal('Float32Array', new Proxy(Float32Array, { construct }));
	try {
		await run();
	} finally {
		vi.unstubAllGlobals();
	}
	return longest;
}
