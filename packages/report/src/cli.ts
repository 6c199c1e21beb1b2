import { runCli, signalOf } from '@steering/core/cli';
import { SteeringError } from '@steering/core/errors';
import { Command } from 'commander';

interface Options {
	artifacts: string;
	out: string;
	title?: string;
}

const program = new Command('report')
	.description('Write one HTML file of all runs: best settings, pictures, replies with scores, commands to run again.')
	.option('--artifacts <dir>', 'folder of the artifacts, with responses/ in it', 'artifacts')
	.option('-o, --out <file>', 'the file', 'plots/report.html')
	.option('--title <title>', 'heading of the page');
program.action(async (options: Options) => {
	const { makeReport } = await import('./index.js');
	const onNote = (note: string) => console.error(`note: ${note}`);
	const { path, problems } = await makeReport({ ...options, signal: signalOf(program), onNote });
	console.log(path);
	if (problems === 0) return;
	const files = problems === 1 ? '1 file' : `${problems} files`;
	throw new SteeringError('ERR_BAD_FILE', `${files} could not be used for ${path}`, { hint: 'each is named above' });
});
await runCli(program);
