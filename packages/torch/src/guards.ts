// Checks that libtorch itself leaves out and whose lack would crash the process. Each throws before the call.

/** Sees an operator's arguments in schema order (undefined where left out), and throws what is wrong with them. */
export type Guard = (args: readonly unknown[], overload: string) => void;

/** By operator name in the dispatcher. */
export const guards: Record<string, Guard> = {};
