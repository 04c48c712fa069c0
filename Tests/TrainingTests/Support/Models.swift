import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport

/// A small encoder: the mean of normalized, dense word vectors.
struct MeanEncoder: Module {
  var words: Embedding
  var dense: Linear
  var norm: LayerNorm

  init(vocabulary: Int, width: Int, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    words = Embedding(rows: vocabulary, width: width)
    words.weight = random.tensor([vocabulary, width])
    dense = Linear(weight: random.tensor([width, width], size: 0.5), bias: random.tensor([width], size: 0.1))
    norm = LayerNorm(width: width, epsilon: 1e-5)
    norm.weight = random.tensor([width])
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("words", &words)
    visitor.visit("dense", &dense)
    visitor.visit("LayerNorm", &norm)
  }

  /// - Shape: n texts → `[n, width]`
  func encode(_ texts: [[Int32]], dropout: DropoutSource? = nil) -> Tensor {
    var context = ForwardContext(dropout: dropout)
    let x = Tensor.embeddingSum([(words.weight, texts.flatMap { $0 })])
    let y = norm(dense(x), residual: x, dropout: context.dropout(rate: 0.2))
    let offsets = texts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    let lengths = Tensor(texts.map { 1 / Float(max(1, $0.count)) }, shape: [texts.count, 1])
    return y.segmentSum(offsets: offsets) * lengths
  }
}

/// A model that is nothing but named parameters.
struct Bag: Module {
  var names: [String]
  var tensors: [Tensor]

  init(_ parameters: [(String, Tensor)]) {
    names = parameters.map(\.0)
    tensors = parameters.map(\.1)
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    for index in names.indices { visitor.visit(names[index], &tensors[index]) }
  }

  subscript(_ name: String) -> Tensor { parameters[name] ?? Tensor(.nan) }
}

extension SeededGenerator {
  /// Texts of 1 to `longest` words of a vocabulary.
  mutating func texts(_ count: Int, longest: Int, vocabulary: Int) -> [[Int32]] {
    (0..<count).map { _ in
      (0..<Int.random(in: 1...longest, using: &self)).map { _ in Int32.random(in: 0..<Int32(vocabulary), using: &self) }
    }
  }
}
