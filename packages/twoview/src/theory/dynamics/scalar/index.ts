/** Scalar modes: pure arithmetic without the engine, for a browser too. */
export {};
