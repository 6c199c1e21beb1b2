import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { expect, it } from 'vitest';
import { findDevice, problemOf } from './device.js';
import { HookedModel } from './hooked-model.js';

const numbers = fileURLToPath(new URL('../../test/device-numbers.ts', import.meta.url));
const nodeOptions = ['--conditions=source', `--import=${import.meta.resolve('tsx')}`];
/** A Vulkan driver in software, which Debian's Chromium brings along. */
const SOFTWARE = '/usr/lib/chromium/vk_swiftshader_icd.json';
const why = 'there is no Vulkan adapter, and no Chromium with one in software';

async function numbersOn(device: string, env: Record<string, string> = {}) {
	const { stdout } = await execaNode(numbers, ['organism', device], { nodeOptions, env });
	return JSON.parse(stdout) as { device: string; logits: number[]; activations: number[]; replies: number[][] };
}

const largest = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

it('webgpu computes what the CPU computes: logits, activations and replies, steered', async ({ skip }) => {
	const env: Record<string, string> = existsSync(SOFTWARE) ? { VK_ICD_FILENAMES: SOFTWARE } : {};
	skip(!env.VK_ICD_FILENAMES && (await problemOf('webgpu')) !== undefined, why);
	const [cpu, gpu] = await Promise.all([numbersOn('cpu'), numbersOn('webgpu', env)]);
	expect([cpu.device, gpu.device]).toEqual(['cpu', 'webgpu']);
	expect(largest(cpu.logits, gpu.logits)).toBeLessThan(1e-3);
	expect(largest(cpu.activations, gpu.activations)).toBeLessThan(1e-3);
	expect(gpu.replies).toEqual(cpu.replies);
}, 180_000);

it('refuses a device that is not there in one line, and auto takes one that is', async ({ skip }) => {
	expect(await findDevice('cpu')).toBe('cpu');
	expect(await problemOf(await findDevice('auto'))).toBeUndefined();
	skip((await problemOf('cuda')) === undefined, 'CUDA is here');
	await expect(HookedModel.load('organism', { device: 'cuda' })).rejects.toMatchObject({
		code: 'ERR_MISSING_INPUT',
		message: expect.stringMatching(/^there is no device cuda here: [^\n]+$/),
		hint: expect.stringContaining('--device cpu'),
	});
});
