/** Straight lines to compare with, and their labels. */
import * as Plot from '@observablehq/plot';
import type { Axis } from './axis.js';
import type { LinesFigure, Point } from './figure.js';
import { LabelLayout, type Place } from './labels.js';
import type { Panel } from './panel.js';

type Rule = NonNullable<LinesFigure['rules']>[number];

/** A rule from end to end of the frame. */
export function ruleMark({ axis, value }: Rule, scale: Axis): Plot.Markish {
  const options = { stroke: 'var(--muted)', strokeWidth: 1.2, strokeDasharray: '2 3' };
  const at = [scale.place(value)];
  return axis === 'x' ? Plot.ruleX(at, options) : Plot.ruleY(at, options);
}

/** Their labels, where they cover the curves least; curves in pixels. */
export function ruleLabels(
  rules: readonly Rule[],
  x: Axis,
  y: Axis,
  area: Panel,
  curves: readonly (readonly Point[])[],
): Plot.Markish[] {
  const layout = new LabelLayout([...curves, ...rules.map((rule) => line(rule, x, y, area))], area.frame);
  for (const rule of rules) layout.add(rule.label, places(rule, line(rule, x, y, area)[0], area));
  return layout.marks();
}

/** A rule as a line in pixels. */
function line({ axis, value }: Rule, x: Axis, y: Axis, { frame, ...area }: Panel): [Point, Point] {
  if (axis === 'x') {
    const at = area.x(x.place(value));
    return [
      { x: at, y: frame.top },
      { x: at, y: frame.bottom },
    ];
  }
  const at = area.y(y.place(value));
  return [
    { x: frame.left, y: at },
    { x: frame.right, y: at },
  ];
}

/** Beside a vertical rule from top to bottom, above or below a horizontal one from right to left. */
function places({ axis }: Rule, at: Point, { frame }: Panel): Place[] {
  const steps = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
  if (axis === 'x')
    return steps.flatMap((t): Place[] => {
      const y = frame.top + 10 + t * (frame.bottom - frame.top - 20);
      return [
        { x: at.x + 5, y, anchor: 'start' },
        { x: at.x - 5, y, anchor: 'end' },
      ];
    });
  const beside = steps.flatMap((t): Place[] => {
    const x = frame.right - 2 - t * (frame.right - frame.left - 4);
    const anchor = t === 0 ? 'end' : t === 1 ? 'start' : 'middle';
    return [
      { x, y: at.y - 10, anchor },
      { x, y: at.y + 10, anchor },
    ];
  });
  // Among many curves, further away with a line to the rule.
  const joined = steps.flatMap((t) =>
    [-30, 30, -46, 46].map((away): Place => {
      const x = frame.right - t * (frame.right - frame.left);
      return { x, y: at.y + away, anchor: 'middle', from: { x, y: at.y, radius: 0 } };
    }),
  );
  return [...beside, ...joined];
}
