import { Command } from 'commander';
import { expect, it } from 'vitest';
import { parseSettings, type Settings } from '../settings/index.js';
import { addSettingsOptions, settingsFromOptions } from './index.js';

const defaultLayer = (model: string, residual: boolean) => model.length + (residual ? 100 : 0);

function settingsOf(args: string[], vectorsOnly = false): Settings {
	const command = addSettingsOptions(new Command().exitOverride().configureOutput({ writeErr() {} }), { vectorsOnly });
	const options = command.parse(args, { from: 'user' }).opts();
	return settingsFromOptions(options, { defaultModel: 'organism', defaultLayer, vectorsOnly });
}

it('has the model and its layer by default', () => {
	expect(settingsOf([])).toEqual(parseSettings({ model: 'organism', layer: 8 }));
	expect(settingsOf(['--model', 'm', '--residual'])).toEqual(parseSettings({ model: 'm', residual: true, layer: 101 }));
});

it('help of vectors lists no flag that can only be an error', () => {
	const help = (vectorsOnly: boolean) => addSettingsOptions(new Command(), { vectorsOnly }).helpInformation();
	expect(help(false)).toContain('--scrub');
	expect(help(true)).not.toContain('--scrub');
	expect(help(true)).toContain('--logit');
	expect(() => settingsOf(['--scrub'], true)).toThrow('--scrub has no vectors to generate');
});

it('takes every flag of the reference', () => {
	const affine = '--model m --dataset ab --behavior refusal --logit --layer 0 --temp 1e-05 --leace orth --toks after';
	expect(settingsOf(affine.split(' '))).toEqual({
		model: 'm',
		dataset: 'ab',
		behavior: 'refusal',
		residual: false,
		logit: true,
		layer: 0,
		scrub: false,
		temp: 1e-5,
		leace: 'orth',
		toks: 'after',
	});
	const scrub = '--scrub --residual --layer all --leace leace --toks none --behavior none';
	expect(settingsOf(scrub.split(' '))).toMatchObject({ scrub: true, residual: true, layer: 'all', toks: null });
});

it.each([
	['--layer first', '--layer "first" is neither a layer number from 0 nor all'],
	['--layer -1', '--layer "-1" is neither'],
	['--temp hot', "--temp: 'hot' is not a number"],
	['--temp -1', '--temp is below 0'],
	['--dataset fables', "argument 'fables' is invalid. Allowed choices are prompts, caa"],
	['--behavior refusal', '--behavior with this --dataset'],
	['--logit', '--logit with this --dataset'],
])('refuses %s', (line, message) => {
	expect(() => settingsOf(line.split(' '))).toThrow(message);
});

it('offers, to what makes vectors, only what vectors depend on', () => {
	expect(settingsOf(['--residual'], true)).toMatchObject({ residual: true, layer: 'all' });
	expect(() => settingsOf(['--temp', '1'], true)).toThrow('unknown option');
	expect(() => settingsOf(['--scrub', '--residual'], true)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
});

it('explains the flags', () => {
	const help = addSettingsOptions(new Command('steer')).configureHelp({ helpWidth: 120 }).helpInformation();
	expect(help).toMatchInlineSnapshot(`
		"Usage: steer [options]

		Options:
		  --model <model>        model: registry name, folder, GGUF file or hub id (default: STEERING_MODEL, else organism)
		  --dataset <dataset>    data set the vectors come from (choices: "prompts", "caa", "opencon", "abcon", "ab", "openr",
		                         "open", default: "prompts")
		  --behavior <behavior>  behavior, with ab, openr or open (choices: "coordinate-other-ais", "corrigible-neutral-HHH",
		                         "hallucination", "myopic-reward", "refusal", "survival-instinct", "sycophancy", "none")
		  --residual             steer what attention and MLP add to the residual stream
		  --logit                vector from the log-odds of the answer tokens, with ab or abcon
		  --scrub                erase layer by layer, with --residual --layer all
		  --layer <layer>        layer number, or all (default: the model's)
		  --temp <temp>          sampling temperature; 0 is greedy (default: 1.5)
		  --leace <leace>        eraser or editor of the concept (choices: "leace", "orth", "quad", "quadlda", "none")
		  --toks <toks>          steer only before, or from, the last prompt token (choices: "before", "after", "none")
		  -h, --help             display help for command
		"
	`);
});
