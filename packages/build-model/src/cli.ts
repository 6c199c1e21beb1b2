import { jsonOption, overwriteOption, progress, runCli, signalOf, withOptions } from '@steering/core/cli';
import { Command, Option } from 'commander';

const MEGABYTE = 1e6;

interface Options {
	out: string;
	quant: 'none' | 'f16';
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
		new Option('--quant <quant>', 'how weights are stored: float32 or float16; arithmetic is float32 either way')
			.choices(['none', 'f16'])
			.default('f16'),
	);
withOptions(program, overwriteOption, jsonOption).action(build);
await runCli(program);

async function build(source: string, { out, quant, overwrite, json }: Options, command: Command): Promise<void> {
	const { buildModel } = await import('./index.js');
	let shown: ReturnType<typeof progress> | undefined;
	let ticked = 0;
	const result = await buildModel({
		...{ source, output: out, quant, overwrite, signal: signalOf(command) },
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
