/** Labels inside a drawing: of several places, the one that covers least. */
import * as Plot from '@observablehq/plot';
import type { Point } from './figure.js';
import { type Box, clipSegment } from './geometry.js';

/** A place for a label: the left end, middle or right end of its text, and the middle of its height, in pixels. */
export interface Place extends Point {
  anchor: 'start' | 'middle' | 'end';
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
      .map((place) => ({ place, cost: this.#cost(boxOf(text, place)) }))
      .sort((a, b) => a.cost - b.cost);
    if (!best) return;
    this.#placed.push({ text, ...best.place });
    this.#taken.push(boxOf(text, best.place));
  }

  /** The labels as marks, with a rim of the card's colour where they cross a line after all. */
  marks(): Plot.Markish[] {
    return (['start', 'middle', 'end'] as const)
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
    let crossings = 0;
    for (const line of this.lines)
      for (let i = 1; i < line.length; i += 1) if (clipSegment(line[i - 1]!, line[i]!, box)) crossings += 1;
    return 1000 * outside + 300 * overlaps + crossings;
  }
}

/** About as wide as the letters are on a phone. */
function boxOf(text: string, { x, y, anchor }: Place): Box {
  const wide = 7.4 * text.length;
  const left = anchor === 'start' ? x : anchor === 'end' ? x - wide : x - wide / 2;
  return { left, right: left + wide, top: y - 9, bottom: y + 9 };
}
