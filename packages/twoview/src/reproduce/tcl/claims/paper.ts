// Where the claims come from.

/** A place in TCL's paper or released program. */
export const tclPaper = (place: string): string => `Wang et al. 2021, ${place}`;

/** A place in PEARL's paper or released program. */
export const pearlPaper = (place: string): string => `Rakelly et al. 2019, ${place}`;
