// One image file to one square of RGB planes, by sharp on its own threads.
import path from 'node:path';
import sharp from 'sharp';

/** How images are decoded. */
export interface DecodeOptions {
  /** Side of the square, in pixels. */
  side: number;
  /** Files with more pixels are refused before they are decoded. */
  limitInputPixels: number;
}

/**
 * Decodes one file into `out` (`[3, side, side]`, RGB planes): turned as its EXIF data says, the first frame of an animation,
 * transparency on white, grey and 16-bit images to 8-bit sRGB, the shorter side scaled to `side` and the centre cut out.
 *
 * @throws {Error} with a reason fit for a report.
 */
export async function decodeImage(file: string, out: Uint8Array, options: DecodeOptions): Promise<void> {
  const { side, limitInputPixels } = options;
  try {
    // 'error' refuses damaged and truncated files, but not those with a mere oddity in their metadata.
    const { data, info } = await sharp(file, { failOn: 'error', limitInputPixels, sequentialRead: true })
      .autoOrient()
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .resize(side, side, { fit: 'cover', position: 'centre' })
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    toPlanes(data, info.channels, out);
  } catch (error) {
    throw new Error(reason(file, error, limitInputPixels), { cause: error });
  }
}

function toPlanes(pixels: Uint8Array, channels: number, out: Uint8Array): void {
  const plane = out.length / 3;
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  for (let i = 0, at = 0; i < plane; i++, at += channels) {
    out[i] = pixels[at]!;
    out[i + plane] = pixels[at + green]!;
    out[i + 2 * plane] = pixels[at + blue]!;
  }
}

function reason(file: string, error: unknown, limitInputPixels: number): string {
  const said = (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim();
  if (/pixel limit/i.test(said)) {
    return `it has more than ${(limitInputPixels / 1e6).toFixed(0)} million pixels; scale it down or raise limitInputPixels`;
  }
  if (/unsupported image format/i.test(said)) {
    const ending = path.extname(file).slice(1).toLowerCase();
    return ending === 'bmp'
      ? 'BMP files cannot be read; convert it to PNG'
      : `it is not an image that can be read (${said})`;
  }
  return said;
}
