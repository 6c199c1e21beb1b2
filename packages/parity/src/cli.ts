import { jsonOption, runCli, signalOf, threadsOption, withOptions } from '@steering/core/cli';
import { SteeringError } from '@steering/core/errors';
import { Command } from 'commander';
import { ProgressOf } from './progress-of.js';

interface Options {
	models?: string;
	only?: RegExp;
	threads?: number;
	json?: boolean;
}

const program = new Command('parity')
	.description(
		"Compare this toolkit with the Python reference's numbers: a line a check, exit code 1 when one fails.\n" +
			'Parts that DIR does not have are left out; what cannot be compared is skipped by name.',
	)
	.argument('<dir>', 'folder laid out as the fixtures: misc/, math/, pt/, MODEL/acts/, MODEL/apply/')
	.option('--models <dir>', 'folder of the models other than tiny (default: models/ beside DIR)')
	.option('--only <pattern>', 'only checks whose name matches this regular expression', expression);
withOptions(program, threadsOption, jsonOption).action(compare);
await runCli(program);

async function compare(dir: string, { models, only, threads, json }: Options): Promise<void> {
	const { checkLine, checkParity } = await import('./index.js');
	const shown = new ProgressOf(json ?? false);
	const result = await checkParity({
		dir,
		models,
		only,
		threads,
		signal: signalOf(program),
		onCheck: (check) => json || console.log(checkLine(check)),
		onNote: (line) => process.stderr.write(`${line}\n`),
		onProgress: (what, done, total) => shown.update(what, done, total),
	}).finally(() => shown.done());
	const { passed, failed, skipped } = result;
	console.log(json ? JSON.stringify(result, null, '\t') : `${passed} passed, ${failed} failed, ${skipped} skipped`);
	if (failed > 0) process.exitCode = 1;
	else if (passed === 0) {
		throw new SteeringError('ERR_FAILED', `there was nothing to compare in ${dir}`, {
			hint: only ? 'see without --only what there is' : 'give a folder laid out as the fixtures',
		});
	}
}

function expression(text: string): RegExp {
	try {
		return new RegExp(text);
	} catch (cause) {
		throw new SteeringError('ERR_USAGE', `--only: ${(cause as Error).message}`, { cause });
	}
}
