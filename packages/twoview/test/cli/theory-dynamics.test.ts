// twoview theory dynamics: what it prints, its JSON, its page, and bad settings.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { analyse, decayDiagram, dynamicsCourse, dynamicsSchema, phasePortrait } from 'twoview/theory/dynamics';
import { resolveSettings } from 'twoview/training';
import { describe, expect, test } from 'vitest';
import { json, patience, temporaryFolder, twoview } from './setup.js';

interface Analysis {
  regime: { verdict: string; reason: string };
  criticalWeightDecay: number | null;
  fixedPoints: { name: string; p: number; s: number; stable: boolean }[];
  basin: { p0: number | null; s0: number | null };
  modes: { fate: string; end: { p: number; s: number; tau: number } }[];
  rates: { rate: number }[];
  collapsingLag: number | null;
}

const dynamics = (...args: string[]) => twoview('theory', 'dynamics', ...args);

describe('twoview theory dynamics', { timeout: patience }, () => {
  test('says why, in words and in numbers', async () => {
    const { code, stdout, stderr } = await dynamics('eta=0.05', 'modes=[{"p":0.1,"s":0.01},{"p":0.02,"s":0.0004}]');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^it depends on the start: weight decay 0\.05 is below the critical 0\.2273/);
    expect(stdout).toMatch(/boundary +0\.053102 +0\.0028198 +no/);
    expect(stdout).toMatch(/survival +0\.85599 /);
    expect(stdout).toMatch(/p 0\.1, s 0\.01 +.* escaped/);
    expect(stdout).toMatch(/p 0\.02, s 0\.0004 +.* collapsed/);
    expect(stdout).not.toMatch(/NaN|undefined|null/);
  });

  test('takes slots by name, and prints one JSON object', async () => {
    const ema = await json<Analysis>('theory', 'dynamics', 'target=ema', 'target.beta=0.1', 'eta=0.1', '--json');
    expect(ema.basin.p0).toBeCloseTo(0.24615, 4);
    expect(ema.collapsingLag).toBe('Infinity');
    expect(ema.fixedPoints.map(({ name }) => name)).toEqual(['collapse', 'boundary', 'survival']);
    const set = await json<Analysis>('theory', 'dynamics', 'predictor=directSet', 'predictor.epsilon=0.1', '--json');
    expect(set.modes.map(({ fate }) => fate)).toEqual(Array(5).fill('escaped'));
    for (const { end } of set.modes) expect(end.s).toBeCloseTo(0.64436, 5);
  });

  test('writes a page with curves, portrait and phase diagram that loads nothing', async () => {
    const out = path.join(temporaryFolder(), 'page');
    const { code, stdout } = await dynamics('target=ema', 'modes=[{"p":0.1,"s":0.01}]', '-o', out);
    expect(code).toBe(0);
    expect(stdout).toContain(path.join(out, 'report.html'));
    const page = readFileSync(path.join(out, 'report.html'), 'utf8');
    for (const title of ['Predictor p(t)', 'Features s(t)', 'Target τ(t)', 'Phase portrait', 'Phase diagram'])
      expect(page).toContain(title);
    expect(page.match(/<svg role="img"/g)!.length).toBeGreaterThanOrEqual(5);
    // As it can be typed: a shell would read the brackets.
    expect(page).toMatch(/twoview theory dynamics target=ema &#39;modes=\[.*\]&#39; -o/);
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)|undefined|NaN/);
  });

  test.each([
    [['eta=-1'], /theory dynamics: eta: .*>=0/],
    [['target=bye'], /target\.name/],
    [['alphaP=1e6'], /rates are too fast .*; make decays, alphaP or beta less extreme/],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stdout, stderr } = await dynamics(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').length).toBe(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test.each([
    [['bet=0.1'], /has no 'bet'/],
    [['lambdaS=2'], /give lambdaS and lambdaD together/],
    [['lambdaS=1', 'lambdaD=2'], /lambdaS: must be at least lambdaD/],
    [['modes=[]'], /modes: /],
    [['modes.0.s=-1'], /modes\.0\.s: /],
    [['eta'], /is no override/],
    [['time=0'], /time: /],
  ])('%j are no settings', (args, message) => {
    expect(() => resolveSettings(dynamicsSchema, args, 'theory dynamics')).toThrow(message);
  });

  test('--help explains every setting', async () => {
    const { code, stdout } = await dynamics('--help');
    expect(code).toBe(0);
    for (const field of Object.keys(dynamicsSchema.shape)) expect(stdout).toMatch(new RegExp(`^ *${field}\\b`, 'm'));
    expect(stdout).not.toContain('undefined');
  });
});

describe('the analysis', () => {
  const of = (settings: object) => analyse(dynamicsSchema.parse(settings));

  test.each([
    [{ eta: 0.23 }, 'collapses', /above the critical 0\.2273/],
    [{ predictor: { name: 'identity' } }, 'collapses', /without predictor .* rate 0\.14/],
    [{ target: { name: 'online' } }, 'collapses', /without stop-gradient .* rate 0\.2309/],
    [{ etaP: 0, etaS: 0.02 }, 'collapses', /the predictor does not/],
    [{ etaP: 0.02, etaS: 0 }, 'survives', /the encoder does not/],
    [{ eta: 0 }, 'depends', /never fades/],
    [{ eta: 0.1 }, 'depends', /p- = 0\.1144 grow to p\+ = 0\.7947/],
    [{ eta: 0, sigma2: 0, predictor: { name: 'identity' } }, 'stays', /without noise and decay/],
    [{ predictor: { name: 'directSet' } }, 'depends', /set to follow/],
    [{ eta: 0, sigma2: 0, target: { name: 'online' } }, 'depends', /distance of p from 1/],
    [{ predictor: { name: 'identity' }, target: { name: 'stopGradient', tau: 2 } }, 'survives', /outgrows/],
  ])('%j: %s', (settings, verdict, reason) => {
    const { regime, modes, criticalWeightDecay } = of(settings);
    expect(regime.verdict).toBe(verdict);
    expect(regime.reason).toMatch(reason);
    const fates = new Set(modes.map(({ fate }) => fate));
    if (verdict === 'collapses') expect([...fates]).toEqual(['collapsed']);
    if (verdict === 'survives') expect([...fates]).toEqual(['escaped']);
    expect(criticalWeightDecay === null).toBe(
      'predictor' in settings ? settings.predictor.name === 'identity' : 'target' in settings,
    );
  });

  test('the portrait has the flow, the parabola and the fixed points of the model', () => {
    const settings = dynamicsSchema.parse({ eta: 0.05, alphaP: 2 });
    const portrait = phasePortrait(settings)!;
    expect(portrait.arrows).toHaveLength(18 * 18);
    for (const { x, y, dx, dy } of portrait.arrows.slice(100, 110)) {
      expect(dx).toBeCloseTo(2 * y * (1 - 1.1 * x) - 0.05 * x, 12);
      expect(dy).toBeCloseTo(2 * x * y * (1 - 1.1 * x) - 0.1 * y, 12);
    }
    for (const { x, y } of portrait.parabola) expect(y).toBeCloseTo((x * x) / 2, 12);
    for (const { x, y } of portrait.nullclines.find(({ of: name }) => name === 'p')!.points)
      expect(2 * y * (1 - 1.1 * x)).toBeCloseTo(0.05 * x, 12);
    expect(portrait.fixedPoints.map(({ stable }) => stable)).toEqual([true, false, true]);
    expect(phasePortrait(dynamicsSchema.parse({ predictor: { name: 'directSet' } }))).toBeNull();
  });

  test('the phase diagram is empty above the critical decay, and survives left of p- nowhere', () => {
    const diagram = decayDiagram(dynamicsSchema.parse({}))!;
    diagram.y.values.forEach((eta, i) => {
      const minus = eta <= 1 / 4.4 ? (1 - Math.sqrt(1 - 4.4 * eta)) / 2.2 : Number.POSITIVE_INFINITY;
      diagram.x.values.forEach((p, j) => {
        const s = diagram.s[i * diagram.x.values.length + j]!;
        if (p < 0.9 * minus) expect(s).toBeLessThan(0.1);
        else if (p > 1.5 * minus && eta < 0.2) expect(s).toBeGreaterThan(0.3);
      });
    });
    expect(decayDiagram(dynamicsSchema.parse({ target: { name: 'online' } }))).toBeNull();
    // Fast averages, large rates and separate decays make it shorter, never refused.
    for (const settings of [
      { target: { name: 'ema', beta: 1000 } },
      { etaP: 0.5, etaS: 0.01 },
      { sigma2: 1000 },
      { alphaP: 1e6 },
    ])
      expect(decayDiagram(dynamicsSchema.parse(settings))!.s.every(Number.isFinite)).toBe(true);
  });

  test('courses start where modes start and end where the analysis says', () => {
    const settings = dynamicsSchema.parse({ target: { name: 'ema' } });
    const { times, modes } = dynamicsCourse(settings, 30);
    expect([times[0], times.at(-1)]).toEqual([0, 200]);
    analyse(settings).modes.forEach(({ start, end }, i) => {
      expect(modes[i]!.p[0]).toBe(start.p);
      expect(modes[i]!.s.at(-1)).toBeCloseTo(end.s, 8);
    });
  });
});
