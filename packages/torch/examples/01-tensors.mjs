// Tensors in, operators by position and by name, numbers out.
import { cat, ones, scope, tensor } from '@twoview/torch';

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

// Everything made inside a scope is freed at its end, but what it returns.
const centred = scope(() => x.sub(x.mean([1], { keepdim: true })));
console.log(centred.tolist()); // [[-1, 0, 1], [-1, 0, 1]]

const [values, indices] = x.topk(2, { dim: 1 });
console.log(values.tolist(), indices.tolist()); // [[3, 2], [6, 5]] [[2, 1], [2, 1]]

console.log(
  cat([x, ones([1, 3])])
    .matmul(x.t())
    .tolist(),
); // [[14, 32], [32, 77], [6, 15]]
console.log(x.div(2, { roundingMode: 'floor' }).to({ dtype: 'int64' }).tolist()); // [[0, 1, 1], [2, 2, 3]]

// Typed arrays are copied in and out; share() gives the memory itself.
const memory = x.share();
memory[0] = 100;
console.log(x.select(0, 0).tolist()); // [100, 2, 3]
