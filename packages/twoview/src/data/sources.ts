// Where the public data sets come from, and what their folders hold. Digests are the publishers' own.

/** A data set that its authors publish as one .tar.gz. */
export interface PublicSource {
  /** How people write its name. */
  readonly title: string;
  /** Address of the folder the archive lies in. */
  readonly baseUrl: string;
  readonly archive: string;
  readonly md5: string;
  /** Bytes of the archive and of what is in it, for messages and for checking disk space. */
  readonly archiveBytes: number;
  readonly unpackedBytes: number;
  /** The folder inside the archive, and the files in it that are used. */
  readonly folder: string;
  readonly files: readonly string[];
}

export type PublicName = 'cifar10' | 'cifar100' | 'stl10';

/** CIFAR: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. STL-10: Coates, Lee, Ng, AISTATS 2011. */
export const PUBLIC_SOURCES: Readonly<Record<PublicName, PublicSource>> = {
  cifar10: {
    title: 'CIFAR-10',
    baseUrl: 'https://www.cs.toronto.edu/~kriz/',
    archive: 'cifar-10-binary.tar.gz',
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    archiveBytes: 170_052_171,
    unpackedBytes: 184_380_000,
    folder: 'cifar-10-batches-bin',
    files: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`).concat('test_batch.bin'),
  },
  cifar100: {
    title: 'CIFAR-100',
    baseUrl: 'https://www.cs.toronto.edu/~kriz/',
    archive: 'cifar-100-binary.tar.gz',
    md5: '03b5dce01913d631647c71ecec9e9cb8',
    archiveBytes: 168_513_733,
    unpackedBytes: 184_440_000,
    folder: 'cifar-100-binary',
    files: ['train.bin', 'test.bin'],
  },
  stl10: {
    title: 'STL-10',
    baseUrl: 'http://ai.stanford.edu/~acoates/stl10/',
    archive: 'stl10_binary.tar.gz',
    md5: '91f7769df0f17e558f3565bffb0c7dfb',
    archiveBytes: 2_640_397_119,
    unpackedBytes: 3_124_300_000,
    folder: 'stl10_binary',
    files: ['train_X.bin', 'train_y.bin', 'test_X.bin', 'test_y.bin', 'unlabeled_X.bin', 'fold_indices.txt'],
  },
};
