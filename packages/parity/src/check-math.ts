import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, readSafetensors } from '@steering/core/artifacts';
import { checkMathLeace } from './math-leace.js';
import { mathSchema } from './math-problem.js';
import { checkMathQuadratic } from './math-quadratic.js';
import { checkMathTransport } from './math-transport.js';
import { filesIn } from './places.js';
import type { Report } from './report.js';

/** Erasers and editors on small problems with every option, and optimal transport between given covariances. */
export async function checkMath(folder: string, report: Report): Promise<void> {
	const path = join(folder, 'math.json');
	if (!existsSync(path)) return report.skip('math', 'no math.json');
	const problems = await report.attempt('math', () => readJson(path, mathSchema));
	for (const file of filesIn(folder, '.safetensors')) {
		const name = `math ${file}`;
		if (!report.wants(name)) continue;
		const problem = problems?.find((one) => one.file === `${file}.safetensors`);
		const tensors = (await report.attempt(name, () => readSafetensors(join(folder, `${file}.safetensors`))))?.tensors;
		if (!tensors) continue;
		if (!tensors.has('X')) {
			await report.attempt(name, () => checkMathTransport(name, tensors, report));
			continue;
		}
		if (problem) await report.attempt(name, () => checkMathLeace(name, problem, tensors, report));
		else report.skip(name, 'not described in math.json');
		await report.attempt(name, () => checkMathQuadratic(name, tensors, report));
	}
	for (const { file } of problems ?? []) {
		if (!existsSync(join(folder, file))) report.skip(`math ${file}`, `no ${file}`);
	}
}
