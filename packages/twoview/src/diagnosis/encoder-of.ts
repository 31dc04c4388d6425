// Which encoder a file of weights holds, by the names and shapes in it.
import type { Tensor } from '@twoview/torch';
import type { Config } from '../training/index.js';

type EncoderConfig = Config['encoder'];

const depths: Record<string, 'resnet18' | 'resnet34'> = { '2,2,2,2': 'resnet18', '3,4,6,3': 'resnet34' };

/** How many blocks `layer1` to `layer4` have. */
function blocks(state: ReadonlyMap<string, Tensor>, prefix: string): string {
  return [1, 2, 3, 4]
    .map((layer) => {
      let count = 0;
      while (state.has(`${prefix}layer${layer}.${count}.conv1.weight`)) count++;
      return count;
    })
    .join(',');
}

function resnet(state: ReadonlyMap<string, Tensor>, first: string): EncoderConfig | null {
  const prefix = first.slice(0, -'conv1.weight'.length);
  const bottleneck = state.has(`${prefix}layer1.0.conv3.weight`);
  const layout = blocks(state, prefix);
  const name = bottleneck ? (layout === '3,4,6,3' ? ('resnet50' as const) : undefined) : depths[layout];
  if (!name) return null;
  const [width = 64, , kernel] = state.get(first)!.shape;
  // Only the pre-activation network has no normalisation after its stem.
  if (!state.has(`${prefix}bn1.weight`))
    return name === 'resnet18' ? { name: 'preactresnet18', width: width / 64 } : null;
  return { name, stem: kernel === 7 ? 'imagenet' : 'cifar', width: width / 64, zeroInitResidual: false };
}

/** A WideResNet of depth 6 n + 4: n blocks in each of three groups, the first of which has 16 times the width channels. */
function wideResnet(state: ReadonlyMap<string, Tensor>, first: string): EncoderConfig | null {
  const prefix = first.slice(0, -'conv1.weight'.length);
  const weight = (block: number) => state.get(`${prefix}block1.layer.${block}.conv1.weight`);
  let count = 0;
  while (weight(count)) count++;
  return count > 0 ? { name: 'wrn', depth: 6 * count + 4, width: weight(0)!.shape[0]! / 16 } : null;
}

/** The convolutions of a ConvNet: every third entry of `body`. */
function convnet(state: ReadonlyMap<string, Tensor>, first: string): EncoderConfig | null {
  const prefix = first.slice(0, -'0.weight'.length);
  const channels: number[] = [];
  for (let i = 0; state.get(`${prefix}${i}.weight`)?.ndim === 4; i += 3) {
    channels.push(state.get(`${prefix}${i}.weight`)!.shape[0]!);
  }
  return channels.length > 0 ? { name: 'convnet', channels } : null;
}

/** A SmallCnn's: a ConvNet's body, then `head`. Strides have no weights: those of the default, 2 and 1 in turn. */
function smallCnn(state: ReadonlyMap<string, Tensor>, first: string): EncoderConfig | null {
  const body = convnet(state, first);
  const head = state.get(`${first.slice(0, -'body.0.weight'.length)}head.0.weight`);
  if (body?.name !== 'convnet' || head?.ndim !== 2) return null;
  const { channels } = body;
  const [features, inputs] = head.shape as [number, number];
  const grid = Math.sqrt(inputs / channels.at(-1)!);
  return { name: 'smallcnn', channels, strides: channels.map((_, i) => 2 - (i % 2)), grid, features };
}

/**
 * The encoder that a state dict holds, under any prefix. A stem of 7x7 counts as `imagenet`, of 3x3 as `cifar`: pooling has no weights,
 * so that a `stl` or `tiny` stem has to be told.
 *
 * @returns null where it is none of the toolkit's encoders
 */
export function encoderOf(state: ReadonlyMap<string, Tensor>): EncoderConfig | null {
  const keys = [...state.keys()];
  const shortest = (candidates: string[]) => candidates.sort((a, b) => a.length - b.length)[0];
  const stem = shortest(
    keys.filter((key) => /(^|\.)conv1\.weight$/.test(key) && !/layer\d/.test(key) && !/^target\./.test(key)),
  );
  const found = stem && (resnet(state, stem) ?? wideResnet(state, stem));
  if (found) return found;
  const body = shortest(keys.filter((key) => /(^|\.)body\.0\.weight$/.test(key) && !/^target\./.test(key)));
  return body ? (smallCnn(state, body) ?? convnet(state, body)) : null;
}
