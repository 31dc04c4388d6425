/** Feature decoupling: sparse coding data, and what a random mask does to what is learnt (Wen, Li 2021, arXiv 2105.15134). */
export {};
