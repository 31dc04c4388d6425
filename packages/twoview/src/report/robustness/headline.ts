/** The numbers that matter, as cards. */
import { type Html, html } from '../html.js';
import { formatNumber, formatPercent, formatShare, formatStep } from '../numbers.js';
import type { RobustnessReport } from './types.js';
import { formatRadius, normName, strongest } from './words.js';

/** Undefined where there is no number. */
export function robustnessCards(report: RobustnessReport): Html | undefined {
  const { naturalAccuracy, attacks, ensemble, latents, images, ball } = report;
  const least = strongest(attacks);
  const left = ensemble?.at(-1);
  const relative = latents?.adversarial?.cosine?.relative;
  const benign = latents?.benign?.cosine?.relative;
  const cards = [
    naturalAccuracy !== undefined && card('natural accuracy', formatPercent(naturalAccuracy), 'without attack'),
    least && card('robust accuracy', formatPercent(least.accuracy), `under ${least.name}`),
    left && card('under the ensemble', formatPercent(left.accuracy), `${ensemble!.length} attacks`),
    relative !== undefined &&
      Number.isFinite(relative) &&
      card(
        'relative divergence',
        formatShare(relative),
        benign !== undefined && Number.isFinite(benign) ? `benign ${formatShare(benign)}` : 'cosine distance',
      ),
    ball &&
      card(
        'radius',
        ball.norm === 'linf' ? formatRadius(ball.eps) : formatNumber(ball.eps),
        `${normName(ball.norm)} norm`,
      ),
    images !== undefined && card('images', formatStep(images), 'attacked'),
  ].filter((each) => typeof each === 'object');
  return cards.length > 0 ? html`<dl class="cards">${cards}</dl>` : undefined;
}

function card(label: string, value: string, note: string): Html {
  return html`<div class="card"><dt>${label}</dt><dd class="value">${value}</dd><dd class="note">${note}</dd></div>`;
}
