import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const above = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The embedded model's data sets, seen from src and dist alike. */
export const ORGANISM_DATA = above('../../organism/data');

/** SmolLM2 in 4 bits, in `shared/` beside the repository. */
const SHARED_MODEL = above('../../../../shared/models/smollm2-135m-int4');

/** The model that is measured by default: that of `shared/` where there is one, else the registry's. */
export function benchModel(): string {
	return existsSync(SHARED_MODEL) ? SHARED_MODEL : 'smollm2';
}
