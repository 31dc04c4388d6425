// One failure does not keep the others from being done: so what a failed call leaves behind does not depend on who came after whom.

/** Does `action` for each, in order, also after one that fails. @throws the first error */
export function doAll<T>(items: Iterable<T>, action: (item: T) => void): void {
  const errors: unknown[] = [];
  for (const item of items) {
    try {
      action(item);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
