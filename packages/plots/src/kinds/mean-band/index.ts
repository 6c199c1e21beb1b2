import { basename } from 'node:path';
import { plotPath } from '@steering/core/settings';
import type { Picture } from '../../picture/picture.js';
import { figureRows } from '../../responses/figures-table.js';
import type { ScoredSet } from '../../responses/scored-sets.js';
import type { KindInput } from '../kind.js';
import { meanBandSpec } from './mean-band.js';

/** The reference's picture (SPEC 1.12) of each settings. */
export async function meanBandPictures({ scored }: KindInput): Promise<Picture[]> {
	return (await scored()).map(pictureOf);
}

function pictureOf({ settings, files }: ScoredSet): Picture {
	const figures = files.flatMap((file) => file.figures);
	const sources = files.map(({ path }) => basename(path));
	return {
		name: basename(plotPath(settings), '.png'),
		settings: [settings],
		figures,
		table: figureRows(figures),
		spec: (theme) => meanBandSpec(settings, figures, sources, theme),
	};
}
