// Meta-training: configuration, collection, the loop, meta-test.
export { checkMetaRl, sizesOf, tasksOf } from './check.js';
export { type CollectionContext, initialCollection, iterationCollection } from './collection.js';
export { type MetaRlConfig, type MetaTestConfig, metaRlSchema, metaTestSteps } from './config.js';
export { returnOf } from './episodes.js';
export { type MetaTestOptions, type MetaTestRun, type MetaTestSummary, metaTest, summarize } from './meta-test.js';
export { type MetaRlRecipe, metaRlRecipes } from './presets.js';
export { replayFrames } from './replay-frames.js';
export { familyOf, metaRlJsonSchema, parseMetaRl, type ResolveMetaRlInput, resolveMetaRl } from './resolve.js';
export { type Collecting, type EpisodePlayer, runInRounds } from './rounds.js';
export { SeedSource } from './seeds.js';
export { type LinearReadOut, type MetaStudy, readOut, type StudyOptions, studyAgent } from './study.js';
export { MetaTrainer, type MetaTrainingProgress, type MetaTrainOptions } from './trainer.js';
