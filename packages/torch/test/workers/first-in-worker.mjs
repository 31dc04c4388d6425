// Starts environment.mjs in a worker without loading the engine here, and prints what it says.
import { Worker } from 'node:worker_threads';

const worker = new Worker(new URL('environment.mjs', import.meta.url));
worker.on('message', (message) => {
  console.log(JSON.stringify(message));
});
