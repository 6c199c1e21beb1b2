import { SteeringError } from '@steering/core/errors';
import { parseCommandString } from 'execa';
import { z } from 'zod';
import { DEFAULT_COMMAND, DEFAULT_SERVED_MODEL } from './default-command.js';

/**
 * The words of a command: split at spaces, a backslash before a space that belongs to a word, or a JSON list of words.
 * No shell reads them. `{port}` and `{model}` are replaced within words.
 *
 * @throws SteeringError ERR_USAGE when the command says nowhere which port
 */
export function serverCommand(template: string, values: { port: number; model: string | undefined }): string[] {
	const words = wordsOf(template);
	const problem = problemOf(words, values.model);
	if (problem) {
		throw new SteeringError('ERR_USAGE', `the command of the judge server ${problem}: ${template}`, {
			hint: `give one as --server-command '${DEFAULT_COMMAND}', or in STEERING_JUDGE_COMMAND`,
		});
	}
	const { port, model } = values;
	return words.map((word) => word.replaceAll('{port}', () => String(port)).replaceAll('{model}', () => model ?? ''));
}

/** The model that a started server serves: the one asked for, or the one of the default command. */
export function servedModel(template: string, judgeModel: string | undefined): string | undefined {
	return judgeModel ?? (template === DEFAULT_COMMAND ? DEFAULT_SERVED_MODEL : undefined);
}

function wordsOf(template: string): string[] {
	if (!template.trimStart().startsWith('[')) return parseCommandString(template);
	try {
		return z.array(z.string()).parse(JSON.parse(template));
	} catch {
		return [];
	}
}

function problemOf(words: readonly string[], model: string | undefined): string | undefined {
	if (words.length === 0) return 'has no words';
	if (!words.some((word) => word.includes('{port}'))) return 'has no {port}';
	if (model === undefined && words.some((word) => word.includes('{model}')))
		return 'has a {model}, and no --judge-model';
	return undefined;
}
