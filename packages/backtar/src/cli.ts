import {
	jsonOption,
	overwriteOption,
	progress,
	runCli,
	type SharedOptions,
	signalOf,
	withOptions,
} from '@steering/core/cli';
import { Command } from 'commander';

interface BacktarCliOptions extends SharedOptions {
	all?: boolean;
}

const program = new Command('backtar')
	.description('Pack the results under artifacts/ into artifacts_SUFFIX.tar.gz, for smartcopy on another machine.')
	.addHelpText('after', '\nExample:\n  pnpm backtar gpu3 --all')
	.argument('[suffix]', "end of the archive's name (default: a hash of what is in it)")
	.option('--all', 'vectors and activations too, not replies alone');
withOptions(program, overwriteOption, jsonOption);

program.action(async (suffix: string | undefined, options: BacktarCliOptions, command: Command) => {
	const { backtar } = await import('./backtar.js');
	let shown = progress(0, '');
	const packed = await backtar({
		root: process.cwd(),
		suffix,
		all: options.all,
		overwrite: options.overwrite,
		signal: signalOf(command),
		onStart: (files) => {
			shown = progress(files, 'files');
		},
		onProgress: () => shown.tick(),
	}).finally(() => shown.done());
	const { path, files, bytes, packedBytes, leftOut } = packed;
	if (leftOut.length > 0) {
		console.error(
			`note: ${leftOut.length} left out, no results: ${leftOut.slice(0, 3).join(', ')}${leftOut.length > 3 ? ', …' : ''}`,
		);
	}
	if (options.json) console.log(JSON.stringify(packed));
	else console.log(`${path}: ${files} files, ${size(bytes)}, packed ${size(packedBytes)}`);
});

function size(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
	const value = bytes / 1000 ** power;
	return `${value.toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

await runCli(program);
