// What an ensemble of attacks found, as plain data.

/** One attack and what it left. */
export interface EnsembleStage {
  name: string;
  /** Images it attacked: all that had survived the attacks before. */
  attacked: number;
  /** Of them, images that fell. */
  fell: number;
  /** Images that are left. */
  robust: number;
  /** Share of the whole set that is left, in [0, 1]. */
  robustAccuracy: number;
  seconds: number;
  /** Images that went through the network for it, each as often as it did. */
  forwards: number;
}

/** Flags and names have one entry an image of the set. */
export interface EnsembleRecord {
  /** Images of the set. */
  total: number;
  /** Share in [0, 1] that is classified correctly. */
  naturalAccuracy: number;
  /** Share in [0, 1] that no attack could change. */
  robustAccuracy: number;
  /** In the order they ran. */
  stages: EnsembleStage[];
  /** 1 for each image that is classified correctly. */
  correct: Uint8Array;
  /** 1 for each image that also survives all attacks. */
  robust: Uint8Array;
  /** Name of the attack that an image fell to; null where it survives, and where it is misclassified without an attack. */
  fellTo: (string | null)[];
}
