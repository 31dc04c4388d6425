// Every hand-written function and member of the API with every kind of nonsense: each call returns or throws an Error.
import * as torch from '../../dist/index.js';

const { ones, tensor, zeros } = torch;
torch.setMemoryLimit(256 * 2 ** 20);

const freed = ones([2]);
freed.dispose();
const nonsense = [
  undefined,
  null,
  0,
  -1,
  1.5,
  Number.NaN,
  Infinity,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  5n,
  2n ** 70n,
  true,
  '',
  'x',
  'cpu',
  'cuda:0',
  'float32',
  {},
  [],
  [[]],
  [1, 2],
  [-1],
  [2 ** 40],
  [Number.NaN],
  [null],
  [freed],
  [ones([2])],
  new Array(100_000),
  ones([2]),
  ones([2, 2]),
  ones([1], { requiresGrad: true }),
  tensor([1], { dtype: 'int64' }),
  freed,
  new Float32Array(2),
  new Uint8Array(3),
  new BigInt64Array(1),
  new DataView(new ArrayBuffer(8)),
  new Float32Array(new SharedArrayBuffer(8)),
  Symbol('a'),
  () => 1,
  new Map(),
  new Date(0),
  /x/,
  Object.create(null),
  new Proxy([], {}),
  { dtype: 'zz' },
  { device: 'zz' },
  { shape: [5] },
  { requiresGrad: true },
  { generator: 1 },
  { copy: 1 },
  new torch.Generator({ seed: 1 }),
];

let attempts = 0;
function attempt(name, call) {
  attempts++;
  torch.scope(() => {
    try {
      call();
    } catch (error) {
      if (!(error instanceof Error)) throw new Error(`${name} threw what is not an Error: ${String(error)}`);
    }
  });
}

const byHand = { ...torch };
for (const name of [
  'empty',
  'zeros',
  'ones',
  'full',
  'rand',
  'randn',
  'tensor',
  'fromTypedArray',
  'parameter',
  'keep',
  'noGrad',
  'enableGrad',
  'grad',
  'manualSeed',
  'defaultGenerator',
  'setDeterministic',
  'elementSize',
  'isFloatingPoint',
  'setMemoryLimit',
  'setNumThreads',
  'scope',
]) {
  for (const a of nonsense) {
    attempt(name, () => byHand[name](a));
    // Not with every other: this is to take seconds.
    for (const b of nonsense.filter((_, i) => i % 4 === attempts % 4)) {
      attempt(name, () => byHand[name](a, b));
      attempt(name, () => byHand[name](b, a, { dtype: 'float64', shape: [2] }));
    }
  }
  torch.setMemoryLimit(256 * 2 ** 20);
  torch.setNumThreads(1);
}

const subjects = [
  () => ones([2]),
  () => ones([2], { requiresGrad: true }),
  () => ones([2], { requiresGrad: true }).mul(2),
  () => ones([2, 3]).t(),
  () => zeros([0]),
  () => ones([1]).expand([2 ** 45]),
  () => tensor([1, 2], { dtype: 'int64' }),
  () => freed,
  () => new torch.Tensor(123),
  () => Object.create(torch.Tensor.prototype),
];
const members = Object.entries(Object.getOwnPropertyDescriptors(torch.Tensor.prototype));
for (const [name, { get }] of members) {
  if (name === 'constructor' || typeof byHand[name] === 'function') continue; // child.mjs calls the operators
  for (const make of subjects) {
    for (const value of nonsense) {
      attempt(name, () => {
        const subject = make();
        if (get) subject[name] = value;
        else subject[name](value, value);
        return subject[name];
      });
    }
  }
}

for (const a of nonsense) {
  for (const b of nonsense) {
    attempt('Generator', () => new torch.Generator(a, b));
    attempt('Generator', () => new torch.Generator({ seed: 1, device: a }, b).getState());
    attempt('Generator', () => new torch.Generator({ seed: 1 }).manualSeed(a).setState(b));
  }
  attempt('cuda', () => torch.cuda.memory(a));
  attempt('cuda', () => torch.cuda.synchronize(a));
}

// Finalizers run between turns: an Error there would end the process.
globalThis.gc?.();
await new Promise((resolve) => setTimeout(resolve, 50));
if (ones([2]).sum().item() !== 2) throw new Error('the engine does not add any more');
console.log(attempts);
