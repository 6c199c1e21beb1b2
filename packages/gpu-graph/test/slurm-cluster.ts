import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesWithEnv } from '@steering/core/processes';
import { execa } from 'execa';
import { until } from './scratch.js';

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel', 'scontrol'];
/** Debian keeps daemons where not everybody's PATH leads. */
const PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);
const GPUS = 8;
/** Seconds that Slurm may take for anything, on a machine with other work. */
export const PATIENCE_S = 120;
/** In the environment of every process of a cluster: none may outlive it. */
const TAG = 'STEERING_TEST_CLUSTER';

/** Why there can be no Slurm here; undefined where there can. */
export function whyNoSlurm(): string | undefined {
	const missing = PROGRAMS.find((name) => !PATH.split(delimiter).some((folder) => existsSync(join(folder, name))));
	if (missing !== undefined) return `slurm-wlm is not installed (no ${missing})`;
	return process.platform === 'linux' ? undefined : 'Slurm runs on Linux';
}

/** A Slurm of its own: munge, a controller and this machine as its node, with GPUs that are only counted. */
export class SlurmCluster {
	readonly dir = realpathSync(mkdtempSync(join(tmpdir(), 'slurm-')));
	readonly env: Record<string, string> = { PATH, SLURM_CONF: join(this.dir, 'slurm.conf'), [TAG]: this.dir };
	readonly #daemons = new Map<string, ChildProcess>();
	#port = 0;

	async start(): Promise<void> {
		for (const folder of ['munge', 'state', 'spool']) mkdirSync(join(this.dir, folder), { mode: 0o700 });
		writeFileSync(join(this.dir, 'munge/key'), randomBytes(128), { mode: 0o600 });
		this.#port = await freePort();
		writeFileSync(this.env.SLURM_CONF!, this.#config(this.#port, await freePort()));
		// Any file passes for a device where nothing confines jobs to theirs.
		for (let gpu = 0; gpu < GPUS; gpu++) writeFileSync(join(this.dir, `gpu${gpu}`), '');
		const gres = `NodeName=${hostname()} Name=gpu File=${this.dir}/gpu[0-${GPUS - 1}]\n`;
		writeFileSync(join(this.dir, 'gres.conf'), gres);
		this.#startMunge();
		await until(() => existsSync(join(this.dir, 'munge/socket')), 'munge');
		await this.startController();
		await this.startNode();
	}

	async startController(): Promise<void> {
		this.#spawn('slurmctld', ['-D']);
		await this.#untilAnswer('scontrol', ['ping'], (text) => text.includes(' UP'));
	}

	async startNode(): Promise<void> {
		this.#spawn('slurmd', ['-D']);
		await this.#untilAnswer('sinfo', ['--noheader', '--format=%T'], (text) => /^(idle|mixed|allocated)$/m.test(text));
	}

	/** Starts what a failed test left dead or hanging: the next one must not fail for it. */
	async repair(): Promise<void> {
		const isDead = (daemon: string) => this.#daemons.get(daemon)!.signalCode !== null;
		this.#daemons.get('slurmctld')!.kill('SIGCONT');
		if (isDead('slurmctld')) await this.startController();
		if (isDead('slurmd')) await this.startNode();
	}

	/** The controller saves its jobs every few seconds. */
	async untilSaved(since = Date.now()): Promise<void> {
		const saved = join(this.dir, 'state/job_state');
		await until(
			() => existsSync(saved) && statSync(saved).mtimeMs > since,
			'the saved state of the controller',
			PATIENCE_S,
		);
	}

	/** As if the controller had been killed before it saved anything. */
	loseState(): void {
		for (const name of readdirSync(join(this.dir, 'state')).filter((file) => file.startsWith('job_state')))
			rmSync(join(this.dir, 'state', name));
	}

	/** As a power cut does: no word to anybody. */
	async kill(daemon: 'slurmctld' | 'slurmd'): Promise<void> {
		const child = this.#daemons.get(daemon)!;
		child.kill('SIGKILL');
		await until(() => child.exitCode !== null || child.signalCode !== null, `the end of ${daemon}`);
	}

	/** The controller takes requests on and does nothing with them any more. */
	hangController(): void {
		this.#daemons.get('slurmctld')!.kill('SIGSTOP');
	}

	/** Kills the controller while a request waits for its answer. */
	async killControllerInRequest(): Promise<void> {
		this.hangController();
		await until(() => hasUnread(this.#port), 'a request', PATIENCE_S);
		await this.kill('slurmctld');
	}

	/** The node loses its power and is found down: its daemon, the step daemons and the jobs end at once. */
	async killNode(): Promise<void> {
		await this.kill('slurmd');
		// The runner's own environment has the tag, too, but no job id.
		for (const pid of processesWithEnv(TAG, this.dir))
			if (/^slurmstepd|\0SLURM_JOB_ID=/.test(describe(pid))) kill(pid, 'SIGKILL');
		await this.command('scontrol', ['update', `NodeName=${hostname()}`, 'State=DOWN', 'Reason=test']);
	}

	async command(program: string, args: readonly string[]): Promise<string> {
		const { stdout } = await execa(program, args, { env: this.env });
		return stdout;
	}

	/** States by Slurm's job ids, of what waits and runs. */
	async states(): Promise<Map<string, string>> {
		const text = await this.command('squeue', ['--array', '--noheader', '--states=all', '--format=%i|%T']);
		return new Map(
			text
				.split('\n')
				.filter(Boolean)
				.map((line) => line.split('|') as [string, string]),
		);
	}

	/** Waits until Slurm has a job in this state; an id of none that it knows is no error yet. */
	async untilState(id: string, wanted: string): Promise<void> {
		let state: string | undefined;
		for (const end = Date.now() + PATIENCE_S * 1000; state !== wanted; await sleep(100)) {
			state = (await this.states()).get(id);
			if (Date.now() > end) throw new Error(`waited for job ${id} to be ${wanted}, it is ${state}`);
		}
	}

	/** Brings forward when a waiting job may start. */
	async startIn(id: string, seconds: number): Promise<void> {
		await this.command('scontrol', ['update', `JobId=${id}`, `StartTime=now+${seconds}`]);
	}

	/** Slurm lets a requeued job wait for two minutes, until its revoked credential has expired: here sooner (cred_expire). */
	async startSoon(id: string): Promise<void> {
		await this.startIn(id, 8);
	}

	/** Everything it started is gone when it returns, jobs too. */
	async stop(): Promise<void> {
		const pids = () => processesWithEnv(TAG, this.dir);
		for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
			for (const pid of pids()) kill(pid, signal);
			await until(() => pids().length === 0, 'the end of the cluster', 5).catch(() => undefined);
		}
		if (pids().length > 0) throw new Error(`left by the cluster: ${pids().join(', ')}`);
		rmSync(this.dir, { recursive: true, force: true });
	}

	#startMunge(): void {
		const at = (name: string) => join(this.dir, 'munge', name);
		const files = [`--socket=${at('socket')}`, `--key-file=${at('key')}`, `--pid-file=${at('pid')}`];
		const more = [`--log-file=${at('log')}`, `--seed-file=${at('seed')}`, '--num-threads=2'];
		// --force: it dislikes a folder under /tmp.
		this.#spawn('munged', ['--foreground', '--force', ...files, ...more]);
	}

	#spawn(program: string, args: readonly string[]): void {
		const out = openSync(join(this.dir, `${program}.out`), 'a');
		const env = { ...process.env, ...this.env };
		this.#daemons.set(program, spawn(program, args, { env, stdio: ['ignore', out, out], detached: true }));
	}

	async #untilAnswer(program: string, args: readonly string[], isGood: (text: string) => boolean): Promise<void> {
		const env = { ...process.env, ...this.env };
		const ask = () => isGood(spawnSync(program, args, { env, encoding: 'utf8' }).stdout);
		await until(ask, `${program} to answer`, PATIENCE_S).catch((error: Error) => {
			const logs = ['slurmctld.log', 'slurmd.log'].map((name) => join(this.dir, name)).filter(existsSync);
			throw new Error([error.message, ...logs.map((path) => readFileSync(path, 'utf8').slice(-2000))].join('\n'));
		});
	}

	#config(controllerPort: number, nodePort: number): string {
		const at = (name: string) => join(this.dir, name);
		const user = userInfo().username;
		const settings = {
			ClusterName: 'steering',
			SlurmctldHost: `${hostname()}(127.0.0.1)`,
			SlurmUser: user,
			SlurmdUser: user,
			SlurmctldPort: controllerPort,
			SlurmdPort: nodePort,
			AuthType: 'auth/munge',
			AuthInfo: `socket=${at('munge/socket')},cred_expire=5`,
			StateSaveLocation: at('state'),
			SlurmdSpoolDir: at('spool'),
			SlurmctldPidFile: at('slurmctld.pid'),
			SlurmdPidFile: at('slurmd.pid'),
			SlurmctldLogFile: at('slurmctld.log'),
			SlurmdLogFile: at('slurmd.log'),
			ProctrackType: 'proctrack/linuxproc',
			TaskPlugin: 'task/none',
			AccountingStorageType: 'accounting_storage/none',
			JobAcctGatherType: 'jobacct_gather/none',
			MpiDefault: 'none',
			SelectType: 'select/cons_tres',
			SelectTypeParameters: 'CR_CPU',
			SchedulerParameters: 'sched_interval=1,sched_min_interval=0,batch_sched_delay=0',
			// More cores than there are, so that jobs do not wait for each other.
			SlurmdParameters: 'config_overrides',
			KillWait: 2,
			ReturnToService: 2,
			GresTypes: 'gpu',
		};
		const node = `NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=16 RealMemory=1000 Gres=gpu:${GPUS} State=UNKNOWN`;
		const partition = 'PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP';
		const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
		return `${[...lines, node, partition].join('\n')}\n`;
	}
}

/** Name and environment. */
function describe(pid: number): string {
	try {
		return `${readFileSync(`/proc/${pid}/comm`, 'latin1')}\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
	} catch {
		return '';
	}
}

function kill(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It ended meanwhile.
	}
}

/** Whether a connection to this port of 127.0.0.1 holds bytes that the server has not read. */
function hasUnread(port: number): boolean {
	const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
	// Columns: number, local and remote address, state (01: established), bytes to send:bytes unread.
	return readFileSync('/proc/net/tcp', 'utf8')
		.split('\n')
		.map((line) => line.trim().split(/\s+/))
		.some(([, at, , state, queues]) => at === local && state === '01' && !queues!.endsWith(':00000000'));
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer().once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address() as { port: number };
			server.close(() => resolve(address.port));
		});
	});
}
