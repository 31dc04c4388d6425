/** What the encoder sees and finds alike, as pictures. */
import { type Html, html } from '../html.js';
import { image } from '../images.js';
import type { AugmentedSample, NeighbourQuery, Neighbours } from '../types.js';

/** Query images, each with its nearest neighbours, marked right or wrong where classes are known. */
export async function neighbourGallery({ space, queries }: Neighbours): Promise<Html> {
  const rows = await Promise.all(
    queries.map(
      async (query, i) => html`<div class="neighbours" style="--k:${query.neighbours.length}">
${await queryTile(query, i)}${await neighbourTiles(query)}</div>`,
    ),
  );
  return html`<p class="hint">Left: an image that was not trained on. Right: what the encoder finds nearest to it (${space}). ${score(queries)}</p>
<div class="gallery">${rows}</div>`;
}

/** The query image alone, with its class. */
export async function queryTile({ picture, label }: NeighbourQuery, index: number): Promise<Html> {
  const alt = `Query ${index + 1}${label ? `: ${label}` : ''}`;
  return html`<figure class="tile query">${await image(picture, alt)}<figcaption>${label ?? `query ${index + 1}`}</figcaption></figure>`;
}

/** The neighbours of a query. */
export async function neighbourTiles(query: NeighbourQuery): Promise<Html[]> {
  return Promise.all(
    query.neighbours.map(async ({ picture, label, similarity }, i) => {
      const right = isRight(query, label);
      const judgement = right === undefined ? '' : right ? 'right' : 'wrong';
      const cosine = similarity === undefined ? undefined : similarity.toFixed(2);
      const alt = [`Neighbour ${i + 1}`, label, cosine && `similarity ${cosine}`, judgement && `${judgement} class`];
      return html`<figure class="tile ${judgement}">${await image(picture, alt.filter(Boolean).join(', '))}${
        judgement && html`<span class="mark" aria-hidden="true">${right ? '✓' : '✗'}</span>`
      }<figcaption>${label && html`<span class="label">${label}</span>`}${cosine}</figcaption></figure>`;
    }),
  );
}

/** How many neighbours have the query's class, as a sentence; empty where classes are unknown. */
export function score(queries: readonly NeighbourQuery[]): string {
  const judged = queries.flatMap((query) => query.neighbours.flatMap(({ label }) => isRight(query, label) ?? []));
  return judged.length > 0 ? `${judged.filter(Boolean).length} of ${judged.length} are of the right class.` : '';
}

function isRight(query: NeighbourQuery, label: string | undefined): boolean | undefined {
  return query.label === undefined || label === undefined ? undefined : label === query.label;
}

/** Images beside the views that training makes of them. */
export async function viewGallery(samples: readonly AugmentedSample[]): Promise<Html> {
  const groups = await Promise.all(
    samples.map(async ({ original, views }, i) => {
      const tiles = await Promise.all(
        views.map(
          async (view, v) =>
            html`<figure class="tile">${await image(view, `View ${v + 1} of image ${i + 1}`)}<figcaption>view ${v + 1}</figcaption></figure>`,
        ),
      );
      return html`<div class="views"><figure class="tile query">${await image(original, `Image ${i + 1}`)}<figcaption>original</figcaption></figure>${tiles}</div>`;
    }),
  );
  return html`<p class="hint">The encoder is asked to give views of one image the same embedding: whatever differs between them, it learns to ignore.</p>
<div class="view-groups">${groups}</div>`;
}
