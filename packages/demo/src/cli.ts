import { progress, runCli, signalOf } from '@steering/core/cli';
import { defaultLayer } from '@steering/core/model-defaults';
import { Command } from 'commander';

const LABELS = { vectors: 'reading activations', replies: 'sampling replies  ', scores: 'judging replies   ' };

const program = new Command('demo').description(
	'Refusal steered up and down in the embedded model: vectors, replies, scores and pictures. Takes no network.',
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
	const pictures = result.plots.map(({ png }) => png).join('\n          ');
	console.log(`Pictures: ${pictures}\n          and beside each SVG, an interactive page and its specification\n`);
	console.log(
		`The same by hand:\n${demoCommands(settings)
			.map((line) => `  ${line}`)
			.join('\n')}`,
	);
});

await runCli(program);
