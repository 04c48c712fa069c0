import Layers
import OrderedCollections
import Tensors

/// The names of linear layers in the classes of transformers, where those of a checkpoint are others.
///
/// Upstream: transformers 5.24, `conversion_mapping.py`.
struct TransformersNames: Sendable {
  /// Parts of names there and here.
  var renamed: [(there: String, here: String)] = []
  /// Ends of the names of layers there that are one layer here, the rows of one after those of the other.
  var joined: [(there: [String], here: String)] = []

  /// The ends of the names of the maps to queries, keys and values.
  static let attention = ["q", "k", "v"].map { ".self_attn.\($0)_proj" }

  /// The name here of a layer there, with the part of its rows; nil if both have the same.
  func name(of layer: String) -> (name: String, part: Int, parts: Int)? {
    var name = layer
    for (there, here) in renamed where name.contains(there) { name = name.replacing(there, with: here) }
    for (there, here) in joined {
      for (part, end) in there.enumerated() where name.hasSuffix(end) {
        return (String(name.dropLast(end.count)) + here, part, there.count)
      }
    }
    return name == layer ? nil : (name, 0, 1)
  }
}

/// The linear layer of a model that a layer in a file of adapters is, or the rows of it.
struct AdapterTarget {
  /// The layer's name in the model.
  let name: String
  /// The shape of its weight.
  let weight: Shape
  /// The rows of the weight that the adapter changes.
  let rows: Range<Int>
}

extension AdaptableModel {
  /// The layer of a name in a file of adapters, which may be that of the checkpoint or that of transformers.
  ///
  /// - Parameter weights: the shapes of the weights of the model's linear layers.
  func adapterTarget(named path: String, among weights: OrderedDictionary<String, Shape>) -> AdapterTarget? {
    for name in names(of: path) {
      if let weight = weights[name] { return AdapterTarget(name: name, weight: weight, rows: 0..<weight[0]) }
    }
    for name in names(of: path) {
      guard let (own, part, parts) = folder.family.transformersNames.name(of: name), let weight = weights[own] else {
        continue
      }
      let count = weight[0] / parts
      return AdapterTarget(name: own, weight: weight, rows: part * count..<(part + 1) * count)
    }
    return nil
  }
}

extension LowRankAdapter {
  /// One adapter for several parts of a layer's rows.
  ///
  ///     A = (A₁ over A₂ …), B = the blocks B₁, B₂ … on the rows of their parts, else 0
  ///
  /// Its rank is the sum of theirs, and s that of the first; a B whose s is another is scaled.
  ///
  /// - Parameter parts: each with its rows in the weight.
  init(joining parts: [(rows: Range<Int>, adapter: LowRankAdapter)], of rowCount: Int) {
    if parts.count == 1, parts[0].rows == 0..<rowCount {
      self = parts[0].adapter
      return
    }
    let first = parts[0].adapter.settings
    let scale = first.alpha == 0 ? 1 : first.alpha / first.divisor
    let rank = parts.reduce(0) { $0 + $1.adapter.settings.rank }
    var settings = first
    settings.rank = rank
    settings.alpha = scale * settings.divisor
    let blocks = parts.map { part in
      let own = part.adapter.settings
      let up = part.adapter.up * Float(own.alpha / own.divisor / scale)
      return Tensor.concatenated([
        Tensor(repeating: 0, shape: [part.rows.lowerBound, own.rank]), up,
        Tensor(repeating: 0, shape: [rowCount - part.rows.upperBound, own.rank]),
      ])
    }
    let down = Tensor.concatenated(parts.map(\.adapter.down))
    self.init(down: down, up: Tensor.concatenated(blocks, axis: 1), settings: settings)
  }
}
