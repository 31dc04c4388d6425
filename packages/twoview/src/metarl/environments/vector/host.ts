// Where a shard lives: in this thread, or in a worker behind shared memory. Both are asked first and waited for after, so that
// workers work at the same time.
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { CompiledCode } from '../base/web-assembly.js';
import type { TaskFamily } from '../types.js';
import type { Episode, EpisodeRequest } from './episode.js';
import {
  CONTROL,
  CONTROL_BYTES,
  type Command,
  errorOf,
  KIND,
  type Notice,
  type PlainError,
  plainError,
  type ShardSetup,
} from './protocol.js';
import { Shard } from './shard.js';

export interface Host {
  readonly first: number;
  readonly count: number;
  askStep(): void;
  ask(command: Exclude<Command, { type: 'collect' }>): void;
  /** Waits for what was asked last. @throws the error of the environment */
  wait(): void;
  collect(request: EpisodeRequest): Promise<Episode>;
  close(): Promise<void>;
}

/** A shard in this thread; a step is made when it is waited for. */
export async function localHost(setup: ShardSetup, family: TaskFamily): Promise<Host> {
  const shard = await Shard.create(setup, family);
  let asked: (() => void) | undefined;
  return {
    first: setup.first,
    count: setup.count,
    askStep: () => {
      asked = () => shard.step();
    },
    ask: (command) => {
      asked = () => shard.obey(command);
    },
    wait: () => asked?.(),
    // An episode takes a while: others may come in between.
    collect: (request) => new Promise((resolve) => setImmediate(resolve)).then(() => shard.collect(request)),
    close: async () => shard.dispose(),
  };
}

/** After so long without an answer a worker counts as gone: while this thread waits it cannot be told. */
const PATIENCE_MS = 120_000;

export async function workerHost(setup: ShardSetup, mujoco?: CompiledCode): Promise<Host> {
  const { port1, port2 } = new MessageChannel();
  const shared = new SharedArrayBuffer(CONTROL_BYTES);
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { ...setup, control: shared, port: port2, mujoco },
    transferList: [port2],
  });
  const host = new WorkerHost(setup, worker, port1, new Int32Array(shared));
  await host.ready();
  return host;
}

class WorkerHost implements Host {
  readonly first: number;
  readonly count: number;
  readonly #worker: Worker;
  readonly #port: MessageChannel['port1'];
  readonly #control: Int32Array;
  #expected: { resolve(notice: Notice): void; reject(error: Error): void } | undefined;
  #gone: Error | undefined;
  #closing = false;

  constructor({ first, count }: ShardSetup, worker: Worker, port: MessageChannel['port1'], control: Int32Array) {
    this.first = first;
    this.count = count;
    this.#worker = worker;
    this.#port = port;
    this.#control = control;
    port.unref();
    worker.on('message', (notice: Notice) => this.#expected?.resolve(notice));
    worker.on('error', (error) => this.#lose(error));
    worker.on('exit', (code) => this.#lose(new Error(`A worker of vector environments ended with code ${code}.`)));
  }

  #lose(error: Error): void {
    this.#gone ??= this.#closing ? new Error('The vector environments are closed.') : error;
    this.#expected?.reject(this.#gone);
  }

  /** The next notice; only while one is awaited does the worker keep the process alive. */
  async #next(): Promise<Notice> {
    if (this.#gone) throw this.#gone;
    this.#worker.ref();
    try {
      return await new Promise<Notice>((resolve, reject) => {
        this.#expected = { resolve, reject };
      });
    } finally {
      this.#expected = undefined;
      this.#worker.unref();
    }
  }

  async ready(): Promise<void> {
    const notice = await this.#next();
    if (notice.type === 'unable') throw errorOf(notice.error);
  }

  #wake(kind: number): void {
    if (this.#gone) throw this.#gone;
    Atomics.store(this.#control, CONTROL.kind, kind);
    Atomics.add(this.#control, CONTROL.request, 1);
    Atomics.notify(this.#control, CONTROL.request);
  }

  askStep(): void {
    this.#wake(KIND.step);
  }

  ask(command: Command): void {
    try {
      this.#port.postMessage(command);
    } catch (error) {
      throw new RangeError(
        `Tasks, requests and policies are plain data, or they cannot be sent to a worker: ${plainError(error).message}`,
      );
    }
    this.#wake(KIND.message);
  }

  wait(): void {
    const control = this.#control;
    const asked = Atomics.load(control, CONTROL.request);
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const answered = Atomics.load(control, CONTROL.answer);
      if (answered === asked) break;
      if (Date.now() > deadline)
        throw new Error('A worker of vector environments does not answer: it may have run out of memory.');
      Atomics.wait(control, CONTROL.answer, answered, 1000);
    }
    if (Atomics.exchange(control, CONTROL.failed, 0) === 1)
      throw errorOf(receiveMessageOnPort(this.#port)?.message as PlainError);
  }

  async collect(request: EpisodeRequest): Promise<Episode> {
    this.ask({ type: 'collect', request });
    const notice = await this.#next();
    this.wait();
    if (notice.type === 'episode') return notice.episode;
    throw notice.type === 'noEpisode' ? errorOf(notice.error) : new Error('A worker answered out of turn.');
  }

  async close(): Promise<void> {
    if (this.#gone) return;
    this.#closing = true;
    this.#wake(KIND.close);
    this.#worker.ref();
    await new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#port.close();
  }
}
