// Replay buffers: plain arrays, no engine but in files.ts.
export { loadBuffers, saveBuffers } from './files.js';
export { type Destination, ReplayBuffers, type TaskBuffer } from './replay.js';
export { RowBuffer, type RowBufferState, type Span } from './row-buffer.js';
export { Stream } from './stream.js';
export { contextOf, type Trajectory } from './transition.js';
