// Class labels beside embeddings: whether they fit, and how many classes they tell of.

/** Throws a RangeError unless there are `count` labels, each a whole number from 0 and below `classes`. */
export function checkLabels(
  where: string,
  name: string,
  labels: ArrayLike<number>,
  count: number,
  classes = Number.POSITIVE_INFINITY,
): void {
  if (labels.length !== count) {
    throw new RangeError(`${where}: ${labels.length} ${name} for ${count} embeddings; give one each`);
  }
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(`${where}: ${name}[${i}] is ${label}, which is no class from 0 to ${classes - 1}`);
    }
  }
}

/** The largest label + 1; 0 without labels. */
export function countClasses(labels: ArrayLike<number>): number {
  let classes = 0;
  for (let i = 0; i < labels.length; i++) classes = Math.max(classes, labels[i]! + 1);
  return classes;
}

/** Share in [0, 1] of predictions that equal the labels. */
export function accuracyOf(predictions: Int32Array, labels: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < predictions.length; i++) right += Number(predictions[i] === labels[i]);
  return right / predictions.length;
}
