import { jsonOption, modelPreparation, overwriteOption, runCli, signalOf, withOptions } from '@steering/core/cli';
import { Command, Option } from 'commander';
import type { InterventionForm, Quant, Rounding, Scheme } from './index.js';

interface Options {
	out?: string;
	quant: Quant;
	scheme?: Scheme;
	rounding?: Rounding;
	hooks?: string[];
	form?: InterventionForm;
	overwrite?: boolean;
	json?: boolean;
}

const program = new Command('build-model')
	.description(
		'Build an ONNX model with KV cache, tokenizer and configuration from a checkpoint: a folder for --model.\n' +
			'Every command does so by itself when its --model is a checkpoint.',
	)
	.addHelpText(
		'after',
		'\nExamples:\n  pnpm build-model SmolLM2-135M-Instruct.Q4_1.gguf -o models/smollm2\n' +
			'  pnpm build-model bartowski/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct-Q8_0.gguf\n' +
			'  HF_TOKEN=hf_... pnpm build-model llama3',
	)
	.argument(
		'<source>',
		"GGUF file, folder of Hugging Face's, hub id ORG/NAME[@REVISION][/FILE.gguf], or a name such as llama3",
	)
	.option('-o, --out <dir>', 'folder to make (default: one in the cache, which every command finds by itself)')
	.addOption(
		new Option(
			'--quant <quant>',
			"how weights are stored: auto, in the file's own blocks where they fit, else float16; none, float32; f16; " +
				'q8 and q4, blocks of 32 in 8 or 4 bits (q4: embedding and head in 8)',
		)
			.choices(['auto', 'none', 'f16', 'q8', 'q4'])
			.env('STEERING_QUANT')
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
program
	.option(
		'--hooks <points...>',
		'also write hooked.onnx, with interventions at these hook points as inputs: 15.resid_post, or resid_post for all layers',
	)
	.addOption(
		new Option('--form <form>', 'what hooks can do (default: affine)').choices(['add', 'affine', 'gated', 'dense']),
	);
withOptions(program, overwriteOption, jsonOption).action(build);
await runCli(program);

async function build(source: string, { out, json, ...how }: Options, command: Command): Promise<void> {
	const { buildSource } = await import('./build-source.js');
	const hooks = modelPreparation({ quiet: json ?? false });
	const result = await buildSource({ source, output: out, ...how, signal: signalOf(command), ...hooks });
	if (json) console.log(JSON.stringify(result));
	else {
		const how = { built: '', there: ' (as it was)', onnx: ' (an ONNX model already: used as it is)' };
		console.log(`${result.folder}${how[result.made]}`);
	}
}
