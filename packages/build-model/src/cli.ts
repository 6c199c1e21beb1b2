import { jsonOption, overwriteOption, progress, runCli, signalOf, withOptions } from '@steering/core/cli';
import { Command, Option } from 'commander';
import type { Quant, Rounding, Scheme } from './index.js';

const MEGABYTE = 1e6;

interface Options {
	out: string;
	quant: Quant;
	scheme?: Scheme;
	rounding?: Rounding;
	overwrite?: boolean;
	json?: boolean;
}

const program = new Command('build-model')
	.description(
		'Build an ONNX model with KV cache, tokenizer and configuration from a GGUF file: a folder for --model.\n' +
			'Architecture llama; tensors F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K.',
	)
	.addHelpText('after', '\nExample:\n  pnpm build-model SmolLM2-135M-Instruct.Q4_1.gguf -o models/smollm2')
	.argument('<source>', 'GGUF file')
	.requiredOption('-o, --out <dir>', 'folder to make')
	.addOption(
		new Option(
			'--quant <quant>',
			"how weights are stored: auto, in the file's own blocks where they fit, else float16; none, float32; f16; " +
				'q8 and q4, blocks of 32 in 8 or 4 bits (q4: embedding and head in 8)',
		)
			.choices(['auto', 'none', 'f16', 'q8', 'q4'])
			.default('auto'),
	)
	.addOption(
		new Option('--scheme <scheme>', 'q8, q4: blocks with or without a zero point (default: asymmetric)').choices([
			'asymmetric',
			'symmetric',
		]),
	)
	.addOption(
		new Option(
			'--rounding <rounding>',
			'q8, q4: the scales that lose least, or plain rounding (default: search)',
		).choices(['search', 'nearest']),
	);
withOptions(program, overwriteOption, jsonOption).action(build);
await runCli(program);

async function build(
	source: string,
	{ out, quant, scheme, rounding, overwrite, json }: Options,
	command: Command,
): Promise<void> {
	const { buildModel } = await import('./index.js');
	let shown: ReturnType<typeof progress> | undefined;
	let ticked = 0;
	const result = await buildModel({
		...{ source, output: out, quant, scheme, rounding, overwrite, signal: signalOf(command) },
		onProgress: (done, total) => {
			shown ??= progress(Math.ceil(total / MEGABYTE), 'MB', { quiet: json ?? false });
			shown.tick(Math.ceil(done / MEGABYTE) - ticked);
			ticked = Math.ceil(done / MEGABYTE);
		},
	}).finally(() => shown?.done());
	for (const note of result.notes) process.stderr.write(`${note}\n`);
	if (json) console.log(JSON.stringify(result));
	else console.log(result.built ? result.folder : `${result.folder} (as it was)`);
}
