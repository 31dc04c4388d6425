// What several recipes have in common: encoders, pairs of views, the large-batch optimiser.
import type { OptimizerRecipe, RecipeConfig } from '../recipe.js';

type View = RecipeConfig['augment']['views'][number];
type ResNet = Extract<RecipeConfig['encoder'], { name: 'resnet18' | 'resnet34' | 'resnet50' }>;

/** ResNet-18 with a 3x3 stem and no max-pool, for 32 pixels. */
export const cifarResNet18: ResNet = { name: 'resnet18', stem: 'cifar' };
/** torchvision's ResNet-18, for 96 pixels. */
export const stlResNet18: ResNet = { name: 'resnet18', stem: 'stl' };

/** ResNet-18 with a 3x3 stem and a max-pool. */
export const tinyResNet18: ResNet = { name: 'resnet18', stem: 'tiny' };
/** torchvision's ResNet-50, for 224 pixels. */
export const imagenetResNet50: ResNet = { name: 'resnet50', stem: 'imagenet' };

/** Both views made the same way. */
export const twice = (view: View): RecipeConfig['augment'] => ({ views: [view, view] });

/** BYOL's two policies, which Barlow Twins and VICReg share. */
export const byolViews: RecipeConfig['augment'] = { views: [{ policy: 'byol-view1' }, { policy: 'byol-view2' }] };

/** LARS without decay or adaptation of biases and normalisation, 10 epochs of warm-up, cosine: SimCLR, BYOL, Barlow Twins, VICReg. */
export function lars(learningRate: number, weightDecay: number, minFactor = 0): OptimizerRecipe {
  return {
    name: 'lars',
    learningRate,
    momentum: 0.9,
    weightDecay,
    exclude: 'biasAndNorm',
    schedule: { name: 'cosine', warmupEpochs: 10, minFactor },
  };
}
