import { progress, runCli, signalOf } from '@steering/core/cli';
import { defaultLayer } from '@steering/core/model-defaults';
import { Command } from 'commander';

const LABELS = { vectors: 'reading activations', replies: 'sampling replies  ', scores: 'judging replies   ' };

const program = new Command('demo').description(
	'Refusal steered up and down in the embedded model: vectors, replies, scores and a picture. Takes no network.',
);

program.action(async (_options, command: Command) => {
	const { DEMO_MULTS, demoCommands, demoSettings, runDemo } = await import('./run-demo.js');
	const { refusalTable, sampleReplies } = await import('./demo-report.js');
	const root = process.cwd();
	const settings = demoSettings(defaultLayer('organism', false));
	let shown = progress(0, '');
	const result = await runDemo(
		settings,
		root,
		{
			start: (step, total) => {
				shown = progress(total, LABELS[step]);
			},
			tick: (units) => shown.tick(units),
			end: () => shown.done(),
		},
		signalOf(command),
	);
	console.log(`Refusal in the embedded model, steered at layer ${settings.layer}:\n`);
	console.log(refusalTable(result));
	console.log(`\n${sampleReplies(settings, root, DEMO_MULTS)}\n`);
	console.log(`Pictures: ${result.plot.png}\n          ${result.plot.svg}\n          ${result.plot.html}\n`);
	console.log(
		`The same by hand:\n${demoCommands(settings)
			.map((line) => `  ${line}`)
			.join('\n')}`,
	);
});

await runCli(program);
