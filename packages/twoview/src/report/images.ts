/** Pictures as data URIs, small enough that a report with a hundred of them opens at once. */
import sharp from 'sharp';
import { escapeHtml, type Html, raw } from './html.js';
import type { Picture } from './types.js';

/** Longest side at which a picture is kept; a page shows none larger than half of this. */
const longestSide = 192;
/** Up to this side a picture is kept exactly and enlarged without smoothing, so that its pixels can be seen. */
const pixelArt = 64;

/** An `<img>` of a picture. `alt` says what is to be seen. */
export async function image(picture: Picture, alt: string): Promise<Html> {
  const { width, height } = picture;
  const small = Math.max(width, height) <= pixelArt;
  const uri = await dataUri(picture, small);
  const style = small ? ' class="pixels"' : '';
  return raw(`<img src="${uri}" width="${width}" height="${height}" alt="${escapeHtml(alt)}"${style}>`);
}

async function dataUri(picture: Picture, lossless: boolean): Promise<string> {
  const { width, height } = picture;
  const source = sharp(interleaved(picture), { raw: { width, height, channels: 3 } });
  if (lossless) {
    const png = await source.png({ compressionLevel: 9 }).toBuffer();
    return `data:image/png;base64,${png.toString('base64')}`;
  }
  const fitted = source.resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true });
  return `data:image/webp;base64,${(await fitted.webp({ quality: 82 }).toBuffer()).toString('base64')}`;
}

/** The pixels as `[H, W, 3]`. @throws if their number does not fit the picture's size. */
function interleaved({ width, height, pixels, layout }: Picture): Uint8Array {
  const area = width * height;
  if (pixels.length !== 3 * area) {
    throw new Error(`A picture of ${width}×${height} needs ${3 * area} bytes of RGB, but has ${pixels.length}.`);
  }
  if (layout === 'hwc') return pixels;
  const out = new Uint8Array(pixels.length);
  for (let channel = 0; channel < 3; channel += 1) {
    for (let i = 0; i < area; i += 1) out[3 * i + channel] = pixels[channel * area + i]!;
  }
  return out;
}
