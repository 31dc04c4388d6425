// Who frees tensors: scopes, dispose, using, keep, and the garbage collector.
import { execFileSync } from 'node:child_process';
import { keep, memory, ones, scope, type Tensor, tensor, zeros } from '@twoview/torch';
import { describe, expect, it } from 'vitest';

const handles = () => memory().handles;

describe('scope', () => {
  it('frees what was made inside', () => {
    const before = handles();
    let inner: Tensor | undefined;
    const sum = scope(() => {
      inner = ones([3]).mul(2);
      return inner.sum().item();
    });
    expect(sum).toBe(6);
    expect(inner?.isDisposed).toBe(true);
    expect(handles()).toBe(before);
  });

  it('lets live what is reachable in the result: tensors, arrays, plain objects, Maps, Sets', () => {
    const result = scope(() => ({
      a: ones([1]),
      list: [ones([2]), { b: ones([3]) }] as const,
      map: new Map([['c', ones([4])]]),
      set: new Set([ones([5])]),
    }));
    expect(result.a.numel + result.list[0].numel + result.list[1].b.numel).toBe(6);
    expect(result.map.get('c')?.numel).toBe(4);
    expect([...result.set][0]?.numel).toBe(5);
  });

  it('hands survivors to the scope around it', () => {
    let inner: Tensor | undefined;
    scope(() => {
      inner = scope(() => ones([1]));
      expect(inner.isDisposed).toBe(false);
    });
    expect(inner?.isDisposed).toBe(true);
  });

  it('frees when its body throws', () => {
    const before = handles();
    expect(() =>
      scope(() => {
        ones([3]);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(handles()).toBe(before);
  });

  it('spares what keep() names, and tensors from outside', () => {
    const outside = ones([2]);
    let kept: Tensor | undefined;
    let view: Tensor | undefined;
    scope(() => {
      kept = keep(ones([2]));
      view = outside.view([1, 2]);
      scope(() => outside.add_(kept as Tensor));
    });
    expect(kept?.isDisposed).toBe(false);
    expect(view?.isDisposed).toBe(true);
    expect(outside.tolist()).toEqual([2, 2]);
    kept?.dispose();
  });

  it('refuses a Promise, and frees what its body made', () => {
    const before = handles();
    expect(() => scope(async () => ones([1]))).toThrow(/synchronous/);
    expect(handles()).toBe(before);
  });

  it('does not fail on results that contain themselves', () => {
    const loop: { self?: unknown; t?: Tensor } = {};
    scope(() => {
      loop.self = loop;
      loop.t = ones([1]);
      return loop;
    });
    expect(loop.t?.isDisposed).toBe(false);
  });
});

describe('dispose', () => {
  it('frees at once, twice does nothing, and every use afterwards is an Error', () => {
    const before = handles();
    const t = ones([2]);
    t.dispose();
    t.dispose();
    expect(handles()).toBe(before);
    expect(t.isDisposed).toBe(true);
    for (const use of [
      () => t.shape,
      () => t.dtype,
      () => t.numel,
      () => t.data(),
      () => t.share(),
      () => t.item(),
      () => t.backward(),
      () => t.grad,
      () => t.add(1),
      () => ones([2]).add(t),
      () => ones([2]).add_(t),
      () => scope(() => t.mul(2)),
    ]) {
      expect(use).toThrow(/freed/);
    }
    expect(t.toString()).toBe('Tensor(freed)');
  });

  it('of a view leaves the tensor it shows, and the reverse', () => {
    const t = tensor([1, 2]);
    const view = t.view([2, 1]);
    t.dispose();
    expect(view.tolist()).toEqual([[1], [2]]);
  });

  it('happens at the end of a `using` block', () => {
    let escaped: Tensor;
    {
      using t = ones([1]);
      escaped = t;
    }
    expect(escaped.isDisposed).toBe(true);
  });
});

describe('memory', () => {
  it('counts live tensors and their bytes', () => {
    const before = memory();
    const t = zeros([1024, 1024]);
    const after = memory();
    expect(after.handles - before.handles).toBe(1);
    expect(after.bytes - before.bytes).toBe(4 * 1024 * 1024);
    expect(after.peakBytes).toBeGreaterThanOrEqual(after.bytes);
    const view = t.view([-1]);
    expect(memory().bytes).toBe(after.bytes);
    t.dispose();
    expect(memory().bytes).toBe(after.bytes);
    view.dispose();
    expect(memory().bytes).toBe(before.bytes);
  });
});

function withCollector(body: string): unknown {
  const index = new URL('../dist/index.js', import.meta.url).href;
  const script = `
    import * as torch from ${JSON.stringify(index)};
    const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
    const collect = async () => { for (let i = 0; i < 5; i++) { gc(); await turn(); } };
    ${body}
  `;
  const out = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return JSON.parse(out);
}

describe('the garbage collector', () => {
  it('frees unreachable tensors', () => {
    const result = withCollector(`
      let list = Array.from({ length: 8 }, () => torch.zeros([1 << 20]));
      list = null;
      await collect();
      console.log(JSON.stringify({ handles: torch.memory().handles, bytes: torch.memory().bytes }));
    `);
    expect(result).toEqual({ handles: 0, bytes: 0 });
  });

  it('frees what a scope returned and nobody holds', () => {
    const result = withCollector(`
      torch.scope(() => torch.ones([10]));
      await collect();
      console.log(JSON.stringify(torch.memory().handles));
    `);
    expect(result).toBe(0);
  });

  it('leaves shared memory alone while an array over it is held, and lets it go after', () => {
    const result = withCollector(`
      let array = torch.ones([1 << 18]).share();
      await collect();
      for (let i = 0; i < 20; i++) torch.zeros([1 << 18]).dispose();
      const intact = array.every((v) => v === 1);
      const held = torch.memory().bytes;
      array = null;
      await collect();
      console.log(JSON.stringify({ intact, held, left: torch.memory().bytes }));
    `);
    expect(result).toEqual({ intact: true, held: 2 ** 20, left: 0 });
  });

  it('knows the bytes of tensors: a loop without scopes that yields to the event loop stays bounded', () => {
    const result = withCollector(`
      for (let i = 0; i < 300; i++) {
        torch.zeros([1 << 20]).add(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      console.log(JSON.stringify(torch.memory().peakBytes / 2 ** 20));
    `) as number;
    expect(result).toBeLessThan(1200);
  });
});
