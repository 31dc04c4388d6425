// The `data` part of a configuration: which data set, from where, how much of it. The single source of its types and help.
import { z } from 'zod';

const limits = {
  limit: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Train on at most this many images, the same number of each class where there are labels; null for all.'),
  testLimit: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Evaluate on at most this many test images, chosen like limit; null for all.'),
};

const files = {
  folder: z
    .string()
    .min(1)
    .default('data')
    .describe('Folder with the data set: its own folder, or the one above it; downloads go there.'),
  download: z.boolean().default(false).describe('Download the data set into folder when it is not there yet.'),
  baseUrl: z
    .url()
    .nullable()
    .default(null)
    .describe('Download from this address, a mirror, instead of the official one.'),
  allowPartial: z
    .boolean()
    .default(false)
    .describe('Accept files that hold fewer images than published, as long as the last one is whole.'),
  ...limits,
};

const embedded = z
  .strictObject({
    name: z.literal('embedded').describe('Generated textured shapes: 18,000 + 2,000 images of 32x32 in ten classes.'),
    seed: z.int().nonnegative().default(0).describe('Another seed generates other images of the same classes.'),
    ...limits,
  })
  .describe('The embedded set: needs no files.');

const cifar10 = z
  .strictObject({
    name: z.literal('cifar10').describe('CIFAR-10: 50,000 + 10,000 images of 32x32 in ten classes.'),
    ...files,
  })
  .describe('CIFAR-10, binary version (cifar-10-batches-bin).');

const cifar100 = z
  .strictObject({
    name: z.literal('cifar100').describe('CIFAR-100: 50,000 + 10,000 images of 32x32 in 100 classes.'),
    labels: z
      .enum(['fine', 'coarse'])
      .default('fine')
      .describe('Evaluate on the 100 fine classes or on the 20 superclasses.'),
    ...files,
  })
  .describe('CIFAR-100, binary version (cifar-100-binary).');

const stl10 = z
  .strictObject({
    name: z
      .literal('stl10')
      .describe('STL-10: 5,000 labelled, 100,000 unlabelled and 8,000 test images of 96x96 in ten classes.'),
    trainSplit: z
      .enum(['train+unlabeled', 'unlabeled', 'train'])
      .default('train+unlabeled')
      .describe('Images the encoder is trained on: all 105,000, the unlabelled ones, or the 5,000 labelled ones.'),
    fold: z
      .int()
      .min(0)
      .max(9)
      .nullable()
      .default(null)
      .describe('Evaluate with one of the ten published folds of 1,000 labelled images; null for all 5,000.'),
    ...files,
  })
  .describe('STL-10, binary version (stl10_binary).');

const folder = z
  .strictObject({
    name: z.literal('folder').describe('A folder of image files of your own.'),
    folder: z
      .string()
      .min(1)
      .describe('Folder of images; train/ and val/ (or test/) sub-folders in it are taken as the two splits.'),
    layout: z
      .enum(['auto', 'flat', 'classes'])
      .default('auto')
      .describe(
        'classes: every first-level sub-folder is a class; flat: no labels; auto: classes when at least two sub-folders hold images and none lies beside them.',
      ),
    size: z.int().min(8).max(1024).default(64).describe('Side in pixels of the views that are trained on.'),
    storageSize: z
      .int()
      .min(8)
      .max(2048)
      .nullable()
      .default(null)
      .describe('Side in pixels that images are kept at; larger than size keeps detail for random crops. null: size.'),
    testFraction: z
      .number()
      .min(0)
      .max(0.9)
      .default(0.1)
      .describe(
        'Share of the images held out for evaluation, by a hash of the file path, where there is no test folder.',
      ),
    onBadImage: z
      .enum(['skip', 'error'])
      .default('skip')
      .describe('What to do with a file that cannot be decoded: leave it out and report it, or stop.'),
    limitInputPixels: z
      .int()
      .positive()
      .default(100_000_000)
      .describe('Files with more pixels than this count as bad.'),
    memoryLimitGiB: z
      .number()
      .positive()
      .default(8)
      .describe('Refuse to start when the decoded images of a split would take more memory than this, in GiB.'),
    ...limits,
  })
  .refine((config) => config.storageSize === null || config.storageSize >= config.size, {
    path: ['storageSize'],
    error: 'storageSize must be at least size: views are cut out of the stored images.',
  })
  .describe('Image files in a folder: flat, or one sub-folder a class.');

/** The `data` section of a configuration, told apart by `name`. */
export const dataSchema = z
  .discriminatedUnion('name', [embedded, cifar10, cifar100, stl10, folder])
  .describe('Where the images come from.');

/** A complete data configuration, defaults filled in. */
export type DataConfig = z.output<typeof dataSchema>;

/** A data configuration as a user writes it. */
export type DataConfigInput = z.input<typeof dataSchema>;

/** Names of the data sets that a configuration can ask for. */
export type DatasetName = DataConfig['name'];
