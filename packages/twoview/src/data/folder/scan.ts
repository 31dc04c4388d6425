// Lists the image files under a folder, in an order that does not depend on the machine.
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../errors.js';

/** File name endings that are taken for images; whether a file is one shows when it is decoded. */
export const IMAGE_EXTENSIONS: readonly string[] = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'avif', 'tif', 'tiff', 'bmp'];

const ENDINGS = new Set(IMAGE_EXTENSIONS);

/** What lies under a folder. */
export interface Listing {
  /** Image files relative to the folder, with `/` between folders, sorted by code points. */
  readonly images: string[];
  /** How many files of each other ending there are. */
  readonly others: ReadonlyMap<string, number>;
}

/**
 * Lists image files under `root`, all levels deep. Names that begin with a dot (and `__MACOSX`) are passed over. Links are
 * followed, real folders first, and no folder is entered twice, so that loops end.
 *
 * @throws {DataError} when `root` is not a folder that can be read.
 */
export async function listImages(root: string): Promise<Listing> {
  const images: string[] = [];
  const others = new Map<string, number>();
  const links: string[] = [];
  const entered = new Set<string>();

  const addFile = (relative: string): void => {
    const ending = path.posix.extname(relative).slice(1).toLowerCase();
    if (ENDINGS.has(ending)) images.push(relative);
    else others.set(ending, (others.get(ending) ?? 0) + 1);
  };

  const enter = async (relative: string): Promise<void> => {
    const folder = path.join(root, relative);
    const real = await realpath(folder);
    if (entered.has(real)) return;
    entered.add(real);
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => compareCodePoints(a.name, b.name))) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
      const inside = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) await enter(inside);
      else if (entry.isFile()) addFile(inside);
      else if (entry.isSymbolicLink()) links.push(inside);
    }
  };

  try {
    await enter('');
  } catch (error) {
    const { code, path: at = root } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new DataError(`There is no folder ${root}; check the path.`, { cause: error });
    if (code === 'ENOTDIR')
      throw new DataError(`${root} is a file, not a folder of images; name the folder it is in.`, { cause: error });
    if (code === 'EACCES' || code === 'EPERM')
      throw new DataError(`${at} may not be read; change its permissions or choose another folder.`, { cause: error });
    throw error;
  }
  // `links` grows while linked folders are entered; a plain index loop sees the new ones.
  for (let i = 0; i < links.length; i++) {
    const link = links[i]!;
    const found = await stat(path.join(root, link)).catch(() => null); // null: it leads nowhere
    if (found?.isFile()) addFile(link);
    else if (found?.isDirectory()) await enter(link);
  }
  return { images: images.sort(compareCodePoints), others };
}

/** Orders strings by Unicode code points (the order of their UTF-8 bytes), whatever the locale. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates (code points above 0xffff) before 0xe000 to 0xffff; this puts them after. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
