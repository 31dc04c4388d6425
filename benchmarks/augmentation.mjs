// Views a second on one core: this toolkit's augmentation (sampling included) beside torchvision's PIL pipeline on the same
// images and policy, in alternating rounds; medians.
//
// usage: node benchmarks/augmentation.mjs [--json] [--rounds 7] [--images FILE]
//   --images  uint8 [N, 3, 32, 32] with one label byte before each image (CIFAR-10's binary files); generated if left out
// Needs the built packages, and a python3 with torchvision for the peer (without it only our side is measured).
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as torch from '@twoview/torch';
import { blurKernelSize, createAugmentation, policies, resolvePolicy } from 'twoview/augment';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    images: { type: 'string' },
  },
});

const SETTINGS = [
  { name: 'directpred-cifar, 32 px', policy: policies['directpred-cifar'], size: 32, batch: 512, peerViews: 512 },
  {
    name: 'directpred-cifar with blur, 32 px',
    policy: resolvePolicy({ policy: 'directpred-cifar', gaussianBlur: { probability: 1 } }),
    size: 32,
    batch: 512,
    peerViews: 512,
  },
  {
    name: 'directpred-stl10 (blur always), 96 px',
    policy: policies['directpred-stl10'],
    size: 96,
    batch: 128,
    peerViews: 128,
  },
  { name: 'byol-view1 (blur always), 224 px', policy: policies['byol-view1'], size: 224, batch: 32, peerViews: 32 },
];

/** uint8 [count, 3, side, side]: CIFAR images enlarged by repetition, or coloured noise on slopes. */
function makeImages(count, side) {
  const out = new Uint8Array(count * 3 * side * side);
  const file = options.images ? readFileSync(options.images) : null;
  for (let i = 0, at = 0; i < count; i++) {
    const start = file ? (i % Math.floor(file.length / 3073)) * 3073 + 1 : 0;
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const [fromY, fromX] = [Math.floor((y * 32) / side), Math.floor((x * 32) / side)];
          const slope = (i * 37 + c * 91 + x * (1 + (i % 3)) + y * 2) % 224;
          out[at++] = file ? file[start + c * 1024 + fromY * 32 + fromX] : slope + ((x * 7 + y * 13 + i) % 32);
        }
      }
    }
  }
  return out;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** The peer as a function from a number of views to the seconds they took, or null without torchvision. */
async function startPeer(file, { policy, size, batch }) {
  const python = ['/usr/bin/python3', 'python3'].find(
    (command) => spawnSync(command, ['-c', 'import torchvision']).status === 0,
  );
  if (!python) return null;
  const script = fileURLToPath(new URL('peers/augmentation.py', import.meta.url));
  const args = [
    script,
    file,
    '--count',
    batch,
    '--side',
    size,
    '--size',
    size,
    '--kernel',
    blurKernelSize(policy, size),
  ];
  const child = spawn(python, [...args, '--policy', JSON.stringify(policy)].map(String), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const versions = JSON.parse((await lines.next()).value);
  return {
    versions,
    async run(views) {
      child.stdin.write(`${views}\n`);
      return Number((await lines.next()).value);
    },
    stop: () => child.stdin.end(),
  };
}

async function measure(setting, folder) {
  const { name, policy, size, batch, peerViews } = setting;
  const pixels = makeImages(batch, size);
  const file = join(folder, `${size}.u8`);
  writeFileSync(file, pixels);
  const images = torch.fromTypedArray(pixels, [batch, 3, size, size]);
  const augmentation = createAugmentation(policy, { size });
  if (augmentation.notice !== null) throw new Error(augmentation.notice);
  const peer = await startPeer(file, setting);

  let step = 0;
  const ours = () => {
    const repeats = 4;
    const start = performance.now();
    for (let i = 0; i < repeats; i++) augmentation.augment(images, { seed: 0, step: step++, view: 0 }).dispose();
    return (performance.now() - start) / 1000 / (repeats * batch);
  };
  const times = { ours: [], peer: [] };
  ours();
  await peer?.run(peerViews);
  for (let round = 0; round < Number(options.rounds); round++) {
    times.ours.push(ours());
    if (peer) times.peer.push((await peer.run(peerViews)) / peerViews);
  }
  peer?.stop();
  const result = { setting: name, viewsPerSecond: Math.round(1 / median(times.ours)) };
  if (!peer) return { result, versions: null };
  const peerViewsPerSecond = Math.round(1 / median(times.peer));
  const ratio = Number((result.viewsPerSecond / peerViewsPerSecond).toFixed(1));
  return { result: { ...result, peerViewsPerSecond, ratio }, versions: peer.versions };
}

torch.setNumThreads(1);
const folder = mkdtempSync(join(tmpdir(), 'twoview-bench-'));
try {
  const measured = [];
  for (const setting of SETTINGS) measured.push(await measure(setting, folder));
  const settings = {
    cpu: cpus()[0]?.model ?? 'unknown',
    threads: 1,
    rounds: Number(options.rounds),
    images: options.images ? 'CIFAR-10, enlarged by repetition where larger' : 'generated',
    libtorch: torch.version,
    node: process.version,
    peer: measured[0].versions,
  };
  const results = measured.map(({ result }) => result);
  if (options.json) {
    console.log(JSON.stringify({ settings, results }));
  } else {
    console.log('views a second on one core, sampling included; medians of alternating rounds');
    for (const [key, value] of Object.entries(settings)) console.log(`  ${key}: ${JSON.stringify(value)}`);
    for (const r of results) {
      const peer =
        r.ratio === undefined
          ? 'no torchvision to compare with'
          : `torchvision PIL ${r.peerViewsPerSecond}   ratio ${r.ratio}`;
      console.log(`${r.setting.padEnd(40)} twoview ${r.viewsPerSecond}   ${peer}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
