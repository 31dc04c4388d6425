// The data room: where pixels come from. Everything here ends in an `ImageDataset`: uint8 planes in memory, labels beside them.
export {
  type BatchOptions,
  batchesPerEpoch,
  epochBatches,
  epochPermutation,
  gatherBatch,
  gatherLabels,
  orderedBatches,
} from './batches.js';
export { type CifarOptions, readCifar10, readCifar100 } from './cifar.js';
export { CIFAR10_CLASSES, CIFAR100_CLASSES, CIFAR100_COARSE_CLASSES, STL10_CLASSES } from './classes.js';
export {
  type BadImage,
  createDataset,
  type DatasetParts,
  type ImageDataset,
  imageBytes,
  isLabeled,
  type LabeledDataset,
} from './dataset.js';
export { type DownloadOptions, downloadDataset } from './download/index.js';
export {
  EMBEDDED_CLASSES,
  EMBEDDED_COUNTS,
  EMBEDDED_SIZE,
  type EmbeddedClass,
  type EmbeddedOptions,
  generateEmbedded,
  type PatternName,
  type ShapeName,
} from './embedded/index.js';
export { DataError } from './errors.js';
export {
  type FolderLayout,
  folderClasses,
  IMAGE_EXTENSIONS,
  type ImageFolderOptions,
  readImageFolder,
} from './folder/index.js';
export { readImages } from './folder/read-images.js';
export { formatBytes } from './memory.js';
export { type DataSplit, type OpenOptions, openDataset } from './open.js';
export type { OnProgress, Progress } from './progress.js';
export { type DataConfig, type DataConfigInput, type DatasetName, dataSchema } from './schema.js';
export { PUBLIC_SOURCES, type PublicName, type PublicSource } from './sources.js';
export { readStl10, readStl10Folds, type Stl10Options, type Stl10Split } from './stl10.js';
export { chooseSubset, limitDataset, subset } from './subset.js';
