// twoview embed: a folder of images as an array of features.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { readImageFolder } from '../../data/index.js';
import { loadEncoder } from '../../evaluation/index.js';
import { writeNpy } from '../../interchange/index.js';
import { print, printError, printJson, UsageError } from '../output.js';

interface EmbedFlags {
  out: string;
  checkpoint: string;
  onBadImage: string;
  json?: boolean;
}

async function embed(run: string, folder: string, flags: EmbedFlags): Promise<void> {
  if (flags.onBadImage !== 'skip' && flags.onBadImage !== 'error')
    throw new UsageError(`--on-bad-image must be skip or error, not ${flags.onBadImage}`);
  const out = flags.out.endsWith('.npy') ? flags.out : `${flags.out}.npy`;
  const encoder = loadEncoder(run, { checkpoint: flags.checkpoint });
  const dataset = await readImageFolder({
    folder,
    size: encoder.imageSize,
    onBadImage: flags.onBadImage,
    layout: 'flat',
  });
  for (const { file, reason } of dataset.badImages ?? []) printError(`left out ${path.join(folder, file)}: ${reason}`);
  const { values, shape } = await encoder.embed(dataset, {
    onProgress: ({ done, total }) => {
      if (process.stderr.isTTY && !flags.json) process.stderr.write(`\r\u001b[K${done}/${total} images`);
    },
  });
  if (process.stderr.isTTY && !flags.json) process.stderr.write('\r\u001b[K');
  const names = out.replace(/\.npy$/, '.txt');
  writeNpy(out, values, shape);
  writeFileSync(names, `${(dataset.fileNames ?? []).join('\n')}\n`);
  const left = dataset.badImages?.length ?? 0;
  if (flags.json)
    printJson({ features: out, names, images: shape[0], dimension: shape[1], leftOut: dataset.badImages ?? [] });
  else
    print(
      `${shape[0]} images, ${shape[1]} features each: ${out}, file names in ${names}${left > 0 ? `; ${left === 1 ? '1 file was' : `${left} files were`} left out` : ''}`,
    );
}

export function defineEmbed(command: Command): void {
  command
    .description(
      "Turns every image of a folder into a row of features by a run's encoder: a NPY file (float32 [N, D]) and the file names beside it.",
    )
    .argument('<run>', 'run folder')
    .argument('<folder>', 'folder of images')
    .requiredOption('-o, --out <file>', 'where to write, such as features.npy')
    .option('--checkpoint <name>', 'last, best or step-N', 'last')
    .option('--on-bad-image <policy>', 'skip (and name) or error', 'skip')
    .option('--json', 'print one JSON object')
    .action(embed);
}
