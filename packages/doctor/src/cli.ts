import { jsonOption, runCli, signalOf, withOptions } from '@steering/core/cli';
import { EXIT } from '@steering/core/errors';
import { Command } from 'commander';

const program = new Command('doctor').description(
	'What runtime, devices, models, data, caches and tools are there, what works, what to install.\n' +
		'Downloads and changes nothing. Exit code 0 when the core works, else 1.',
);
withOptions(program, jsonOption).action(async ({ json }: { json?: boolean }, command: Command) => {
	const { doctor } = await import('./doctor.js');
	const report = await doctor({ signal: signalOf(command) });
	if (json) console.log(JSON.stringify(report));
	else {
		const { printReport } = await import('./print-report.js');
		console.log(printReport(report));
	}
	if (!report.works) process.exitCode = EXIT.failure;
});
await runCli(program);
