// Folders of images: what counts as an image, which class and split it is in, and what becomes of the bad ones.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { compareCodePoints } from '../../src/data/folder/scan.js';
import { type ImageFolderOptions, openDataset, type Progress, readImageFolder } from '../../src/data/index.js';
import { checkMemory } from '../../src/data/memory.js';
import { REAL_DATA, temporaryFolder } from './folders.js';

type Rgb = readonly [number, number, number];

async function png(width: number, height: number, [r, g, b]: Rgb): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}

const grey = await png(8, 8, [90, 90, 90]);

/** A folder with these files; a file without content is a small grey PNG. */
function folderOf(files: Record<string, Buffer | string> | string[]): string {
  const folder = temporaryFolder();
  const entries = Array.isArray(files) ? files.map((file) => [file, grey] as const) : Object.entries(files);
  for (const [file, content] of entries) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), content);
  }
  return folder;
}

const read = (folder: string, options: Partial<ImageFolderOptions> = {}) =>
  readImageFolder({ folder, size: 8, ...options });

/** Red, green and blue at a pixel of an image. */
function pixel(
  dataset: { images: Uint8Array; width: number; height: number },
  image: number,
  x: number,
  y: number,
): number[] {
  const plane = dataset.width * dataset.height;
  return [0, 1, 2].map((c) => dataset.images[(image * 3 + c) * plane + y * dataset.width + x]!);
}

describe('which files are images', () => {
  it('takes every known ending at any depth, sorted by code points; passes over hidden and other files', async () => {
    const folder = folderOf([
      'b.PNG',
      'a/deep/er/x.jpg',
      'Z.webp',
      'é.png',
      '😀.png',
      '.hidden.png',
      '.git/y.png',
      '__MACOSX/z.png',
      'n.txt',
    ]);
    const { fileNames, labels, classes } = await read(folder);
    expect(fileNames).toEqual(['Z.webp', 'a/deep/er/x.jpg', 'b.PNG', 'é.png', '😀.png']);
    expect(labels).toBeNull();
    expect(classes).toEqual([]);
  });

  it('orders by code points, not by UTF-16 units or locale', () => {
    const names = ['ﬀ', '😀', 'a', 'B', 'ab', 'é', ''];
    expect(names.sort(compareCodePoints)).toEqual(['', 'B', 'a', 'ab', 'é', 'ﬀ', '😀']);
  });

  it('follows links, but neither in circles nor twice into a folder', async () => {
    const folder = folderOf(['a/1.png', 'b/2.png']);
    const outside = folderOf(['3.png']);
    symlinkSync('..', path.join(folder, 'a', 'up'));
    symlinkSync(path.join(folder, 'a'), path.join(folder, '0-again'));
    symlinkSync(path.join(folder, 'nowhere.png'), path.join(folder, 'dangling.png'));
    symlinkSync(outside, path.join(folder, 'c'));
    symlinkSync(path.join(outside, '3.png'), path.join(folder, 'b', '4.png'));
    const { fileNames } = await read(folder);
    expect(fileNames).toEqual(['a/1.png', 'b/2.png', 'b/4.png', 'c/3.png']);
  });

  it('says what a folder without images holds', async () => {
    const folder = folderOf({ 'a.txt': '', 'b.txt': '', README: '' });
    await expect(read(folder)).rejects.toThrow(
      `${folder} holds only other files (1 without ending, 2 .txt); images end in jpg,`,
    );
    const empty = temporaryFolder();
    await expect(read(empty)).rejects.toThrow(`${empty} holds no files`);
    await expect(read(path.join(empty, 'x'))).rejects.toThrow(
      `There is no folder ${path.join(empty, 'x')}; check the path.`,
    );
    await expect(read(path.join(folder, 'a.txt'))).rejects.toThrow('is a file, not a folder of images');
  });
});

describe('classes', () => {
  it('are the first-level folders when two or more hold images and none lies beside them', async () => {
    const folder = folderOf(['cat-b/1.png', 'cat/sub/2.png', 'cat/3.png', 'dog/4.png']);
    mkdirSync(path.join(folder, 'empty'));
    const { classes, labels, fileNames } = await read(folder);
    expect(classes).toEqual(['cat', 'cat-b', 'dog']);
    expect(fileNames!.map((file, i) => `${classes[labels![i]!]}: ${file}`)).toEqual([
      'cat-b: cat-b/1.png',
      'cat: cat/3.png',
      'cat: cat/sub/2.png',
      'dog: dog/4.png',
    ]);
  });

  it('are none with a single folder, with images beside the folders, or with layout flat', async () => {
    expect((await read(folderOf(['only/1.png', 'only/2.png']))).labels).toBeNull();
    const mixed = folderOf(['a/1.png', 'b/2.png', '3.png']);
    expect((await read(mixed)).labels).toBeNull();
    expect((await read(folderOf(['a/1.png', 'b/2.png']), { layout: 'flat' })).labels).toBeNull();
    await expect(read(mixed, { layout: 'classes' })).rejects.toThrow('3.png lies beside the class folders');
    expect((await read(folderOf(['only/1.png']), { layout: 'classes' })).classes).toEqual(['only']);
  });

  it('share a limit equally', async () => {
    const folder = folderOf(['a/1.png', 'a/2.png', 'a/3.png', 'b/1.png', 'b/2.png']);
    expect((await read(folder, { limit: 4 })).fileNames).toEqual(['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png']);
  });
});

describe('splits', () => {
  it('are the train and val (or test) folders where there are such', async () => {
    const folder = folderOf([
      'train/a/1.png',
      'train/b/2.png',
      'train/c/3.png',
      'val/c/4.png',
      'val/a/5.png',
      'test/a/6.png',
    ]);
    const train = await read(folder, { split: 'train' });
    const test = await read(folder, { split: 'test' });
    expect(train.classes).toEqual(['a', 'b', 'c']);
    expect(test).toMatchObject({ classes: ['a', 'b', 'c'], fileNames: ['val/a/5.png', 'val/c/4.png'] });
    expect([...test.labels!]).toEqual([0, 2]);
    expect((await read(folder)).fileNames).toHaveLength(5);
    await expect(read(folderOf(['train/a/1.png', 'train/b/2.png', 'test/d/3.png']), { split: 'test' })).rejects.toThrow(
      'the class d of the test split has no folder in train',
    );
  });

  it('are a share of the files by a hash of their paths otherwise: stable when files are added', async () => {
    const files = Array.from({ length: 200 }, (_, i) => `${i % 2 ? 'a' : 'b'}/${i}.png`);
    const folder = folderOf(files);
    const [train, test] = await Promise.all(
      (['train', 'test'] as const).map((split) => read(folder, { split, testFraction: 0.2 }).then((d) => d.fileNames!)),
    );
    expect([...train!, ...test!].sort()).toEqual([...files].sort());
    expect(test!.length).toBeGreaterThan(20);
    expect(test!.length).toBeLessThan(60);
    for (let i = 200; i < 260; i++) writeFileSync(path.join(folder, 'a', `${i}.png`), grey);
    const later = (await read(folder, { split: 'test', testFraction: 0.2 })).fileNames!;
    expect(test!.every((file) => later.includes(file))).toBe(true);
    expect(later.filter((file) => files.includes(file))).toEqual(test);
  });

  it('are never empty in a small folder, unless asked to be', async () => {
    const folder = folderOf(['1.png', '2.png', '3.png']);
    expect((await read(folder, { split: 'test', testFraction: 0.001 })).length).toBe(1);
    expect((await read(folder, { split: 'train', testFraction: 0.9 })).length).toBeGreaterThan(0);
    await expect(read(folder, { split: 'test', testFraction: 0 })).rejects.toThrow(
      'the test split is empty (testFraction is 0)',
    );
  });
});

describe('decoding', () => {
  it('scales the shorter side and cuts the centre out', async () => {
    // Left third red, middle third green, right third blue.
    const strip = await sharp({ create: { width: 90, height: 30, channels: 3, background: 'red' } })
      .composite([
        { input: await png(30, 30, [0, 255, 0]), left: 30, top: 0 },
        { input: await png(30, 30, [0, 0, 255]), left: 60, top: 0 },
      ])
      .png()
      .toBuffer();
    const dataset = await read(folderOf({ 'strip.png': strip }), { size: 10, storageSize: 16 });
    expect(dataset).toMatchObject({ height: 16, width: 16, viewSize: 10 });
    for (const x of [2, 8, 13]) {
      const [red, green, blue] = pixel(dataset, 0, x, 8);
      expect(Math.max(red!, 255 - green!, blue!)).toBeLessThan(4); // scaling rings a little at the borders
    }
    await expect(read(folderOf(['a.png']), { size: 16, storageSize: 8 })).rejects.toThrow(
      'storageSize 8 is smaller than size 16',
    );
  });

  it('turns pictures as their EXIF data says', async () => {
    const half = { input: await png(16, 8, [255, 255, 255]), left: 0, top: 0 };
    const upright = sharp({ create: { width: 16, height: 16, channels: 3, background: 'black' } }).composite([half]);
    // Orientation 6: the stored top is the right side of what is to be seen.
    const turned = await upright.jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    const dataset = await read(folderOf({ 'a.jpg': turned }), { size: 16 });
    expect(pixel(dataset, 0, 13, 8)[0]).toBeGreaterThan(240);
    expect(pixel(dataset, 0, 2, 8)[0]).toBeLessThan(15);
  });

  it('makes 8-bit RGB of grey, 16-bit, transparent, palette, CMYK and animated images', async () => {
    const flat = (channels: 1 | 3 | 4, values: number[]) =>
      sharp(
        Uint8Array.from({ length: 64 * channels }, (_, i) => values[i % channels]!),
        { raw: { width: 8, height: 8, channels } },
      );
    const deep = sharp(
      Uint16Array.from({ length: 64 * 3 }, (_, i) => [0xffff, 0x8080, 0][i % 3]!),
      {
        raw: { width: 8, height: 8, channels: 3 },
      },
    );
    const deepGrey = sharp(new Uint16Array(64).fill(0x8080), { raw: { width: 8, height: 8, channels: 1 } });
    const frames = sharp([await png(8, 8, [10, 20, 30]), await png(8, 8, [200, 0, 0])], { join: { animated: true } });
    const dataset = await read(
      folderOf({
        '1-grey.png': await flat(1, [77]).toColourspace('b-w').png().toBuffer(),
        '2-deep.png': await deep.toColourspace('rgb16').png().toBuffer(),
        '3-deep-grey.png': await deepGrey.toColourspace('grey16').png().toBuffer(),
        '4-clear.png': await flat(4, [255, 0, 0, 0]).png().toBuffer(),
        '5-half.webp': await flat(4, [0, 0, 0, 128]).webp({ lossless: true }).toBuffer(),
        '6-palette.gif': await flat(3, [0, 128, 255]).gif().toBuffer(),
        '7-cmyk.jpg': await flat(3, [255, 255, 255]).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
        '8-animated.webp': await frames.webp({ lossless: true }).toBuffer(),
        '9-small.avif': await flat(3, [128, 128, 128]).avif({ quality: 90 }).toBuffer(),
        'a-plain.tiff': await flat(3, [1, 2, 3]).tiff().toBuffer(),
      }),
    );
    expect(dataset.badImages).toEqual([]);
    const expected: Rgb[] = [
      [77, 77, 77],
      [255, 128, 0],
      [128, 128, 128],
      [255, 255, 255],
      [127, 127, 127],
      [0, 128, 255],
      [255, 255, 255],
      [10, 20, 30],
      [128, 128, 128],
      [1, 2, 3],
    ];
    expected.forEach((rgb, i) => {
      for (const [c, value] of pixel(dataset, i, 4, 4).entries()) {
        expect(Math.abs(value - rgb[c]!), `${dataset.fileNames![i]}, channel ${c}: ${value}`).toBeLessThanOrEqual(2);
      }
    });
  });

  it('reports progress in images with a rate', async () => {
    const events: Progress[] = [];
    await read(folderOf(['1.png', '2.png', '3.png']), { onProgress: (progress) => events.push(progress) });
    expect(events.at(-1)).toMatchObject({ stage: 'decode', unit: 'images', done: 3, total: 3 });
    expect(events.at(-1)!.rate).toBeGreaterThan(0);
  });

  it('stops on a signal', async () => {
    await expect(read(folderOf(['1.png']), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});

describe('bad images', () => {
  const photo = () =>
    sharp({
      create: {
        width: 64,
        height: 64,
        channels: 3,
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
        background: 'red',
      },
    });

  async function mixedFolder(): Promise<string> {
    const jpeg = await photo().jpeg().toBuffer();
    return folderOf({
      'a/1-good.png': await png(8, 8, [1, 1, 1]),
      'a/2-text.jpg': 'not a picture',
      'a/3-cut.jpg': jpeg.subarray(0, jpeg.length / 2),
      'a/4-empty.png': '',
      'b/5-good.png': await png(8, 8, [5, 5, 5]),
      'b/6-huge.png': await png(1200, 1000, [9, 9, 9]),
      'b/7-old.bmp': 'BM',
      'b/8-good.png': await png(8, 8, [8, 8, 8]),
    });
  }

  it('are left out and named, and the rest moves together', async () => {
    const dataset = await read(await mixedFolder(), { limitInputPixels: 1_000_000 });
    expect(dataset.fileNames).toEqual(['a/1-good.png', 'b/5-good.png', 'b/8-good.png']);
    expect([0, 1, 2].map((i) => pixel(dataset, i, 0, 0)[0])).toEqual([1, 5, 8]);
    expect([...dataset.labels!]).toEqual([0, 1, 1]);
    expect(dataset.badImages!.map(({ file }) => file)).toEqual([
      'a/2-text.jpg',
      'a/3-cut.jpg',
      'a/4-empty.png',
      'b/6-huge.png',
      'b/7-old.bmp',
    ]);
    expect(dataset.badImages![3]!.reason).toBe(
      'it has more than 1 million pixels; scale it down or raise limitInputPixels',
    );
    expect(dataset.badImages![4]!.reason).toBe('BMP files cannot be read; convert it to PNG');
    for (const { reason } of dataset.badImages!) expect(reason.length).toBeGreaterThan(8);
  });

  it('stop everything under the policy error, naming the first', async () => {
    const folder = await mixedFolder();
    await expect(read(folder, { onBadImage: 'error' })).rejects.toThrow(
      new RegExp(`^${path.join(folder, 'a', '2-text.jpg')}: .*; remove it, or use onBadImage: skip\\.$`),
    );
  });

  it('are an error when there is nothing else', async () => {
    const folder = folderOf({ '1.jpg': 'x', '2.jpg': 'y' });
    await expect(read(folder)).rejects.toThrow(`None of the 2 images in ${folder} can be read; the first is 1.jpg: `);
  });
});

describe('memory', () => {
  it('is estimated before anything is decoded', async () => {
    const folder = folderOf(['1.png', '2.png']);
    await expect(read(folder, { size: 1000, memoryLimit: 5e6 })).rejects.toThrow(
      `${folder}: 2 images of 2.9 MiB need 5.7 MiB, more than the 4.8 MiB allowed; set a limit on the number of images`,
    );
    expect(() => checkMemory('x', 1e9, 1e6)).toThrow(/more than the .* allowed/);
  });
});

const imagenette = REAL_DATA === undefined ? '' : path.join(REAL_DATA, 'imagenette2-160');

describe.skipIf(!existsSync(imagenette))(
  'the real Imagenette (set TWOVIEW_DATA to the folder that has imagenette2-160)',
  () => {
    it('opens as train and val with the same ten classes', async () => {
      const config = { name: 'folder', folder: imagenette, size: 32, limit: 50, testLimit: 50 } as const;
      const [train, test] = await Promise.all([
        openDataset(config, { split: 'train' }),
        openDataset(config, { split: 'test' }),
      ]);
      expect(train.classes).toHaveLength(10);
      expect(test.classes).toEqual(train.classes);
    });
  },
);
