// An encoder's weights from state dicts of several origins.
import * as torch from '@twoview/torch';
import { loadEncoderWeights } from 'twoview/interchange';
import { ConvNet, resnet18 } from 'twoview/models';
import { describe, expect, test } from 'vitest';

const build = (seed: number): ConvNet => new ConvNet({ channels: [4, 6], generator: new torch.Generator({ seed }) });

type State = Map<string, torch.Tensor>;

const prefixed = (state: State, prefix: string): State =>
  new Map(Array.from(state, ([name, tensor]) => [prefix + name, tensor]));

function expectSame(a: State, b: State): void {
  for (const [name, tensor] of a) expect(b.get(name)!.data(), name).toEqual(tensor.data());
}

describe('the prefix is found', () => {
  test.each([
    '',
    'encoder.',
    'module.',
    'module.encoder_q.',
    'backbone.',
    'module.backbone.',
    'model.',
    'online_encoder.net.',
    'module.encoder.',
  ])("'%s'", (prefix) => {
    const source = build(1);
    const encoder = build(2);
    expect(loadEncoderWeights(encoder, prefixed(source.stateDict(), prefix))).toBe(prefix);
    expectSame(source.stateDict(), encoder.stateDict());
  });

  test("of a run's weights the online encoder is taken, not the target", () => {
    const [online, target, encoder] = [build(1), build(2), build(3)];
    const run = new Map([
      ...prefixed(target.stateDict(), 'target.encoder.'),
      ...prefixed(online.stateDict(), 'encoder.'),
    ]);
    run.set('projector.0.weight', torch.zeros([3, 6]));
    expect(loadEncoderWeights(encoder, run)).toBe('encoder.');
    expectSame(online.stateDict(), encoder.stateDict());
  });
});

test('a classifier and batch counters that are missing, as in old files of torchvision, are no obstacle', () => {
  const source = resnet18({ width: 0.125, generator: new torch.Generator({ seed: 1 }) });
  const encoder = resnet18({ width: 0.125, generator: new torch.Generator({ seed: 2 }) });
  const state = new Map([...source.stateDict()].filter(([name]) => !name.endsWith('num_batches_tracked')));
  state.set('fc.weight', torch.zeros([1000, 64])).set('fc.bias', torch.zeros([1000]));
  loadEncoderWeights(encoder, state);
  expectSame(source.stateDict(), encoder.stateDict());
});

test('weights of another network are refused in one sentence, and nothing is changed', () => {
  const encoder = build(1);
  const before = new Map(Array.from(encoder.stateDict(), ([name, tensor]) => [name, tensor.clone()]));
  const shallow = new ConvNet({ channels: [4] }).stateDict();
  expect(() => loadEncoderWeights(encoder, shallow)).toThrow(
    /does not hold this encoder: 5 of 12 tensors are missing \(body\.3\.weight, .*\); check encoder\.name/,
  );
  const wide = new ConvNet({ channels: [5, 6] }).stateDict();
  expect(() => loadEncoderWeights(encoder, wide)).toThrow(/body\.0\.weight has shape \[5, 3, 3, 3\]/);
  expect(() => loadEncoderWeights(encoder, new Map())).toThrow(/12 of 12|10 of 12/);
  expectSame(before, encoder.stateDict());
});
