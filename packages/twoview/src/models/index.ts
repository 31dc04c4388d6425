// Encoders, projectors, predictors.
export { createEncoder, type EncoderConfig, encoderSchema } from './config.js';
export { ConvNet, type ConvNetOptions } from './convnet.js';
export { Encoder, type PixelStatistics } from './encoder.js';
export { type MlpOptions, mlp, VectorEncoder } from './mlp.js';
export { PreActResNet, type PreActResNetOptions, preactresnet18 } from './preact-resnet.js';
export { ResNet, type ResNetOptions, resnet18, resnet34, resnet50, type Stem } from './resnet.js';
export { SmallCnn, type SmallCnnOptions } from './small-cnn.js';
export { WideResNet, type WideResNetOptions } from './wide-resnet.js';
