import Kernels
public import OrderedCollections
public import Tensors

extension Module {
  /// The shape of every linear layer's weight, by the layer's name.
  public var linearLayers: OrderedDictionary<String, Shape> {
    var layers: OrderedDictionary<String, Shape> = [:]
    var copy = self
    copy.updateLinearLayers { name, linear in layers[name] = linear.weight.shape }
    return layers
  }

  /// The adapters, by the names of their layers.
  public var adapters: OrderedDictionary<String, LowRankAdapter> {
    var adapters: OrderedDictionary<String, LowRankAdapter> = [:]
    var copy = self
    copy.updateLinearLayers { name, linear in adapters[name] = linear.adapter }
    return adapters
  }

  /// Changes every linear layer.
  ///
  /// - Parameter body: gets the name of each layer and the layer.
  public mutating func updateLinearLayers(_ body: (_ name: String, _ linear: inout Linear) -> Void) {
    withoutActuallyEscaping(body) { body in
      var updater = LinearUpdater(body: body)
      visitParameters(&updater)
    }
  }

  /// Gives new adapters to linear layers.
  ///
  /// - Parameters:
  ///   - names: the names of the layers.
  ///   - seed: determines each adapter, together with its layer's name.
  public mutating func addAdapters(to names: some Sequence<String>, _ settings: LowRankAdapter.Settings, seed: UInt64) {
    let names = Set(names)
    updateLinearLayers { name, linear in
      guard names.contains(name) else { return }
      linear.adapter = LowRankAdapter(
        inputs: linear.weight.shape[1], outputs: linear.weight.shape[0], settings: settings,
        key: mixed(mixed(seed, initializationKey), name: name))
    }
  }

  /// The model with the adapters merged into the weights, W + s B A.
  ///
  /// A layer whose adapter does not change it keeps its weight, bit for bit.
  public func mergingAdapters() -> Self {
    var model = self
    model.updateLinearLayers { _, linear in
      if let update = linear.adapter?.merged { linear.weight = linear.weight + update }
      linear.adapter = nil
    }
    return model
  }

  /// The model for one forward pass in training, with the masks of the adapters' dropout.
  public func maskingAdapters(from source: DropoutSource) -> Self {
    var model = self
    model.updateLinearLayers { name, linear in
      guard let rate = linear.adapter?.settings.dropout else { return }
      linear.adapter?.mask = source.mask(of: name, rate: rate)
    }
    return model
  }
}

/// Keeps the random numbers of new adapters apart from those of dropout under the same seed.
private let initializationKey: UInt64 = 0x4C4F_5241

private struct LinearUpdater: ParameterVisitor {
  var path: [String] = []
  let body: (String, inout Linear) -> Void

  mutating func visit(key: String, _ parameter: inout Tensor) {}

  mutating func visit(linear: inout Linear) { body(path.joined(separator: "."), &linear) }
}
