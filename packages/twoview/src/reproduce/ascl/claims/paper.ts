// Where the claims come from.

/** A place in the paper, or in the program that its authors released. */
export const paper = (place: string): string => `Bui et al. 2021, ${place}`;
