import { jsonOption, modelPreparation, overwriteOption, runCli, signalOf, withOptions } from '@steering/core/cli';
import { Command } from 'commander';
import { layersOption } from './layers-option.js';

interface ConvertCliOptions {
	layer?: number[];
	model?: string;
	float32?: boolean;
	overwrite?: boolean;
	json?: boolean;
}

const program = new Command('convert')
	.description(
		'Convert vectors, activations and erasers between .pt (the Python tool), .safetensors, and .gguf (control vectors of ' +
			'llama.cpp and repeng: vectors only). A name with _Lall stands for the files of every layer.',
	)
	.addHelpText(
		'after',
		'\nExample:\n  pnpm convert artifacts/vecs/vec_Morganism_Dprompts_Lall.safetensors harm.gguf --layer 1-5',
	)
	.argument('<files...>', 'files to read, then the file to write')
	.option('--model <model>', 'model that the files were made with: needed where they do not say, checked where they do')
	.option('--float32', 'round float64 numbers for a .gguf, which holds float32');
withOptions(program, layersOption, overwriteOption, jsonOption);

program.action(async (files: string[], options: ConvertCliOptions, command: Command) => {
	const inputs = files.slice(0, -1);
	if (inputs.length === 0) command.error("missing required argument 'OUT'");
	const { convert } = await import('./convert.js');
	const written = await convert({
		inputs,
		output: files.at(-1)!,
		layers: options.layer,
		model: options.model,
		round: options.float32,
		overwrite: options.overwrite,
		signal: signalOf(command),
		preparation: modelPreparation(),
	});
	if (options.json) console.log(JSON.stringify(written));
	else for (const path of written) console.log(path);
});

await runCli(program);
