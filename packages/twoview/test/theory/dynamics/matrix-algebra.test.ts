// Small matrices by plain loops, against the engine.
import * as torch from '@twoview/torch';
import { matrix } from 'twoview/theory/dynamics';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => torch.setNumThreads(1));

const g = new torch.Generator({ seed: 1 });
const a = matrix.normalMatrix(4, 3, 1, g);
const b = matrix.normalMatrix(3, 5, 1, g);
const c = matrix.normalMatrix(4, 4, 1, g);
const d = matrix.normalMatrix(4, 4, 1, g);
const tensor = ({ rows, columns, values }: matrix.Matrix) => torch.tensor(values, { shape: [rows, columns] });
const agrees = (mine: matrix.Matrix, theirs: torch.Tensor) => {
  expect([mine.rows, mine.columns]).toEqual(theirs.shape);
  expect(tensor(mine).sub(theirs).abs().max().item()).toBeLessThan(1e-14);
};

describe('products and sums', () => {
  test('agree with the engine', () => {
    agrees(matrix.multiply(a, b), tensor(a).mm(tensor(b)));
    agrees(matrix.transpose(a), tensor(a).t());
    agrees(matrix.gram(a), tensor(a).mm(tensor(a).t()));
    agrees(
      matrix.commutator(c, d),
      tensor(c)
        .mm(tensor(d))
        .sub(tensor(d).mm(tensor(c))),
    );
    agrees(
      matrix.anticommutator(c, d),
      tensor(c)
        .mm(tensor(d))
        .add(tensor(d).mm(tensor(c))),
    );
    agrees(matrix.combine(2, c, -3, d), tensor(c).mul(2).sub(tensor(d).mul(3)));
    agrees(matrix.symmetricPart(c), tensor(c).add(tensor(c).t()).mul(0.5));
    agrees(matrix.kronecker(a, c), torch.kron(tensor(a), tensor(c)));
    expect(matrix.norm(a)).toBeCloseTo(tensor(a).norm().item(), 13);
    expect(matrix.inner(c, d)).toBeCloseTo(tensor(c).mul(tensor(d)).sum().item(), 13);
    expect(matrix.largestEntry(a)).toBe(tensor(a).abs().max().item());
  });

  test('refuse sizes that do not fit', () => {
    expect(() => matrix.multiply(b, a)).toThrow('3 x 5 times 4 x 3');
    expect(() => matrix.add(a, b)).toThrow('differ in size');
    expect(() => matrix.matrix(2, 2, [1, 2, 3])).toThrow('4 entries, not 3');
    expect(() => matrix.matrix(0, 2, [])).toThrow('positive whole numbers');
  });
});

describe('eigenvalues', () => {
  const symmetric = matrix.symmetricPart(c);

  test('descend, and give the matrix back', () => {
    const eigen = matrix.symmetricEigen(symmetric);
    const values = [...eigen.values];
    expect(values).toEqual([...values].sort((x, y) => y - x));
    agrees(
      matrix.spectralMap(eigen, (value) => value),
      tensor(symmetric),
    );
    agrees(
      matrix.spectralMap(eigen, (value) => value * value),
      tensor(symmetric).mm(tensor(symmetric)),
    );
    expect([...matrix.symmetricEigenvalues(symmetric)]).toHaveLength(4);
  });

  test('refuse matrices that are not square or not finite', () => {
    expect(() => matrix.symmetricEigen(a)).toThrow('square');
    expect(() => matrix.symmetricEigenvalues(matrix.scale(Number.NaN, symmetric))).toThrow('not a finite number');
  });
});

describe('DirectSet', () => {
  const f = matrix.gram(a);

  test('takes a power of the correlation and adds a share of its largest eigenvalue', () => {
    const set = matrix.directSet(f, { exponent: 0.5, epsilon: 0 });
    agrees(matrix.multiply(set, set), tensor(f));
    const largest = matrix.symmetricEigenvalues(f)[0]!;
    const raised = matrix.directSet(f, { exponent: 0.5, epsilon: 0.1 });
    agrees(matrix.subtract(raised, set), torch.eye(4, { dtype: 'float64' }).mul(0.1 * largest));
    expect(matrix.directSet(f, { exponent: 1, epsilon: 0 })).toBe(f);
  });
});
