/** Images before and after an attack. */
import { type Html, html } from '../html.js';
import { image } from '../images.js';
import { formatPercent } from '../numbers.js';
import { magnification, perturbationPicture, pictureOf } from './pixels.js';
import type { AdversarialExample, Pixels, Prediction } from './types.js';
import { formatRadius } from './words.js';

/** Image, magnified perturbation and adversarial image side by side; below, the images at growing radii where given. */
export async function exampleGallery(examples: readonly AdversarialExample[]): Promise<Html> {
  const factor = magnification(examples);
  const groups = await Promise.all(examples.map((example, i) => triple(example, i, factor)));
  const turned = examples.filter(({ label, before, after }) => before.label === label && after.label !== label).length;
  const right = examples.filter(({ label, before }) => before.label === label).length;
  return html`<p class="hint">Each image with its class and what the network predicts; the perturbation, ${magnified(factor)}, where grey is no change; the image with the perturbation. ${
    right > 0 && `${turned} of the ${right} that are classified correctly are misclassified under attack.`
  }</p>
<div class="view-groups attacked">${groups}</div>${await radii(examples)}`;
}

const magnified = (factor: number): string => (factor === 1 ? 'unmagnified' : `magnified ${factor} times`);

async function triple(example: AdversarialExample, index: number, factor: number): Promise<Html> {
  const { label, before, after } = example;
  const which = `image ${index + 1}`;
  const perturbation = await image(
    perturbationPicture(example, factor),
    `Perturbation of ${which}, ${magnified(factor)}; grey is no change`,
  );
  return html`<div class="views">${await tile(example.image, label, before, html`<b>${label}</b>`, `Image ${index + 1} of class ${label}`)}<figure class="tile">${perturbation}<figcaption>perturbation<br>× ${factor}</figcaption></figure>${await tile(example.adversarial, label, after, 'attacked', `Adversarial version of ${which}`)}</div>`;
}

/** A picture that is marked right or wrong, with what it is taken for. */
async function tile(
  pixels: Pixels,
  label: string,
  said: Prediction,
  heading: Html | string,
  alt: string,
): Promise<Html> {
  const right = said.label === label;
  const words = said.confidence === undefined ? said.label : `${said.label} ${formatPercent(said.confidence)}`;
  const picture = await image(
    pictureOf(pixels),
    `${alt}: classified as ${words}, which is ${right ? 'right' : 'wrong'}`,
  );
  return html`<figure class="tile ${right ? 'right' : 'wrong'}">${picture}<span class="mark" aria-hidden="true">${right ? '✓' : '✗'}</span><figcaption>${heading}<br>→ ${words}</figcaption></figure>`;
}

/** Tiles beside an image: eight to a line, three on a phone, so that names of classes fit. */
function layout(tiles: number): string {
  return `--k:${Math.min(8, tiles)};--lines:${Math.ceil(tiles / 8)};--narrow-lines:${Math.ceil(tiles / 3)}`;
}

async function radii(examples: readonly AdversarialExample[]): Promise<Html | undefined> {
  const rows = await Promise.all(
    examples.map(async ({ image: original, label, radii: steps = [] }, i) => {
      if (steps.length === 0) return undefined;
      const which = `image ${i + 1}`;
      const tiles = steps.map(({ radius, adversarial, prediction }) =>
        tile(
          adversarial,
          label,
          prediction,
          formatRadius(radius),
          `Adversarial version of ${which} at radius ${formatRadius(radius)}`,
        ),
      );
      const query = await image(pictureOf(original), `Image ${i + 1} of class ${label}`);
      return html`<div class="neighbours" style="${layout(steps.length)}"><figure class="tile query">${query}<figcaption>${label}</figcaption></figure>${await Promise.all(tiles)}</div>`;
    }),
  );
  const given = rows.filter((row) => row !== undefined);
  if (given.length === 0) return undefined;
  return html`<h3 class="growing">At growing radii</h3><div class="gallery attacked">${given}</div>`;
}
