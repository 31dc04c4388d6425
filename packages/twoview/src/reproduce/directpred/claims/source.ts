// Where a claim is made.

/** In the paper. */
export const paper = (place: string): string => `Tian, Chen, Ganguli 2021, ${place}`;

/** In words or by implication there; the closed form itself is derived, and was checked numerically. */
export const derived = (place: string): string => `derived from ${paper(place)}`;

/** Numbers of an independent NumPy implementation of what the paper says there. */
export const independent = (place: string): string =>
  `${paper(place)}; the numbers are an independent NumPy implementation's`;
