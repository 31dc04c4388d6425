// The Error of the engine.

/** An operator failed: the message names it, its arguments with dtypes and shapes, and libtorch's reason. */
export class TorchError extends Error {
  override name = 'TorchError';
}
