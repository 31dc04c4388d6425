// Derivatives as values: the Hessian of Rosenbrock's function, and Newton's method with it.
import { grad, linalgSolve, scope, stack, tensor } from '@twoview/torch';

const rosenbrock = (p) => {
  const [x, y] = p.unbind();
  return x
    .neg()
    .add(1)
    .pow(2)
    .add(y.sub(x.pow(2)).pow(2).mul(100));
};

let p = tensor([-1.2, 1], { dtype: 'float64', requiresGrad: true });
for (let step = 0; step < 7; step++) {
  p = scope(() => {
    const [gradient] = grad(rosenbrock(p), [p], { createGraph: true });
    const hessian = stack(gradient.unbind().map((g) => grad(g, [p], { retainGraph: true })[0]));
    return p.detach().sub(linalgSolve(hessian, gradient.detach())).requiresGrad_();
  });
}
console.log(p.tolist()); // [1, 1]
