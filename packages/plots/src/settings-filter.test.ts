import { parseSettings, type SettingsInput } from '@steering/core/settings';
import { expect, it } from 'vitest';
import { matches, nothingMatches, parseFilter } from './settings-filter.js';

const all: SettingsInput[] = [{ layer: 3 }, { layer: 15, leace: 'orth' }, { layer: 'all', residual: true }];
const layersOf = (options: Record<string, unknown>) => {
	const filter = parseFilter(options, Object.keys(options) as (keyof SettingsInput)[]);
	return all.filter((input) => matches(parseSettings(input), filter)).map(({ layer }) => layer);
};

it('lets through what has the values given, whatever the rest', () => {
	expect(layersOf({})).toEqual([3, 15, 'all']);
	expect(layersOf({ leace: 'none' })).toEqual([3, 'all']);
	expect(layersOf({ layer: '15' })).toEqual([15]);
	expect(layersOf({ residual: true })).toEqual(['all']);
	expect(layersOf({ model: 'models/llama3' })).toEqual([3, 15, 'all']);
	// Scrubbing asks for more flags where it names one settings; here it only selects.
	expect(layersOf({ scrub: true })).toEqual([]);
});

it('checks values', () => {
	expect(() => layersOf({ layer: 'first' })).toThrow('--layer "first" is neither a layer number');
	expect(() => layersOf({ temp: -1 })).toThrow('--temp is below 0');
});

it('says what there is instead', () => {
	const found = all.map((input) => parseSettings(input));
	expect(nothingMatches({ layer: 4, leace: 'orth' }, found, 'artifacts')).toMatchObject({
		code: 'ERR_MISSING_INPUT',
		message: 'no responses with --layer 4 in artifacts/responses',
		hint: 'there are: layer 3, 15, all',
	});
	expect(nothingMatches({ layer: 3, leace: 'orth' }, found, 'artifacts')).toMatchObject({
		message: 'no responses with --layer 3 --leace orth in artifacts/responses',
		hint: 'each is there, but not together; there are: layer 3, 15, all; leace none, orth',
	});
});
