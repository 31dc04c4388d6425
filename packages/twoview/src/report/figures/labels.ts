/** Labels inside a drawing: of several places, the one that covers least. */
import * as Plot from '@observablehq/plot';
import type { Point } from './figure.js';
import { type Box, clipSegment } from './geometry.js';
import { pathsMark, tenth } from './paths.js';

/** A place for a label: the left end, middle or right end of its text, and the middle of its height, in pixels. */
export interface Place extends Point {
  anchor: 'start' | 'middle' | 'end';
  /** What the label belongs to, a dot or a point of a line, where it is too far away to tell: joined by a thin line. */
  from?: Point & { radius: number };
}

/** A text at its place. */
export interface PlacedLabel extends Place {
  text: string;
}

/** Puts labels one after the other, in pixels. */
export class LabelLayout {
  readonly #placed: PlacedLabel[] = [];
  readonly #taken: Box[] = [];

  /** @param lines polylines not to cover @param frame that labels should stay in */
  constructor(
    readonly lines: readonly (readonly Point[])[],
    readonly frame: Box,
  ) {}

  /** Keeps a spot free, such as that of a dot. */
  reserve({ x, y }: Point, radius: number): void {
    this.#taken.push({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius });
  }

  /** Takes the best of the places; the earlier one of equals. */
  add(text: string, places: readonly Place[]): void {
    const [best] = places
      .map((place) => ({ place, cost: this.#cost(boxOf(text, place)) + (place.from ? 30 : 0) }))
      .sort((a, b) => a.cost - b.cost);
    if (!best) return;
    this.#placed.push({ text, ...best.place });
    this.#taken.push(boxOf(text, best.place));
  }

  /** The labels as marks, with a rim of the card's colour where they cross a line after all. */
  marks(): Plot.Markish[] {
    const texts = (['start', 'middle', 'end'] as const)
      .map((anchor) => this.#placed.filter((label) => label.anchor === anchor))
      .filter((labels) => labels.length > 0)
      .map((labels) => {
        const axis = (of: (label: PlacedLabel) => number) => ({ value: labels.map(of), scale: null });
        return Plot.text(labels, {
          x: axis((label) => label.x),
          y: axis((label) => label.y),
          text: 'text',
          textAnchor: labels[0]!.anchor,
          fill: 'var(--soft)',
          stroke: 'var(--card)',
          strokeWidth: 4,
          className: 'plot-label',
        });
      });
    const leaders = this.#placed.map(leader).join('');
    const attributes = { fill: 'none', stroke: 'var(--soft)', 'stroke-width': '0.8' };
    return [leaders === '' ? null : pathsMark([{ d: leaders, attributes }]), ...texts];
  }

  #cost(box: Box): number {
    const { left, right, top, bottom } = this.frame;
    const outside =
      Math.max(0, left - box.left) +
      Math.max(0, box.right - right) +
      Math.max(0, top - box.top) +
      Math.max(0, box.bottom - bottom);
    const overlaps = this.#taken.filter(
      (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom,
    ).length;
    let covered = 0;
    for (const line of this.lines)
      for (let i = 1; i < line.length; i += 1) {
        const part = clipSegment(line[i - 1]!, line[i]!, box);
        if (part) covered += Math.hypot(part[1].x - part[0].x, part[1].y - part[0].y);
      }
    return 1000 * outside + 1000 * overlaps + covered;
  }
}

/** A line from what is meant to its label. */
function leader({ x, y, anchor, from }: PlacedLabel): string {
  if (!from) return '';
  const distance = Math.hypot(x - from.x, y - from.y);
  const at = (away: number): string =>
    `${tenth(from.x + ((x - from.x) * away) / distance)},${tenth(from.y + ((y - from.y) * away) / distance)}`;
  return `M${at(from.radius)}L${at(distance - (anchor === 'middle' ? 10 : 3))}`;
}

/** About as wide as the letters are on a phone. */
function boxOf(text: string, { x, y, anchor }: Place): Box {
  const wide = 7.4 * text.length;
  const left = anchor === 'start' ? x : anchor === 'end' ? x - wide : x - wide / 2;
  return { left, right: left + wide, top: y - 9, bottom: y + 9 };
}
