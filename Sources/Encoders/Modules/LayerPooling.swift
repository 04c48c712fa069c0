import Kernels
public import Layers
public import Tensors

/// The WeightedLayerPooling module of sentence-transformers: a mean of the hidden states of several layers with learned
/// weights.
///
///     Σ wₗ hₗ / Σ wₗ
///
/// Upstream: sentence-transformers 6.2, `sentence_transformer/modules/weighted_layer_pooling.py`.
public struct LayerPooling: Module {
  /// The weight of each layer, `[layers]`.
  public var layerWeights: Tensor
  /// The first of the layers: 0 for the embeddings, 1 for the first layer of the transformer.
  public let firstLayer: Int

  /// Makes the plain mean of layers, to be loaded.
  init(_ layers: ClosedRange<Int>) {
    layerWeights = Tensor(repeating: 1, shape: [layers.count])
    firstLayer = layers.lowerBound
  }

  /// Applies the module.
  ///
  /// - Parameters:
  ///   - states: those that ``Transformer/allHiddenStates(_:of:_:)`` gives.
  ///   - wanted: the tokens that were asked for.
  /// - Shape: → `[tokens, width]`, or `[sequences, width]` for `.oneEach`
  func callAsFunction(_ states: [Tensor], of wanted: WantedTokens) -> Tensor {
    let count = layerWeights.shape[0]
    require(
      states.count == firstLayer + count,
      "layer pooling: \(states.count) hidden states for \(count) weights from layer \(firstLayer) on")
    let terms = (0..<count).map { layer in
      var term = states[firstLayer + layer]
      if case .oneEach(let tokens) = wanted, layer < count - 1 { term = term.gatherRows(tokens) }
      return term * layerWeights.slice(layer..<layer + 1)
    }
    return terms.dropFirst().reduce(terms[0]) { $0 + $1 } / layerWeights.sum()
  }

  /// Shows `layer_weights`.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("layer_weights", &layerWeights)
  }
}
