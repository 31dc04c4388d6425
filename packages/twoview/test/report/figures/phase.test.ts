// Phase portraits: arrows, paths, fixed points.
import { describe, expect, test } from 'vitest';
import { coordinates, description, draw, elements, legend, phase, range } from './drawings.js';

describe('phase portrait', () => {
  /** Data of the paths that have these attributes. */
  const paths = (page: string, attributes: Record<string, string>): string[] =>
    elements(page, 'path')
      .filter((element) => Object.entries(attributes).every(([name, value]) => element[name] === value))
      .map(({ d }) => d!);

  test('arrows have one length, point along the flow on the paper and are fainter where it is slow', () => {
    const page = draw(
      phase({
        xDomain: [0, 10],
        arrows: [
          { x: 5, y: 0.5, dx: 10, dy: 0 },
          { x: 5, y: 0.5, dx: 0, dy: 1e-4 },
          { x: 5, y: 0.5, dx: 0, dy: 0 },
          { x: 5, y: 5, dx: 1, dy: 0 },
          { x: 5, y: 0.5, dx: Number.NaN, dy: 0 },
        ],
      }),
    );
    const arrows = elements(page, 'path[stroke-opacity]').map((element) => ({
      opacity: Number(element['stroke-opacity']),
      ends: coordinates(element.d!),
    }));
    expect(arrows).toHaveLength(2);
    const [slow, fast] = arrows.map(({ ends: [tail, tip] }) => [tip![0]! - tail![0]!, tip![1]! - tail![1]!]);
    expect(slow![0]).toBeCloseTo(0, 6);
    expect(slow![1]).toBeLessThan(0); // upwards
    expect(fast![1]).toBeCloseTo(0, 6);
    expect(fast![0]).toBeCloseTo(-slow![1]!, 1);
    expect(arrows[0]!.opacity).toBeLessThan(arrows[1]!.opacity);
  });

  test('paths are cut at the frame, and at points that are not finite', () => {
    const points = [
      { x: -1, y: 0.5 },
      { x: 2, y: 0.5 },
      { x: 2, y: Number.NaN },
      { x: 0.5, y: 0.2 },
      { x: 0.5, y: -9 },
    ];
    const page = draw(phase({ trajectories: [{ label: 'a', points }] }));
    const [outline] = paths(page, { fill: 'none', stroke: 'var(--series-1)' });
    const [left, right, inside, down] = coordinates(outline!);
    expect(left![1]).toBe(right![1]);
    expect(right![0]).toBe(444); // width 460 less the margin of 16
    expect(inside![0]).toBe(down![0]);
    expect(down![1]).toBe(356); // height 400 less the margin of 44
    expect(outline!.match(/M/g)).toHaveLength(2);
  });

  test('a path ends in the head of an arrow that points onwards', () => {
    const page = draw(
      phase({ trajectories: [{ label: 'a', color: 'red', points: range(50, (i) => ({ x: 0.2 + i / 100, y: 0.5 })) }] }),
    );
    const [head] = paths(page, { fill: 'red' });
    const [tip, one, two] = coordinates(head!).slice(-3);
    expect(tip![0]).toBeGreaterThan(one![0]!);
    expect(one![0]).toBeCloseTo(two![0]!, 6);
    expect((one![1]! + two![1]!) / 2).toBeCloseTo(tip![1]!, 1);
  });

  test('fixed points are filled when stable, hollow otherwise, left out when outside', () => {
    const page = draw(
      phase({
        fixedPoints: [
          { x: 0, y: 0, stable: true, label: 'collapse' },
          { x: 0.5, y: 0.5, stable: false, label: 'saddle' },
          { x: 0.9, y: 0.8, stable: true, label: 'learned' },
          { x: 3, y: 3, stable: true, label: 'far' },
        ],
      }),
    );
    expect(paths(page, { fill: 'var(--ink)' })).toHaveLength(2);
    expect(paths(page, { fill: 'var(--card)' })).toHaveLength(1);
    expect(page).not.toContain('>far<');
    expect(description(page)).toContain('Unstable fixed point saddle at (0.5, 0.5).');
  });

  test('dashed curves, and one entry of the legend for all paths of a label', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ];
    const page = draw(
      phase({
        trajectories: [
          { label: 'learns', points },
          { label: 'learns', points },
          { label: 'collapses', points },
        ],
        curves: [{ label: 'nullcline', points }],
      }),
    );
    expect(legend(page)).toEqual(['learns', 'collapses', 'nullcline']);
    expect(paths(page, { stroke: 'var(--series-3)', 'stroke-dasharray': '6 4' })).toHaveLength(1);
    expect(paths(page, { fill: 'none', stroke: 'var(--series-1)' })).toHaveLength(2);
  });

  test('refuses a domain that is none', () => {
    expect(() => draw(phase({ xDomain: [1, 0] }))).toThrow(/xDomain is \[1, 0\]/);
  });
});
