import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel, type QuantOptions } from '@steering/core/build';
import { type Filling, type Shape, writeShapedGguf } from './shaped-gguf.js';

/** What building a model of some shape takes. */
export interface BuildCost {
	shape: Shape;
	quant: string;
	/** Of the model. */
	weights: number;
	/** By the clock, and of the processors: the latter tells on a machine that does other things. */
	seconds: number;
	cpuSeconds: number;
	/** Of the whole process, at any time. */
	peakMegabytes: number;
	dataFiles: { files: number; megabytes: number };
}

export interface BuildCostOptions extends QuantOptions {
	shape: Shape;
	filling: Filling;
	signal?: AbortSignal | undefined;
}

/** Builds a model of that shape from a file made for it, in a temporary folder. */
export async function buildCost({ shape, filling, signal, ...quant }: BuildCostOptions): Promise<BuildCost> {
	const folder = mkdtempSync(join(tmpdir(), 'bench-build-'));
	try {
		const source = join(folder, 'model.gguf');
		const weights = await writeShapedGguf(source, shape, filling);
		signal?.throwIfAborted();
		const [start, cpu] = [performance.now(), process.cpuUsage()];
		const built = await buildModel({ source, output: join(folder, 'model'), signal, ...quant });
		const { user, system } = process.cpuUsage(cpu);
		const data = readdirSync(built.folder).filter((name) => name.startsWith('model.onnx.data'));
		const bytes = data.reduce((sum, name) => sum + statSync(join(built.folder, name)).size, 0);
		return {
			...{ shape, quant: quant.quant ?? 'auto', weights },
			seconds: (performance.now() - start) / 1000,
			cpuSeconds: (user + system) / 1e6,
			peakMegabytes: process.resourceUsage().maxRSS / 1024,
			dataFiles: { files: data.length, megabytes: bytes / 1e6 },
		};
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
