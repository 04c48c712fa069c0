import Kernels
public import OrderedCollections
public import Tensors

/// A part of a model: a value that holds parameters and other modules.
///
/// `visitParameters` is the only code that names a parameter. Loading, saving, gradients, optimizer state and
/// inspection all go through it, so they cannot disagree. Properties are visited in the order of the checkpoint.
public protocol Module: Sendable {
  /// Shows every parameter and every child module, with its name in the checkpoint, to the visitor.
  mutating func visitParameters(_ visitor: inout some ParameterVisitor)
}

/// Visits the parameters of a module one by one.
public protocol ParameterVisitor {
  /// The names of the enclosing modules.
  var path: [String] { get set }
  /// Visits a parameter and may replace it.
  mutating func visit(key: String, _ parameter: inout Tensor)
  /// Visits a linear layer as a whole, at the current path, and may change it; by default its parameters are visited.
  ///
  /// A visitor that implements this calls ``Linear/visitTensors(_:)`` to visit the parameters as well.
  mutating func visit(linear: inout Linear)
  /// Visits a table of embeddings as a whole, as ``visit(linear:)`` does a linear layer.
  mutating func visit(embedding: inout Embedding)
}

extension ParameterVisitor {
  /// Shows the parameters of a linear layer.
  public mutating func visit(linear: inout Linear) { linear.visitTensors(&self) }

  /// Shows the parameter of a table.
  public mutating func visit(embedding: inout Embedding) { embedding.visitTensors(&self) }

  /// Shows a parameter.
  public mutating func visit(_ name: String, _ parameter: inout Tensor) {
    visit(key: (path + [name]).joined(separator: "."), &parameter)
  }

  /// Shows a parameter that may be absent.
  public mutating func visit(_ name: String, _ parameter: inout Tensor?) {
    guard var present = parameter else { return }
    // The visitor holds the only reference, so a change in place copies nothing.
    parameter = nil
    visit(name, &present)
    parameter = present
  }

  /// Shows a child module.
  public mutating func visit(_ name: String, _ module: inout some Module) {
    path.append(name)
    module.visitParameters(&self)
    path.removeLast()
  }

  /// Shows a child module that may be absent.
  public mutating func visit<Child: Module>(_ name: String, _ module: inout Child?) {
    guard var child = module else { return }
    module = nil
    visit(name, &child)
    module = child
  }

  /// Shows child modules that are named by their index.
  public mutating func visit<Child: Module>(_ name: String, _ modules: inout [Child]) {
    path.append(name)
    for index in modules.indices { visit(String(index), &modules[index]) }
    path.removeLast()
  }
}

/// Parameters, gradients or optimizer state: tensors by checkpoint key, in the checkpoint's order.
public typealias ParameterDictionary = OrderedDictionary<String, Tensor>

extension Module {
  /// All parameters by their checkpoint key.
  public var parameters: ParameterDictionary {
    var copy = self
    var reader = ParameterReader()
    copy.visitParameters(&reader)
    return reader.parameters
  }

  /// The number of scalars in all parameters.
  public var parameterCount: Int { parameters.values.reduce(0) { $0 + $1.shape.count } }

  /// The keys of the tables of embeddings.
  public var embeddingTables: [String] {
    var copy = self
    var reader = EmbeddingReader()
    copy.visitParameters(&reader)
    return reader.keys
  }

  /// Changes every parameter.
  ///
  /// - Parameter body: gets each key and its parameter.
  public mutating func updateParameters(_ body: (_ key: String, _ parameter: inout Tensor) -> Void) {
    withoutActuallyEscaping(body) { body in
      var updater = ParameterUpdater(body: body)
      visitParameters(&updater)
    }
  }
}

private struct ParameterReader: ParameterVisitor {
  var path: [String] = []
  var parameters: ParameterDictionary = [:]

  mutating func visit(key: String, _ parameter: inout Tensor) {
    require(parameters[key] == nil, "two parameters are named \(key)")
    parameters[key] = parameter
  }
}

private struct EmbeddingReader: ParameterVisitor {
  var path: [String] = []
  var keys: [String] = []

  mutating func visit(key: String, _ parameter: inout Tensor) {}

  mutating func visit(embedding: inout Embedding) { keys.append((path + ["weight"]).joined(separator: ".")) }
}

private struct ParameterUpdater: ParameterVisitor {
  var path: [String] = []
  let body: (String, inout Tensor) -> Void

  mutating func visit(key: String, _ parameter: inout Tensor) { body(key, &parameter) }
}

// MARK: - Gradients

/// The outputs of a computation on a model, and the function from their gradients to those of its parameters.
public struct ModelPullback: Sendable {
  private let keys: [String]
  private let pullback: Pullback

  /// The outputs, detached.
  public var outputs: [Tensor] { pullback.outputs }

  /// Runs a computation with the model's parameters on a tape; those for which `isTrained` is false stay constants.
  ///
  /// - Parameter takesRows: true for a table whose gradient may be one of the rows that were looked up
  ///   (``Tensor/selection``).
  public init<Model: Module>(
    of model: Model, where isTrained: (String) -> Bool = { _ in true }, takesRows: (String) -> Bool = { _ in false },
    _ body: (Model) throws -> [Tensor]
  ) rethrows {
    let parameters = model.parameters
    let trained = Array(parameters.keys.filter(isTrained))
    keys = trained
    pullback = try Pullback(of: trained.compactMap { parameters[$0] }, takesRows: trained.map(takesRows)) { tracked in
      var copy = model
      let byKey = Dictionary(uniqueKeysWithValues: zip(trained, tracked))
      copy.updateParameters { key, parameter in if let tensor = byKey[key] { parameter = tensor } }
      return try body(copy)
    }
  }

  /// The gradients of the trained parameters that the outputs depend on, given those of the outputs.
  ///
  /// Works once.
  public func callAsFunction(_ outputGradients: [Tensor]) -> ParameterDictionary {
    var gradients: ParameterDictionary = [:]
    for (key, gradient) in zip(keys, pullback(outputGradients)) {
      if let gradient { gradients[key] = gradient }
    }
    return gradients
  }
}

/// A scalar function of a model and the gradients of its parameters.
public func valueAndGradients<Model: Module>(
  of model: Model, _ function: (Model) throws -> Tensor
) rethrows -> (value: Tensor, gradients: ParameterDictionary) {
  let pullback = try ModelPullback(of: model) { [try function($0)] }
  require(pullback.outputs[0].shape.count == 1, "valueAndGradients: the value has shape \(pullback.outputs[0].shape)")
  return (pullback.outputs[0], pullback([Tensor(repeating: 1, shape: pullback.outputs[0].shape)]))
}

extension ParameterDictionary {
  /// Adds other gradients in place, key by key.
  public mutating func accumulate(_ other: ParameterDictionary) {
    for (key, gradient) in other {
      guard var sum = self[key] else {
        self[key] = gradient
        continue
      }
      self[key] = Tensor(0)
      sum.accumulate(gradient)
      self[key] = sum
    }
  }
}
