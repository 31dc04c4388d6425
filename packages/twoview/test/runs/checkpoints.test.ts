import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { CheckpointStore } from '../../src/runs/checkpoints.js';
import { dieAt, temporaryFolder, withoutFlushing } from './helpers.js';

vi.setConfig({ testTimeout: 30_000 }); // dozens of simulated deaths, on a busy machine
withoutFlushing();
const dir = temporaryFolder();
const store = () => new CheckpointStore(join(dir(), 'checkpoints'));

/** A checkpoint of two files whose contents say which step they belong to. */
function write(step: number) {
  return (folder: string) => {
    writeFileSync(join(folder, 'weights.safetensors'), `weights of step ${step}`.repeat(100));
    mkdirSync(join(folder, 'state'));
    writeFileSync(join(folder, 'state', 'state.json'), JSON.stringify({ step }));
  };
}

const stateOf = (path: string): unknown => JSON.parse(readFileSync(join(path, 'state', 'state.json'), 'utf8'));

describe('a checkpoint', () => {
  it('holds what was written, with a manifest of sizes and checksums', async () => {
    const saved = await store().save('last', { step: 10, epoch: 1.5, metrics: { knn: 0.4 } }, write(10));
    expect(saved.path).toBe(join(dir(), 'checkpoints', 'last'));
    expect(readdirSync(saved.path).sort()).toEqual(['manifest.json', 'state', 'weights.safetensors']);
    expect(store().find('last')).toEqual({
      name: 'last',
      path: saved.path,
      step: 10,
      epoch: 1.5,
      metrics: { knn: 0.4 },
    });
    const manifest = JSON.parse(readFileSync(join(saved.path, 'manifest.json'), 'utf8'));
    expect(Object.keys(manifest.files)).toEqual(['state/state.json', 'weights.safetensors']);
    expect(manifest.files['weights.safetensors'].bytes).toBe(1800);
    expect(manifest.files['state/state.json'].sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(store().damage(saved)).toBeUndefined();
  });

  it('waits for an asynchronous writer', async () => {
    await store().save('last', { step: 1 }, async (folder) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      write(1)(folder);
    });
    expect(store().latest().checkpoint?.step).toBe(1);
  });

  it('is listed in order of steps, copied without a second copy of its bytes, and pruned', async () => {
    const checkpoints = store();
    for (const step of [5, 100, 20]) {
      await checkpoints.save('last', { step }, write(step));
      await checkpoints.copy('last', `step-${step}`);
    }
    await checkpoints.copy('step-20', 'best', { knn: 0.5 });
    expect(checkpoints.list().map(({ name }) => name)).toEqual(['step-5', 'last', 'best', 'step-20', 'step-100']);
    expect(checkpoints.find('best')?.metrics).toEqual({ knn: 0.5 });
    expect(statSync(join(checkpoints.find('best')!.path, 'weights.safetensors')).nlink).toBeGreaterThan(1);
    checkpoints.prune(1);
    expect(checkpoints.list().map(({ name }) => name)).toEqual(['last', 'best', 'step-100']);
  });

  it('refuses a name that is a path', async () => {
    await expect(store().save('../last', { step: 1 }, write(1))).rejects.toThrow('cannot name a checkpoint');
    await expect(store().copy('last', 'best')).rejects.toThrow('no checkpoint last');
  });
});

describe('a damaged checkpoint', () => {
  it.each([
    ['shorter', (p: string) => writeFileSync(join(p, 'weights.safetensors'), 'short'), 'has 5 bytes instead of 1700'],
    [
      'of the same size but other content',
      (p: string) => writeFileSync(join(p, 'state', 'state.json'), '{"step":9}'),
      'does not match its checksum',
    ],
    [
      'without a manifest',
      (p: string) => writeFileSync(join(p, 'manifest.json'), '{'),
      'manifest.json is missing or unreadable',
    ],
  ])('(%s) is passed over for the one before', async (_how, damage, reason) => {
    await store().save('last', { step: 1 }, write(1));
    await store().save('last', { step: 2 }, write(2));
    damage(join(dir(), 'checkpoints', 'last'));
    const { checkpoint, damaged } = store().latest();
    expect(checkpoint?.step).toBe(1);
    expect(stateOf(checkpoint!.path)).toEqual({ step: 1 });
    expect(damaged).toEqual([{ name: 'last', reason: expect.stringContaining(reason) }]);
  });

  it('gives way to a numbered one when there is no other', async () => {
    await store().save('step-1', { step: 1 }, write(1));
    await store().save('best', { step: 3 }, write(3));
    writeFileSync(join(dir(), 'checkpoints', 'best', 'weights.safetensors'), '');
    expect(store().latest()).toMatchObject({ checkpoint: { name: 'step-1' }, damaged: [{ name: 'best' }] });
  });

  it('leaves nothing to go on from when it is the only one', async () => {
    await store().save('best', { step: 3 }, write(3));
    writeFileSync(join(dir(), 'checkpoints', 'best', 'weights.safetensors'), '');
    expect(store().latest()).toEqual({ damaged: [{ name: 'best', reason: expect.any(String) }] });
  });
});

describe('when writing fails', () => {
  it('a full disk gives one clear sentence and leaves the old checkpoint', async () => {
    if (!existsSync('/dev/full')) return;
    await store().save('last', { step: 1 }, write(1));
    const full = store().save('last', { step: 2 }, (folder) => {
      symlinkSync('/dev/full', join(folder, 'weights.safetensors'));
      writeFileSync(join(folder, 'weights.safetensors'), 'weights');
    });
    await expect(full).rejects.toThrow(
      /^Could not save checkpoint last in .*older checkpoints are intact.*disk is full/,
    );
    expect(store().latest()).toMatchObject({ checkpoint: { step: 1 }, damaged: [] });
    expect(readdirSync(join(dir(), 'checkpoints'))).toEqual(['last']);
  });

  it('an error of the writer passes unchanged and leaves the old checkpoint', async () => {
    await store().save('last', { step: 1 }, write(1));
    const failing = store().save('last', { step: 2 }, () => {
      throw new TypeError('cannot serialise');
    });
    await expect(failing).rejects.toThrow(new TypeError('cannot serialise'));
    expect(store().latest().checkpoint?.step).toBe(1);
  });
});

describe('a process killed at any file operation', () => {
  for (const name of ['last', 'best']) {
    it(`while replacing ${name} leaves a complete checkpoint, also to a reader before any repair`, async () => {
      let deaths = 0;
      for (let n = 1; ; n += 1) {
        const checkpoints = new CheckpointStore(join(dir(), `killed-at-${n}`));
        await checkpoints.save(name, { step: 1 }, write(1));
        await checkpoints.save(name, { step: 2 }, write(2));
        const died = await dieAt(n, () => checkpoints.save(name, { step: 3 }, write(3)));

        for (const repair of [false, true]) {
          const survivor = new CheckpointStore(join(dir(), `killed-at-${n}`));
          if (repair) survivor.recoverAll();
          const { checkpoint, damaged } = survivor.latest();
          expect(damaged, `killed at operation ${n}`).toEqual([]);
          expect([2, 3], `killed at operation ${n}`).toContain(checkpoint?.step);
          expect(stateOf(checkpoint!.path)).toEqual({ step: checkpoint!.step });
          expect(survivor.damage(survivor.find(name)!)).toBeUndefined();
          if (repair) {
            expect(checkpoint!.path).toBe(join(dir(), `killed-at-${n}`, name));
            await survivor.save(name, { step: 4 }, write(4));
            expect(survivor.latest().checkpoint?.step).toBe(4);
            expect(readdirSync(join(dir(), `killed-at-${n}`)).filter((e) => e.endsWith('incoming'))).toEqual([]);
          }
        }
        if (!died) break;
        deaths += 1;
      }
      expect(deaths).toBeGreaterThan(15);
    });
  }

  it('even again while repairing what the first death left, loses nothing', async () => {
    let tried = 0;
    for (let n = 1; ; n += 1) {
      let died = false;
      for (let m = 1; ; m += 1) {
        const path = join(dir(), `${n}-${m}`);
        await new CheckpointStore(path).save('last', { step: 1 }, write(1));
        died = await dieAt(n, () => new CheckpointStore(path).save('last', { step: 2 }, write(2)));
        const diedAgain = await dieAt(m, () => new CheckpointStore(path).recoverAll());
        new CheckpointStore(path).recoverAll();
        const { checkpoint } = new CheckpointStore(path).latest();
        expect([1, 2], `killed at ${n}, then at ${m}`).toContain(checkpoint?.step);
        expect(checkpoint?.path).toBe(join(path, 'last'));
        tried += 1;
        if (!diedAgain) break;
      }
      if (!died) break;
    }
    expect(tried).toBeGreaterThan(30);
  });
});
