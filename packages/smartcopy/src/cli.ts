import {
	formatTable,
	jsonOption,
	progress,
	runCli,
	type SharedOptions,
	signalOf,
	verboseOption,
	withOptions,
} from '@steering/core/cli';
import { SteeringError } from '@steering/core/errors';
import { Command, Option } from 'commander';
import type { CopiedFile } from './smartcopy.js';

interface SmartcopyCliOptions extends SharedOptions {
	prefer?: 'larger';
	dryRun?: boolean;
}

const program = new Command('smartcopy')
	.description('Merge results of another machine into a folder, so that no score is lost.')
	.addHelpText(
		'after',
		'\nExample:\n  pnpm smartcopy artifacts_gpu3.tar.gz .\n\nExit code 1 when the two sides say something differently: what lost is in conflicts/.',
	)
	.argument('<source>', 'archive (.tar, .tar.gz, .tgz) or folder')
	.argument('<destination>', 'folder that holds artifacts/, artifacts/ itself, or one of its folders')
	.addOption(new Option('--prefer <rule>', 'of two files keep the larger, whatever is in them').choices(['larger']))
	.option('--dry-run', 'say what would happen');
withOptions(program, verboseOption, jsonOption);

program.action(async (source: string, destination: string, options: SmartcopyCliOptions, command: Command) => {
	const { smartcopy } = await import('./smartcopy.js');
	let shown = progress(0, '');
	const { files, leftOut } = await smartcopy({
		source,
		destination,
		prefer: options.prefer,
		dryRun: options.dryRun,
		signal: signalOf(command),
		onStart: (total) => {
			shown = progress(total, 'files', { quiet: total < 20 });
		},
		onProgress: () => shown.tick(),
	}).finally(() => shown.done());
	if (leftOut.length > 0) console.error(`note: ${leftOut.length} left out, no results: ${someOf(leftOut)}`);
	if (options.json) console.log(JSON.stringify({ files, leftOut }));
	else print(files, options);
	const conflicts = files.filter((file) => file.conflicts.length > 0);
	if (conflicts.length === 0) return;
	const [first] = conflicts;
	throw new SteeringError('ERR_MISMATCH', `${count(conflicts.length)} with conflicts, the first ${first!.path}`, {
		hint: 'what lost is kept in conflicts/: docs/moving-results.md',
	});
});

function print(files: readonly CopiedFile[], { verbose = false, dryRun = false }: SmartcopyCliOptions): void {
	const rows = files
		.filter(({ result, conflicts }) => verbose || result !== 'kept' || conflicts.length > 0)
		.map(({ path, result, conflicts }) => ({ result, file: path, conflicts: conflicts.join(', ') || null }));
	if (rows.length > 0) console.log(formatTable(rows));
	const number = (result: CopiedFile['result']) => files.filter((file) => file.result === result).length;
	const aside = files.filter(({ asides }) => asides.length > 0).length;
	const sums = [`${number('copied')} copied`, `${number('merged')} merged`, `${number('kept')} kept as they were`];
	const line = [...sums, ...(aside > 0 ? [`${aside} with parts in conflicts/`] : [])].join(', ');
	console.log(dryRun ? `${line} (dry run: nothing written)` : line);
}

const count = (number: number) => `${number} ${number === 1 ? 'file' : 'files'}`;

function someOf(paths: readonly string[], most = 3): string {
	const more = paths.length > most ? ` and ${paths.length - most} more` : '';
	return (
		paths
			.slice(0, most)
			.map((path) => path.replace(/[^ -~]/gu, '?'))
			.join(', ') + more
	);
}

await runCli(program);
