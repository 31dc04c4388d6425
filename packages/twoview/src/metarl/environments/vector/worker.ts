// A worker thread of vector environments: sleeps until it is asked, steps or does what a message says, and answers.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { useCompiledMujoco } from '../mujoco/load.js';
import { memoryOf } from './episode.js';
import { CONTROL, type Command, KIND, type Notice, plainError, type WorkerSetup } from './protocol.js';
import { Shard } from './shard.js';
import { waitForChange } from './waiting.js';

const setup = workerData as WorkerSetup;
const control = new Int32Array(setup.control);
const notify = (notice: Notice): void => parentPort?.postMessage(notice);

/** Does the command that lies in the port. Episodes go to the parent's event loop, for it does not wait for them. */
function obey(shard: Shard): void {
  const command = receiveMessageOnPort(setup.port)?.message as Command | undefined;
  if (!command) throw new Error('A worker of vector environments was woken for a message that is not there.');
  if (command.type !== 'collect') {
    shard.obey(command);
    return;
  }
  try {
    const episode = shard.collect(command.request);
    parentPort?.postMessage({ type: 'episode', episode } satisfies Notice, memoryOf(episode));
  } catch (error) {
    notify({ type: 'noEpisode', error: plainError(error) });
  }
}

function serve(shard: Shard): void {
  for (let served = 0; ; ) {
    // A notification may come late, for a request that this thread has already seen: only a new number is a new request.
    while (Atomics.load(control, CONTROL.request) === served) waitForChange(control, CONTROL.request, served);
    served = Atomics.load(control, CONTROL.request);
    const kind = Atomics.load(control, CONTROL.kind);
    if (kind === KIND.close) break;
    try {
      if (kind === KIND.step) shard.step();
      else obey(shard);
    } catch (error) {
      setup.port.postMessage(plainError(error));
      Atomics.store(control, CONTROL.failed, 1);
    }
    Atomics.store(control, CONTROL.answer, served);
    Atomics.notify(control, CONTROL.answer);
  }
  shard.dispose();
  setup.port.close();
}

try {
  if (setup.mujoco) useCompiledMujoco(setup.mujoco);
  const shard = await Shard.create(setup);
  notify({ type: 'ready' });
  serve(shard);
} catch (error) {
  notify({ type: 'unable', error: plainError(error) });
  setup.port.close();
}
