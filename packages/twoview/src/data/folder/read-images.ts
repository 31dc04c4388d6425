// A given list of image files, such as those of one request.
import { createDataset, type ImageDataset } from '../dataset.js';
import { DataError } from '../errors.js';
import { allocatePixels, checkMemory } from '../memory.js';
import { decodeImage } from './decode.js';

/**
 * Decodes files into `[N, 3, size, size]`, in the order given.
 * @throws {DataError} when the list is empty, too large for the memory, or a file cannot be decoded, naming the file.
 */
export async function readImages(
  files: readonly string[],
  options: { size: number; limitInputPixels?: number },
): Promise<ImageDataset> {
  const { size: side, limitInputPixels = 100e6 } = options;
  if (files.length === 0) throw new DataError('No image files were given.');
  const bytes = 3 * side * side;
  checkMemory('the given files', files.length, bytes);
  const images = allocatePixels(files.length * bytes);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < files.length) {
      const i = next++;
      const file = files[i] as string;
      try {
        await decodeImage(file, images.subarray(i * bytes, (i + 1) * bytes), { side, limitInputPixels });
      } catch (error) {
        next = files.length;
        throw new DataError(`${file}: ${(error as Error).message}.`);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return createDataset({ name: 'files', images, height: side, width: side, fileNames: files });
}
