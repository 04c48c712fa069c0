public import Layers
import Tensors

/// A module of sentence-transformers that maps each vector by itself: that of a text behind the pooling, or that of a
/// token before it.
public enum EmbeddingHead: Module {
  /// An affine map with an activation.
  case dense(DenseHead)
  /// Layer normalization.
  case layerNorm(LayerNorm)
  /// Dropout, in training.
  case dropout(rate: Float)
  /// Division by the length.
  case normalize

  /// The ε of the LayerNorm module, which has no key for it: that of `torch.nn.LayerNorm`.
  static let layerNormEpsilon: Float = 1e-5

  /// Applies the module.
  ///
  /// - Shape: `[rows, in]` → `[rows, out]`
  func callAsFunction(_ x: Tensor, _ context: inout ForwardContext) -> Tensor {
    switch self {
    case .dense(let dense): dense(x)
    case .layerNorm(let norm): norm(x)
    case .dropout(let rate): x.dropout(context.dropout(rate: rate))
    case .normalize: x.normalizedRows()
    }
  }

  /// Its class in sentence-transformers.
  var typeName: String {
    switch self {
    case .dense: "Dense"
    case .layerNorm: "LayerNorm"
    case .dropout: "Dropout"
    case .normalize: "Normalize"
    }
  }

  /// The width of the vectors it takes; nil for any.
  var inputWidth: Int? {
    switch self {
    case .dense(let dense): dense.linear.weight.shape[1]
    case .layerNorm(let norm): norm.weight.shape[0]
    case .dropout, .normalize: nil
    }
  }

  /// The width of the vectors it makes of vectors of a width.
  func outputWidth(of width: Int) -> Int {
    if case .dense(let dense) = self { return dense.linear.weight.shape[0] }
    return width
  }

  /// Its kind, and all that its vectors depend on beside its parameters.
  var description: (name: String, settings: String) {
    switch self {
    case .dense(let dense): ("dense", "\(dense.activation.rawValue)\(dense.hasResidual ? " residual" : "")")
    case .layerNorm: ("layerNorm", "")
    case .dropout: ("dropout", "")
    case .normalize: ("normalize", "")
    }
  }

  /// Shows the parameters under their keys in the module's file.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    // The visitor holds the only reference, so a change in place copies nothing.
    switch self {
    case .dense(var dense):
      self = .normalize
      dense.visitParameters(&visitor)
      self = .dense(dense)
    case .layerNorm(var norm):
      self = .normalize
      visitor.visit("norm", &norm)
      self = .layerNorm(norm)
    case .dropout, .normalize: break
    }
  }
}
