// A paper's page with figures of each kind: its contents, and how it looks on a phone.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { renderClaimsReport } from '../../../src/report/index.js';
import { heatmap, lines, phase, range } from './drawings.js';

const cornered = phase({
  fixedPoints: [
    { x: 0, y: 0, stable: true, label: 'collapse' },
    { x: 0.04, y: 0.002, stable: false, label: 'a saddle near it' },
    { x: 1, y: 1, stable: false, label: 'in the upper corner' },
    { x: 1, y: 0, stable: true, label: 'in the lower corner' },
    { x: 0, y: 1, stable: true, label: 'on the left' },
  ],
  trajectories: [{ label: 'a', points: range(99, (i) => ({ x: i / 98, y: (i / 98) ** 2 })) }],
});

const everything = renderClaimsReport({
  title: 'A paper',
  citation: 'Someone 2021',
  lead: ['It says something.'],
  claims: [],
  figures: [
    { title: 'Planes', note: 'What to <look> at.', figures: [cornered] },
    {
      title: 'Matrices',
      figures: (['sequential', 'diverging'] as const).map((colors) =>
        heatmap(
          range(5, (i) => range(5, (j) => (colors === 'diverging' ? i - j : i + j))),
          { colors, numbers: true },
        ),
      ),
    },
    {
      title: 'Courses',
      figures: [
        lines([
          {
            label: 'a',
            points: [
              { x: 0, y: 1 },
              { x: 1, y: 2 },
            ],
          },
        ]),
      ],
    },
  ],
  command: 'twoview reproduce a-paper',
  environment: {},
});

describe('the page of a paper', () => {
  test('begins with its contents when it is long, and every link leads somewhere', () => {
    const nav = /<nav class="contents"[\s\S]*?<\/nav>/.exec(everything)![0];
    const targets = [...nav.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id!);
    expect(targets).toHaveLength(7);
    for (const id of targets) expect(everything).toContain(`<section id="${id}">`);
    expect(everything).toContain('What to &#60;look&#62; at.');
    const short = renderClaimsReport({
      title: 't',
      citation: 'c',
      lead: [],
      claims: [],
      figures: [],
      command: 'x',
      environment: {},
    });
    expect(short).not.toContain('<nav');
  });

  test.skipIf(!existsSync('/usr/bin/chromium'))(
    'in Chromium: fits a phone, labels stay in their frames and apart, numbers have a contrast of 4.5 to 1 (skipped without Chromium)',
    async () => {
      const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
      try {
        for (const colorScheme of ['light', 'dark'] as const) {
          const page = await browser.newPage({ colorScheme, viewport: { width: 390, height: 900 } });
          await page.setContent(everything);
          const state = await page.evaluate(`(() => {
            const boxes = [...document.querySelectorAll('.plot-label text')].map((e) => e.getBoundingClientRect());
            const svg = document.querySelector('.plot').getBoundingClientRect();
            const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
            const luminance = (color) => {
              canvas.fillStyle = color;
              canvas.fillRect(0, 0, 1, 1);
              return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((v) => v / 255)
                .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            };
            const ink = luminance(getComputedStyle(document.querySelector('.plot-number text')).fill);
            const cells = [...document.querySelectorAll('path[fill^="color-mix"]')].map((e) => luminance(getComputedStyle(e).fill));
            return {
              overflow: document.documentElement.scrollWidth - innerWidth,
              labels: boxes.length,
              outside: boxes.filter((b) => b.left < svg.left || b.right > svg.right || b.top < svg.top || b.bottom > svg.bottom).length,
              overlaps: boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
                a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)).length,
              cells: cells.length,
              contrast: Math.min(...cells.map((cell) => (Math.max(ink, cell) + 0.05) / (Math.min(ink, cell) + 0.05))),
            };
          })()`);
          expect(state).toMatchObject({ overflow: 0, labels: 5, outside: 0, overlaps: 0, cells: 18 });
          expect((state as { contrast: number }).contrast).toBeGreaterThan(4.5);
          await page.close();
        }
      } finally {
        await browser.close();
      }
    },
  );
});
