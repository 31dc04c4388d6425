/** The covariance operator of contrastive learning (Tian, Yu, Chen, Ganguli 2020, arXiv 2010.00578). */
export {};
