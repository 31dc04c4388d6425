// The one error class of the data room, so that a command can tell bad input (a missing file, a broken image) from a bug.

/** Something is wrong with the data a user pointed at: the message says what, where, and what to do. */
export class DataError extends Error {
  override readonly name = 'DataError';
}
