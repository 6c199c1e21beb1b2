import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
	type MeasureName,
	type MeasureRecord,
	type MeasureRecords,
	measuresPath,
	readMeasures,
	writeMeasures,
} from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { modelLabel } from '@steering/core/settings';
import { RESAMPLES } from './bootstrap.js';
import type { Baseline } from './names.js';
import type { Target } from './targets.js';

/** One record that is asked for. */
export interface Wanted {
	target: Target;
	name: MeasureName;
	/** Undefined: steered as the settings say. */
	baseline: Baseline | undefined;
	/** All that the record depends on but the number of resamples. */
	provenance: Record<string, unknown>;
}

/** A record asked for: as it was found, or once it is made. */
export interface Cell extends Wanted {
	found: MeasureRecord | undefined;
	made?: MeasureRecord;
}

/** The measures files under one root. */
export class MeasuresStore {
	readonly #root: string;
	readonly #overwrite: boolean;

	constructor(root: string, overwrite: boolean) {
		this.#root = root;
		this.#overwrite = overwrite;
	}

	/** Finds what was measured in this way before. @throws SteeringError ERR_MISMATCH for what was measured otherwise */
	async look(wanted: readonly Wanted[]): Promise<Cell[]> {
		const cells: Cell[] = [];
		for (const each of wanted) {
			const file = this.#overwrite ? undefined : await readMeasures(join(this.#root, each.target.path));
			const records: MeasureRecords = (each.baseline ? file?.baselines[each.baseline] : file?.measures) ?? {};
			const found = records[each.name];
			if (found) requireSame(found, each);
			cells.push({ ...each, found });
		}
		return cells;
	}

	/** Writes the records that were made, file by file. */
	async write(cells: readonly Cell[]): Promise<void> {
		for (const target of new Set(cells.map((cell) => cell.target))) {
			const own = cells.filter((cell) => cell.target === target && cell.made !== undefined);
			const recordsOf = (baseline: Baseline | undefined): MeasureRecords =>
				Object.fromEntries(own.filter((cell) => cell.baseline === baseline).map(({ name, made }) => [name, made!]));
			const random = recordsOf('random');
			await writeMeasures(join(this.#root, target.path), {
				// As manifests name it: a folder's path is this machine's.
				settings: { ...target.settings, model: modelLabel(target.settings.model) },
				...{ mult: target.mult, measures: recordsOf(undefined) },
				...(Object.keys(random).length > 0 ? { baselines: { random } } : {}),
			});
		}
	}
}

function requireSame({ provenance }: MeasureRecord, { target, name, baseline, provenance: asked }: Wanted): void {
	const wanted: Record<string, unknown> = { ...asked, resamples: RESAMPLES };
	const keys = new Set([...Object.keys(wanted), ...Object.keys(provenance)]);
	const different = [...keys].filter((key) => !isDeepStrictEqual(provenance[key], wanted[key]));
	if (different.length === 0) return;
	const what = baseline ? `the ${baseline} baseline of ${name}` : name;
	throw new SteeringError(
		'ERR_MISMATCH',
		`${what} in ${measuresPath(target.path)} was measured otherwise (its ${different.join(', ')} differ)`,
		{ hint: 'use --overwrite to measure it again' },
	);
}
