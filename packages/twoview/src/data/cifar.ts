// CIFAR-10 and CIFAR-100 from their binary version: records of label bytes and 3,072 pixel bytes (R, G, B planes).
import path from 'node:path';
import { CIFAR10_CLASSES, CIFAR100_CLASSES, CIFAR100_COARSE_CLASSES } from './classes.js';
import { createDataset, type ImageDataset } from './dataset.js';
import { DataError } from './errors.js';
import { isFile, locate } from './locate.js';
import { allocatePixels, checkMemory } from './memory.js';
import { type OnProgress, ProgressMeter } from './progress.js';
import { countRecords, readFully, withFile } from './records.js';
import { chooseSubset } from './subset.js';

const SIDE = 32;
const PIXELS = 3 * SIDE * SIDE;
const RECORDS_AT_ONCE = 1000;

/** Options of both CIFAR readers. */
export interface CifarOptions {
  /** The folder with the .bin files, or the one that holds `cifar-10-batches-bin` or `cifar-100-binary`. */
  folder: string;
  split: 'train' | 'test';
  /** At most this many images, an equal number of each class (see `chooseSubset`); null for all. */
  limit?: number | null;
  /** Accept files that hold fewer whole records, and training batches that are missing. */
  allowPartial?: boolean;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

interface RecordFile {
  file: string;
  records: number;
}

/** The label bytes before the pixels of a record; `primary` is the one that is trained and limited on. */
interface LabelLayout {
  names: readonly (readonly string[])[];
  primary: number;
}

/**
 * Reads a split of CIFAR-10: `[50000 or 10000, 3, 32, 32]`.
 *
 * @throws {DataError} when files are missing, cut short or hold a label above 9.
 */
export async function readCifar10(options: CifarOptions): Promise<ImageDataset> {
  const { split } = options;
  const names = split === 'test' ? ['test_batch.bin'] : [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
  const files = await recordFiles('cifar10', names, 10_000, PIXELS + 1, options);
  const layout = { names: [CIFAR10_CLASSES], primary: 0 };
  const { images, labels } = await readRecords('CIFAR-10', files, layout, options);
  return createDataset({
    name: 'cifar10',
    split,
    images,
    labels: labels[0]!,
    classes: CIFAR10_CLASSES,
    height: SIDE,
    width: SIDE,
  });
}

/**
 * Reads a split of CIFAR-100: `[50000 or 10000, 3, 32, 32]`, with both of its labellings.
 *
 * @param options `labels` chooses which labelling becomes `labels`: the 100 fine classes (default; the 20 superclasses are then
 * `coarseLabels`) or the 20 coarse ones.
 * @throws {DataError} when files are missing, cut short or hold a label out of range.
 */
export async function readCifar100(options: CifarOptions & { labels?: 'fine' | 'coarse' }): Promise<ImageDataset> {
  const { split, labels: kind = 'fine' } = options;
  const files = await recordFiles(
    'cifar100',
    [`${split}.bin`],
    split === 'train' ? 50_000 : 10_000,
    PIXELS + 2,
    options,
  );
  const layout = { names: [CIFAR100_COARSE_CLASSES, CIFAR100_CLASSES], primary: kind === 'fine' ? 1 : 0 };
  const { images, labels } = await readRecords('CIFAR-100', files, layout, options);
  const [coarse, fine] = [labels[0]!, labels[1]!];
  const size = { height: SIDE, width: SIDE };
  if (kind === 'coarse') {
    return createDataset({
      name: 'cifar100',
      split,
      images,
      labels: coarse,
      classes: CIFAR100_COARSE_CLASSES,
      ...size,
    });
  }
  const second = { coarseLabels: coarse, coarseClasses: CIFAR100_COARSE_CLASSES };
  return createDataset({
    name: 'cifar100',
    split,
    images,
    labels: fine,
    classes: CIFAR100_CLASSES,
    ...second,
    ...size,
  });
}

async function recordFiles(
  name: 'cifar10' | 'cifar100',
  names: readonly string[],
  records: number,
  recordBytes: number,
  options: CifarOptions,
): Promise<RecordFile[]> {
  const { folder: given, allowPartial = false } = options;
  const folder = await locate({ name, folder: given, files: names, allowPartial });
  const files: RecordFile[] = [];
  for (const file of names.map((each) => path.join(folder, each))) {
    // A training batch may be absent only where `locate` was told to take what is there.
    if (allowPartial && !(await isFile(file))) continue;
    files.push({ file, records: await countRecords(file, { recordBytes, records, allowPartial }) });
  }
  return files;
}

async function readRecords(
  title: string,
  files: readonly RecordFile[],
  layout: LabelLayout,
  options: CifarOptions,
): Promise<{ images: Uint8Array; labels: Int32Array[] }> {
  const { limit = null, onProgress, signal } = options;
  const total = files.reduce((sum, { records }) => sum + records, 0);
  const chosen = limit === null || limit >= total ? null : await chooseRecords(files, layout, limit, signal);
  const count = chosen?.length ?? total;
  checkMemory(title, count, PIXELS);
  const images = allocatePixels(count * PIXELS);
  const labels = layout.names.map(() => new Int32Array(count));
  const meter = new ProgressMeter(onProgress, 'read', 'images', count, path.dirname(files[0]!.file));
  let next = 0;
  await scan(files, layout, signal, (record, index) => {
    if (chosen && chosen[next] !== index) return true;
    for (const [k, column] of labels.entries()) column[next] = record[k]!;
    images.set(record.subarray(layout.names.length), next * PIXELS);
    next++;
    meter.advance(1);
    return next < count;
  });
  meter.finish();
  return { images, labels };
}

/** Looks at labels only until every class has enough images for the limit, then chooses among those. */
async function chooseRecords(
  files: readonly RecordFile[],
  layout: LabelLayout,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Int32Array> {
  const classes = layout.names[layout.primary]!.length;
  const enough = Math.ceil(limit / classes);
  const seen = new Int32Array(classes);
  let complete = 0;
  const labels: number[] = [];
  await scan(files, layout, signal, (record) => {
    const label = record[layout.primary]!;
    labels.push(label);
    if (++seen[label]! === enough) complete++;
    return complete < classes;
  });
  return chooseSubset(Int32Array.from(labels), labels.length, limit, classes);
}

/** Visits records in file order until `visit` returns false. */
async function scan(
  files: readonly RecordFile[],
  layout: LabelLayout,
  signal: AbortSignal | undefined,
  visit: (record: Uint8Array, index: number) => boolean,
): Promise<void> {
  const recordBytes = layout.names.length + PIXELS;
  const slice = new Uint8Array(RECORDS_AT_ONCE * recordBytes);
  let index = 0;
  for (const { file, records } of files) {
    const goOn = await withFile(file, async (handle) => {
      for (let first = 0; first < records; first += RECORDS_AT_ONCE) {
        signal?.throwIfAborted();
        const part = slice.subarray(0, Math.min(RECORDS_AT_ONCE, records - first) * recordBytes);
        await readFully(handle, part, first * recordBytes, file);
        for (let at = 0; at < part.length; at += recordBytes) {
          const record = part.subarray(at, at + recordBytes);
          checkRecord(record, layout, file, first + at / recordBytes);
          if (!visit(record, index++)) return false;
        }
      }
      return true;
    });
    if (!goOn) return;
  }
}

function checkRecord(record: Uint8Array, layout: LabelLayout, file: string, index: number): void {
  for (const [k, names] of layout.names.entries()) {
    if (record[k]! < names.length) continue;
    throw new DataError(
      `${file}: label ${record[k]} of record ${index} is out of range (0 to ${names.length - 1}); ` +
        'the file is damaged or not the binary version: download or unpack it again.',
    );
  }
}
