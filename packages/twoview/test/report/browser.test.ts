/** Opens reports in a real browser, from disk. Skipped where there is no Chromium at /usr/bin/chromium. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  renderComparisonReport,
  renderMetaRlComparison,
  renderMetaRlReport,
  renderRobustnessReport,
  renderRunReport,
} from '../../src/report/index.js';
import { fakeRun, untrainedArm } from './fixture.js';
import { fakeMetaRl, fakeRuns } from './metarl-fixture.js';
import { fakeRobustness } from './robustness-fixture.js';

vi.setConfig({ testTimeout: 60_000 }); // a browser on a busy machine
const executablePath = '/usr/bin/chromium';

describe.skipIf(!existsSync(executablePath))('in Chromium', () => {
  let browser: Browser;
  let dir: string;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    dir = mkdtempSync(join(tmpdir(), 'twoview-browser-'));
    const bare = { name: 'a', method: 'simclr', dataset: 'photos', rows: [] };
    const long = 'a-very-long-name-without-any-place-to-break-it-'.repeat(4);
    const arms = [untrainedArm(), fakeRun(), fakeRun(true)];
    const pages = {
      run: await renderRunReport(fakeRun()),
      bare: await renderRunReport(bare),
      long: await renderRunReport({
        ...fakeRun(),
        name: long,
        method: long,
        environment: { [long]: long },
        commands: { rerun: long },
      }),
      comparison: await renderComparisonReport(arms, {
        title: 'Three arms',
        lead: 'Compared.',
        command: 'twoview demo',
      }),
      robustness: await renderRobustnessReport(fakeRobustness()),
      metarl: await renderMetaRlReport(fakeMetaRl()),
      'metarl-comparison': await renderMetaRlComparison({
        title: 'PEARL and TCL',
        families: [
          {
            family: 'half-cheetah-vel',
            arms: [
              { name: 'PEARL', runs: fakeRuns(3, 3) },
              { name: 'TCL', runs: fakeRuns(3, 5) },
            ],
          },
        ],
      }),
    };
    for (const [name, page] of Object.entries(pages)) writeFileSync(join(dir, `${name}.html`), page);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    if (dir) rmSync(dir, { recursive: true });
  });

  for (const name of ['run', 'bare', 'long', 'comparison', 'robustness', 'metarl', 'metarl-comparison']) {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      it(`${name} at ${width} pixels, ${colorScheme}: loads nothing, complains of nothing, fits`, async () => {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        const complaints: string[] = [];
        const requests: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('request', (request) => requests.push(request.url()));
        const url = pathToFileURL(join(dir, `${name}.html`)).href;
        await page.goto(url);
        for (const details of await page.locator('details').all()) await details.locator('summary').click();

        expect(complaints).toEqual([]);
        expect(requests.filter((request) => request !== url && !request.startsWith('data:'))).toEqual([]);
        const state = await page.evaluate(`({
          overflow: document.documentElement.scrollWidth - innerWidth,
          broken: [...document.images].filter((image) => !image.complete || image.naturalWidth === 0).length,
          unnamed: [...document.images].filter((image) => !image.alt).length,
          paper: getComputedStyle(document.body).backgroundColor,
          stroke: [...document.querySelectorAll('.plot [stroke^="var"], .plot [stroke^="color-mix"]')]
            .filter((mark) => getComputedStyle(mark).stroke === 'none').length,
        })`);
        expect(state).toEqual({
          overflow: 0,
          broken: 0,
          unnamed: 0,
          paper: colorScheme === 'dark' ? 'rgb(20, 23, 27)' : 'rgb(251, 250, 247)',
          stroke: 0,
        });
        await page.close();
      });
    }
  }

  it('text has the contrast that WCAG AA asks for (4.5 to 1), in light and dark', async () => {
    for (const [name, colorScheme] of [
      ['comparison', 'light'],
      ['comparison', 'dark'],
      ['robustness', 'light'],
      ['robustness', 'dark'],
      ['metarl', 'light'],
      ['metarl', 'dark'],
    ] as const) {
      const page = await browser.newPage({ colorScheme });
      await page.goto(pathToFileURL(join(dir, `${name}.html`)).href);
      const low = await page.evaluate(`(() => {
        const channels = (text) => text.match(/[\\d.]+/g).map(Number);
        const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
          .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
          .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const paper = (element) => {
          for (let e = element; e; e = e.parentElement) {
            const c = channels(getComputedStyle(e).backgroundColor);
            if (c.length < 4 || c[3] > 0) return c;
          }
        };
        return [...document.querySelectorAll('p, li, th, td, h1, h2, h3, figcaption, .badge, .mark, .pause-label, .stills span, caption, code, .plot text, .stage text')]
          .filter((element) => element.textContent.trim())
          .map((element) => {
            const style = getComputedStyle(element);
            const [a, b] = [luminance(channels(element.closest('svg') ? style.fill : style.color)), luminance(paper(element))];
            return { what: element.className?.baseVal ?? element.tagName + '.' + element.className, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
          })
          .filter(({ ratio }) => ratio < 4.5);
      })()`);
      expect(low).toEqual([]);
      await page.close();
    }
  });

  it('a roll-out moves, stops when asked to, and waits for a press where motion is not wanted', async () => {
    for (const [reducedMotion, before, after] of [
      ['no-preference', 'running', 'paused'],
      ['reduce', 'paused', 'running'],
    ] as const) {
      const page = await browser.newPage({ reducedMotion });
      await page.goto(pathToFileURL(join(dir, 'metarl.html')).href);
      const shown = `(() => {
        const { left, right } = document.querySelector('.stage').getBoundingClientRect();
        const clocks = document.querySelector('.stage').querySelectorAll('.clock');
        const time = [...clocks].findIndex((clock) => clock.getBoundingClientRect().left > left && clock.getBoundingClientRect().right < right);
        const state = getComputedStyle(document.querySelector('.film')).animationPlayState;
        return { time, state, label: document.querySelector('.pause-label').innerText };
      })()`;
      const first = (await page.evaluate(shown)) as { time: number; state: string };
      expect(first.state).toBe(before);
      expect(first.time).toBeGreaterThanOrEqual(0);
      await page.waitForTimeout(400);
      const second = (await page.evaluate(shown)) as { time: number; label: string };
      expect(second.time === first.time).toBe(before === 'paused');
      expect(second.label).toContain(before === 'paused' ? 'play' : 'pause');
      await page.locator('.pause-label').first().click();
      const pressed = (await page.evaluate(shown)) as { state: string; label: string };
      expect(pressed.state).toBe(after);
      expect(pressed.label).toContain(after === 'paused' ? 'play' : 'pause');
      await page.close();
    }
  });

  it('prints on white, with folded parts unfolded', async () => {
    const page = await browser.newPage({ colorScheme: 'dark', viewport: { width: 720, height: 1000 } });
    await page.goto(pathToFileURL(join(dir, 'run.html')).href);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const state = await page.evaluate(`({
      ink: getComputedStyle(document.body).color,
      paper: getComputedStyle(document.body).backgroundColor,
      scheme: getComputedStyle(document.documentElement).colorScheme,
      overflow: document.documentElement.scrollWidth - innerWidth,
    })`);
    expect(state).toEqual({ ink: 'rgb(29, 33, 38)', paper: 'rgb(255, 255, 255)', scheme: 'light', overflow: 0 });
    expect(
      await page.evaluate(`document.querySelector('#configuration pre').getBoundingClientRect().height`),
    ).toBeGreaterThan(20);
    expect((await page.pdf()).length).toBeGreaterThan(50_000);
    await page.close();
  });
});
