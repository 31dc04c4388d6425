// Decides which files of a folder make a split, and which class each is of. Looks at names only.
import path from 'node:path';
import { DataError } from '../errors.js';
import { isFolder } from '../locate.js';
import { hashFraction } from '../random.js';
import { compareCodePoints, IMAGE_EXTENSIONS, type Listing, listImages } from './scan.js';

/** `auto`: classes when at least two sub-folders hold images and none lies beside them, else flat. */
export type FolderLayout = 'auto' | 'flat' | 'classes';

/** Files to decode, with their labels where the folder gives them. */
export interface FolderPlan {
  /** Paths relative to the opened folder. */
  readonly files: string[];
  readonly labels: Int32Array | null;
  readonly classes: string[];
}

/** What is to be planned. */
export interface PlanOptions {
  folder: string;
  split: 'train' | 'test' | 'all';
  layout: FolderLayout;
  /** The share of files that become the test split where the folder has no test folder of its own. */
  testFraction: number;
}

/** Names of a test folder beside `train`, in order of preference. */
const TEST_FOLDERS = ['val', 'valid', 'validation', 'test'];

/**
 * Plans a split of a folder of images.
 *
 * - With a `train` folder and one of `val`, `valid`, `validation`, `test` in it, those are the splits (Imagenette's layout).
 * - Otherwise a file belongs to the test split when a hash of its path is below `testFraction`: the same files every time,
 *   and adding files moves none of the others.
 *
 * @throws {DataError} when there are no images, or the folders do not fit the layout.
 */
export async function planFolder(options: PlanOptions): Promise<FolderPlan> {
  const { folder, split, layout, testFraction } = options;
  const testName = await findTestFolder(folder);
  if (testName === null) {
    const listing = await listNonEmpty(folder);
    const all = assign(listing.images, '', layout, folder);
    return split === 'all' ? all : takeShare(all, split, testFraction, folder);
  }
  const train = await planPart(folder, 'train', layout);
  if (split === 'train') return train;
  const test = alignClasses(
    await planPart(folder, testName, layout === 'auto' && train.labels ? 'classes' : layout),
    train,
    folder,
  );
  return split === 'test' ? test : join(train, test);
}

async function findTestFolder(folder: string): Promise<string | null> {
  if (!(await isFolder(path.join(folder, 'train')))) return null;
  for (const name of TEST_FOLDERS) if (await isFolder(path.join(folder, name))) return name;
  return null;
}

async function listNonEmpty(folder: string): Promise<Listing> {
  const listing = await listImages(folder);
  if (listing.images.length > 0) return listing;
  const others = [...listing.others].map(
    ([ending, count]) => `${count} ${ending === '' ? 'without ending' : `.${ending}`}`,
  );
  const seen = others.length > 0 ? `only other files (${others.join(', ')})` : 'no files';
  throw new DataError(`${folder} holds ${seen}; images end in ${IMAGE_EXTENSIONS.join(', ')}.`);
}

async function planPart(folder: string, name: string, layout: FolderLayout): Promise<FolderPlan> {
  const { images } = await listNonEmpty(path.join(folder, name));
  return assign(images, `${name}/`, layout, path.join(folder, name));
}

/** Gives each file its class: the first folder of its path. */
function assign(images: readonly string[], prefix: string, layout: FolderLayout, where: string): FolderPlan {
  const files = images.map((file) => prefix + file);
  const owners = images.map((file) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : null));
  // The files are sorted, but "a-b/x" sorts before "a/x": sort the folders' names themselves by the same rule.
  const classes = [...new Set(owners.filter((owner) => owner !== null))];
  const loose = owners.indexOf(null);
  if (layout === 'classes' && loose >= 0) {
    throw new DataError(
      `${where}: ${images[loose]} lies beside the class folders; move it into one, or use layout flat.`,
    );
  }
  if (layout === 'flat' || (layout === 'auto' && (loose >= 0 || classes.length < 2)))
    return { files, labels: null, classes: [] };
  classes.sort(compareCodePoints);
  const index = new Map(classes.map((name, i) => [name, i]));
  return { files, labels: Int32Array.from(owners, (owner) => index.get(owner!)!), classes };
}

function takeShare(plan: FolderPlan, split: 'train' | 'test', testFraction: number, folder: string): FolderPlan {
  const hashes = plan.files.map(hashFraction);
  const inTest = hashes.map((hash) => hash < testFraction);
  // A small folder may have no file below the fraction (or none above it): then the nearest one crosses over.
  if (testFraction > 0 && !inTest.includes(true)) inTest[hashes.indexOf(Math.min(...hashes))] = true;
  if (!inTest.includes(false) && inTest.length > 1) inTest[hashes.indexOf(Math.max(...hashes))] = false;
  const kept = plan.files.flatMap((_, i) => (inTest[i] === (split === 'test') ? [i] : []));
  if (kept.length === 0) {
    const why = split === 'test' ? 'testFraction is 0' : 'its only image is in the test split';
    throw new DataError(`${folder}: the ${split} split is empty (${why}); add images, or set another testFraction.`);
  }
  return {
    ...plan,
    files: kept.map((i) => plan.files[i]!),
    labels: plan.labels && Int32Array.from(kept, (i) => plan.labels![i]!),
  };
}

/** Numbers the test split's classes as the training split's are. */
function alignClasses(test: FolderPlan, train: FolderPlan, folder: string): FolderPlan {
  if (!test.labels || !train.labels) return test;
  const index = new Map(train.classes.map((name, i) => [name, i]));
  const unknown = test.classes.find((name) => !index.has(name));
  if (unknown !== undefined) {
    throw new DataError(
      `${folder}: the class ${unknown} of the test split has no folder in train; rename or remove it.`,
    );
  }
  return { ...test, labels: test.labels.map((label) => index.get(test.classes[label]!)!), classes: train.classes };
}

function join(train: FolderPlan, test: FolderPlan): FolderPlan {
  const labels = train.labels && test.labels ? Int32Array.from([...train.labels, ...test.labels]) : null;
  return { files: [...train.files, ...test.files], labels, classes: labels ? train.classes : [] };
}
