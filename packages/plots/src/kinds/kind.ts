import type { SteeringError } from '@steering/core/errors';
import type { NamedSettings } from '@steering/core/settings';
import type { Picture } from '../picture/picture.js';
import type { ScoredSet } from '../responses/scored-sets.js';
import type { SettingsFilter } from '../settings-filter.js';

export type SettingsKey = keyof NamedSettings;

/** What is to be drawn, and what there is to draw. */
export interface KindInput {
	/** The folder with responses/, acts/ and vecs/ in it. */
	artifacts: string;
	/** Whether the flags ask for these settings. */
	selects: (settings: NamedSettings) => boolean;
	/** What the flags say of settings: for kinds whose files say less than settings, and for hints. */
	filter: SettingsFilter;
	/** Only these multipliers. Absent: all. */
	mults?: readonly number[] | undefined;
	/** Settings key with a panel for each of its values. */
	facet?: SettingsKey | undefined;
	/** Settings key with a line for each of its values. */
	color?: SettingsKey | undefined;
	/** The scored responses that are asked for. What is wrong with some does not keep the others from being drawn. */
	scored: () => Promise<ScoredSet[]>;
	signal?: AbortSignal | undefined;
	/** Told what is left out, and why. */
	onNote: (note: string) => void;
	/** Told of each file that cannot be drawn; thrown once the others are. */
	onProblem: (error: SteeringError) => void;
}

/** Makes the pictures of one kind; none when there is nothing of what it draws. */
export type PlotKind = (input: KindInput) => Promise<Picture[]>;
