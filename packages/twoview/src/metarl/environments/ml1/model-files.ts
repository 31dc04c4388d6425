// The files that a model in MJCF consists of: itself, what it includes, meshes and textures. Paths are resolved as MuJoCo does,
// from the folder of the main file.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const COMMENTS = /<!--[\s\S]*?-->/g;
const TAGS = /<([\w-]+)((?:\s+[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*\/?>/g;
const ATTRIBUTES = /([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** Attributes that name files. */
const FILES = ['file', 'fileright', 'fileleft', 'fileup', 'filedown', 'filefront', 'fileback'];

/** Contents by path relative to the folder, with slashes. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

/**
 * Reads the main file and all it refers to.
 * @throws Error that names the file that is missing, and where it is mentioned, or one that includes itself
 */
export async function readModelFiles(folder: string, main: string): Promise<ModelFiles> {
  const files = new Map<string, Uint8Array>();
  const root = path.posix.dirname(main);
  const directories = { meshdir: '', texturedir: '' };
  const assets: { tag: string; file: string; from: string }[] = [];
  /** The main file and what includes what, down to the file that is read now. */
  const open: string[] = [];

  async function take(name: string, from: string | undefined): Promise<Uint8Array> {
    const place = path.posix.normalize(name);
    const known = files.get(place);
    if (known) return known;
    const mentioned = from === undefined ? '' : `, which ${from} mentions`;
    if (place.startsWith('..') || path.posix.isAbsolute(place))
      throw new Error(
        `The model's file ${place}${mentioned}, is outside ${folder}: give a folder that holds all files.`,
      );
    const content = await readFile(path.join(folder, place)).catch(() => {
      throw new Error(`There is no file ${place}${mentioned}, in ${folder}: the model needs it.`);
    });
    files.set(place, content);
    return content;
  }

  async function takeXml(name: string, from?: string): Promise<void> {
    if (open.includes(name))
      throw new Error(
        `The model's file ${name} includes itself (${[...open, name].join(' includes ')}): take one <include> out.`,
      );
    const text = new TextDecoder().decode(await take(name, from)).replace(COMMENTS, '');
    open.push(name);
    for (const [, tag, written] of text.matchAll(TAGS)) {
      const attributes = attributesOf(written!);
      if (tag === 'include' && attributes.file) await takeXml(path.posix.join(root, attributes.file), name);
      else if (tag === 'compiler') {
        directories.meshdir = attributes.meshdir ?? attributes.assetdir ?? directories.meshdir;
        directories.texturedir = attributes.texturedir ?? attributes.assetdir ?? directories.texturedir;
      } else {
        for (const key of FILES) if (attributes[key]) assets.push({ tag: tag!, file: attributes[key], from: name });
      }
    }
    open.pop();
  }

  await takeXml(path.posix.normalize(main));
  // The folders may be named after the files.
  for (const { tag, file, from } of assets) {
    const directory = tag === 'texture' ? directories.texturedir : directories.meshdir;
    await take(path.posix.join(root, directory, file), from);
  }
  return files;
}

function attributesOf(written: string): Record<string, string | undefined> {
  return Object.fromEntries(
    [...written.matchAll(ATTRIBUTES)].map(([, name, double, single]) => [name!, double ?? single ?? '']),
  );
}
