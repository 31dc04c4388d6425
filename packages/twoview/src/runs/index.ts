/** The run folder: configuration, metrics, checkpoints, heartbeat and TensorBoard events of one training run. */

export { writeFileAtomic } from './atomic.js';
export { type CheckpointInfo, CheckpointStore, type LatestCheckpoint, type StoredCheckpoint } from './checkpoints.js';
export { type CreateOptions, type OpenOptions, RunFolder } from './folder.js';
export { type Heartbeat, type RunState, type RunStatus, readStatus } from './heartbeat.js';
export { RunLock } from './lock.js';
export { type MetricsFile, type MetricsRow, type MetricValue, readMetrics } from './metrics.js';
export { EventWriter, type EventWriterOptions } from './tensorboard/writer.js';
