/// A step that was refused because the loss or a gradient is not a finite number; the weights are as before.
public struct NonFiniteError: Error, Equatable, CustomStringConvertible {
  /// The refused step, counted from 1.
  public let step: Int
  /// The loss of the step.
  public let loss: Float
  /// The global norm of the gradients.
  public let gradientNorm: Double
  /// The first parameter whose gradient is not finite, in the order of the checkpoint; nil if only the loss is not.
  public let firstNonFiniteGradient: String?

  /// The values found, and the remedy.
  public var description: String {
    let location = firstNonFiniteGradient.map { "first in the gradient of \($0)" } ?? "while every gradient is finite"
    return "step \(step): the loss is \(loss) and the gradient norm \(gradientNorm), \(location); the weights were not "
      + "changed; lower the learning rate, or look for a broken row among those of the step"
  }
}
