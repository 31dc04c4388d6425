/** Tables of robustness: attacks one by one, an ensemble in its order, divergences, checks. */
import { type Content, type Html, html } from '../html.js';
import { formatDuration, formatPercent, formatShare, formatStep } from '../numbers.js';
import type {
  AttackRow,
  DivergenceValues,
  EnsembleRow,
  LatentMeasures,
  MaskingCheck,
  RobustnessSummary,
} from './types.js';
import { ballInWords } from './words.js';

/** Accuracy without attack and under each. Undefined where there is neither. */
export function attackTable({ naturalAccuracy, attacks = [], ball, images }: RobustnessSummary): Html | undefined {
  if (naturalAccuracy === undefined && attacks.length === 0) return undefined;
  const where = [ball && `in the ${ballInWords(ball)}`, images !== undefined && `${formatStep(images)} images`];
  const timed = attacks.some(({ seconds }) => seconds !== undefined);
  const rows: Row[] = [
    ...(naturalAccuracy === undefined
      ? []
      : [{ name: 'no attack', cells: ['–', formatPercent(naturalAccuracy), '–'] }]),
    ...attacks.map((row) => ({
      name: row.name,
      cells: [row.settings ?? '–', formatPercent(row.accuracy), duration(row)],
    })),
  ];
  return table(
    ['Accuracy', ...where].filter(Boolean).join(', '),
    ['attack', 'settings', 'classified correctly', ...(timed ? ['time'] : [])],
    timed ? rows : rows.map(({ name, cells }) => ({ name, cells: cells.slice(0, -1) })),
  );
}

/** Attacks in their order, each on what was left. */
export function ensembleTable(rows: readonly EnsembleRow[]): Html {
  return table(
    'Each attack meets the images that survived those before it',
    ['attack', 'settings', 'images that fell', 'accuracy left', 'time'],
    rows.map((row) => ({
      name: row.name,
      cells: [row.settings ?? '–', formatStep(row.fell), formatPercent(row.accuracy), duration(row)],
    })),
  );
}

/** Divergences by distance. Undefined where there are none. */
export function divergenceTable({ benign, adversarial }: LatentMeasures): Html | undefined {
  const rows = [
    ['adversarial, cosine distance', adversarial?.cosine],
    ['benign, cosine distance', benign?.cosine],
    ['adversarial, L2 distance', adversarial?.l2],
    ['benign, L2 distance', benign?.l2],
  ] as const;
  const given = rows.flatMap(([name, values]) => (values ? [{ name, cells: divergenceCells(values) }] : []));
  if (given.length === 0) return undefined;
  return table(
    'Mean distance of latents to benign latents of their own class (D⁺), to those of other classes (D⁻), and their quotient',
    ['latents', 'D⁺, within classes', 'D⁻, between classes', 'D⁺/D⁻, relative'],
    given,
  );
}

const divergenceCells = ({ intra, inter, relative }: DivergenceValues): string[] =>
  [intra, inter, relative].map((value) => (Number.isFinite(value) ? formatShare(value) : '–'));

/** Checks with their verdicts. */
export function maskingTable(checks: readonly MaskingCheck[]): Html {
  return table(
    'Signs that the attack is at fault, not the network robust',
    ['check', 'measured', 'expected', 'verdict'],
    checks.map(({ name, why, measured, expected, holds }) => ({
      name: html`${name}<br><span class="note">${why}</span>`,
      cells: [measured, expected, verdict(holds)],
    })),
  );
}

function verdict(holds: boolean | null): Html {
  const [state, words] =
    holds === null ? ['unknown', '– not run'] : holds ? ['healthy', '✓ holds'] : ['collapsed', '✗ fails'];
  return html`<span class="badge ${state}">${words}</span>`;
}

const duration = ({ seconds }: AttackRow): string => (seconds === undefined ? '–' : formatDuration(seconds));

interface Row {
  name: Content;
  cells: readonly (string | Html)[];
}

function table(caption: string, head: readonly string[], rows: readonly Row[]): Html {
  const body = rows.map(
    ({ name, cells }) =>
      html`<tr><th scope="row">${name}</th>${cells.map((cell, i) => html`<td data-label="${head[i + 1]}">${cell}</td>`)}</tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="text"><caption>${caption}</caption><thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${body}</tbody></table></div>`;
}
