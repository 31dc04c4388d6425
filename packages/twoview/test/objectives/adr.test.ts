// ADR: closed forms, weights by class, gradients into the adversarial side alone, refusals.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type AdrTerms, adrTerms } from 'twoview/objectives';
import { describe, expect, test } from 'vitest';
import { gaussian, gradientError } from './gradients.js';

const names = ['localCompactness', 'localSmoothness', 'globalCompactness', 'confidence'] as const;
const labels = Int32Array.of(0, 1, 0, 2, 1);
const [z, zAdversarial, logits, adversarialLogits] = [
  gaussian(1, 5, 4),
  gaussian(2, 5, 4),
  gaussian(3, 5, 3),
  gaussian(4, 5, 3),
] as const;

const numbers = (terms: AdrTerms): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, terms[name].item()]));

describe('adrTerms', () => {
  test('closed forms of two images', () => {
    const [benign, moved] = [torch.tensor([[0, 0], [1, 3]]), torch.tensor([[1, 0], [1, 1]])]; // biome-ignore format: matrices
    const flat = torch.zeros([2, 4]);
    const sure = torch.tensor([[100, 0, 0, 0], [0, 100, 0, 0]]); // biome-ignore format: a matrix
    const apart = numbers(adrTerms(benign, moved, flat, flat, Int32Array.of(0, 1)));
    // |z_j - z^a_i| averaged over two dimensions: 0.5 and 1.5 from the first, 1 and 1 from the second.
    const other = 1 - 1 / 0.99;
    expect(apart.localCompactness).toBeCloseTo((0.5 + 1) / 2, 6);
    expect(apart.globalCompactness).toBeCloseTo((0.5 + 1.5 * other + 1 * other + 1) / 4, 6);
    expect(apart.localSmoothness).toBeCloseTo(Math.log(4), 6);
    expect(apart.confidence).toBeCloseTo(Math.log(4), 6);
    const together = numbers(adrTerms(benign, moved, flat, sure, Int32Array.of(5, 5)));
    expect(together.globalCompactness).toBeCloseTo((0.5 + 1.5 + 1 + 1) / 4, 6);
    expect(together.localSmoothness).toBeCloseTo(75, 4);
    expect(together.confidence).toBeCloseTo(0, 6);
  });

  test('at complete collapse', () => {
    const point = torch.ones([5, 4]);
    const even = torch.zeros([5, 3]);
    const terms = numbers(adrTerms(point, point, even, even, labels));
    expect(terms).toMatchObject({ localCompactness: 0, globalCompactness: 0 });
    expect(terms.localSmoothness).toBeCloseTo(Math.log(3), 6);
    expect(terms.confidence).toBeCloseTo(Math.log(3), 6);
  });

  test.each(names)('gradients of %s equal central differences', (name) => {
    const term = (a: Tensor, o: Tensor): Tensor =>
      adrTerms(z, a, logits, o, labels)[name].add(a.sum().add(o.sum()).mul(1e-3));
    expect(gradientError((a, o) => term(a!, o!), [zAdversarial, adversarialLogits])).toBeLessThan(1e-8);
  });

  test.each(names)('no gradient of %s reaches what belongs to the images themselves', (name) => {
    const leaves = [z, logits].map((x) => x.clone().requiresGrad_());
    const value = adrTerms(leaves[0]!, zAdversarial, leaves[1]!, adversarialLogits, labels)[name];
    expect(value.requiresGrad).toBe(false);
  });

  test('labels as a tensor, and half precision computed in float32', () => {
    const y = torch.tensor([0, 1, 0, 2, 1], { dtype: 'int64' });
    expect(numbers(adrTerms(z, zAdversarial, logits, adversarialLogits, y))).toEqual(
      numbers(adrTerms(z, zAdversarial, logits, adversarialLogits, labels)),
    );
    const half = [z, zAdversarial, logits, adversarialLogits].map((x) => x.to({ dtype: 'bfloat16' })) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    for (const term of Object.values(adrTerms(...half, labels))) expect(term.dtype).toBe('float32');
  });

  test('what it refuses', () => {
    const terms = (...change: Parameters<typeof adrTerms>) => adrTerms(...change);
    expect(() => terms(z, gaussian(2, 4, 4), logits, logits, labels)).toThrow(/zAdversarial is \[4, 4\]/);
    expect(() => terms(z, z, logits, gaussian(2, 5, 4), labels)).toThrow(/adversarialLogits is \[5, 4\]/);
    expect(() => terms(z, z, gaussian(1, 4, 3), gaussian(1, 4, 3), labels)).toThrow(/5 latents and 4 rows of logits/);
    expect(() => terms(z, z, logits, logits, labels.slice(1))).toThrow(/labels must be int64 or int32 \[5\]/);
    expect(() => terms(z, z, logits, logits, torch.ones([5]))).toThrow(/not float32 \[5\]/);
  });
});
