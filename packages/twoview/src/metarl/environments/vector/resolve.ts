// A family from what a worker thread was told of it.
import { findFamily } from '../families.js';
import { loadMetaWorld } from '../ml1/meta-world.js';
import type { FamilySource, TaskFamily } from '../types.js';

export async function resolveFamily(source: string | FamilySource): Promise<TaskFamily> {
  if (typeof source === 'string') return findFamily(source);
  return loadMetaWorld(source.folder, source.task, source.file === undefined ? {} : { file: source.file });
}
