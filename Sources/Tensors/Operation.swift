/// Every differentiable operation, for messages, profiles and tests.
///
/// No model or loss uses `maximum`, `logarithm`, `squareRoot`, `absolute`, `largest` and `softmax` today; they are the
/// engine's vocabulary, for losses to come.
///
/// The gradient tests switch over this without a default, so an operation without a gradient test does not compile.
public enum Operation: String, Sendable, CaseIterable {
  case add, subtract, multiply, divide, maximum
  case negate, affine, exponential, logarithm, squareRoot, tanh, sigmoid, softplus, relu, absolute, activation
  case matmul, linear, linearSideBySide
  case sum, largest, logSumExp, softmax
  case reshape, transpose, slice, concatenate, gatherRows, gatherElements
  case normalizeRows, layerNorm, dropout
  case feedForward, gatedFeedForward, attention, singleQueryAttention, embeddingSum
  case segmentSum, segmentMaximum
  case recomputed
}
