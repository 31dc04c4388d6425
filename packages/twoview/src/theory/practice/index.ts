/** Theory against practice: what the linear theory says of a network in training, beside what the network does. */
export {};
