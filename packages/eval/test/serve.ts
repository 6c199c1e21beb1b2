import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChatServer } from './chat-server.js';

/**
 * A judge server as a command: `serve.ts PORT [HOW...]`, with `slow` (is healthy after a while), `crash` (says why, ends
 * at the start), `deaf` (ignores SIGTERM), `family` (starts a process of its own), `mortal` (ends at its fourth request),
 * `endless` (answers three, and no more), and `pids=FILE`, where its process ids are written.
 */
const [port = '', ...how] = process.argv.slice(2);
const is = (word: string) => how.includes(word);
const pids = how.find((word) => word.startsWith('pids='))?.slice(5);
if (pids) appendFileSync(pids, `${process.pid}\n`);
console.log(`serving on ${port}`);
if (is('family')) {
	const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
	appendFileSync(pids!, `${child.pid}\n`);
}
if (is('crash')) {
	console.error('CUDA out of memory');
	process.exit(7);
}
if (is('deaf')) process.on('SIGTERM', () => console.log('not listening'));
if (is('slow')) await sleep(400);
await startChatServer({
	port: Number(port),
	fault: (n) => {
		if (is('mortal') && n === 3) {
			console.error('engine died');
			process.exit(9);
		}
		return is('endless') && n >= 3;
	},
});
