import Kernels
import Layers
import OrderedCollections
import Safetensors
import Tensors

extension TaskAdapters {
  /// The end of the key of a weight that has adapters, as PyTorch names the original of a parametrization.
  static let weightEnding = ".parametrizations.weight.original"
  /// The ends of the keys of A and B.
  static let endings = ["A", "B"].map { ".parametrizations.weight.0.lora_\($0)" }

  /// The adapters of a task.
  ///
  /// - Parameters:
  ///   - task: one of the tasks.
  ///   - parameters: the shapes of the parameters that can have an adapter, by their keys in the encoder.
  ///   - prefixes: what may stand before the keys in the checkpoint.
  /// - Throws: `ModelError` with every tensor that does not fit.
  func updates(
    of task: String, for parameters: OrderedDictionary<String, Shape>, from weights: SafetensorsFolder,
    prefixes: [String]
  ) throws -> [String: TaskUpdate] {
    let slot = tasks.firstIndex(of: task) ?? 0
    var updates: [String: TaskUpdate] = [:]
    var problems: [String] = []
    for (key, weight) in parameters where weight.rank == 2 && key.hasSuffix(".weight") {
      let layer = key.dropLast(".weight".count)
      let entries = Self.endings.map { ending in
        prefixes.lazy.compactMap { weights.entry(named: $0 + layer + ending) }.first
      }
      if entries.allSatisfy({ $0 == nil }) { continue }
      // A table of embeddings is A B, with the rows of A; a linear map is B A.
      let isTable = layer.hasPrefix("embeddings.")
      let (left, right) = (Shape([tasks.count, weight[0], rank]), Shape([tasks.count, rank, weight[1]]))
      for (entry, (shape, ending)) in zip(entries, zip(isTable ? [left, right] : [right, left], Self.endings)) {
        if entry.map({ Shape($0.shape) }) == shape { continue }
        let found = entry.map { "\(Shape($0.shape))" } ?? "none"
        problems.append("\(layer)\(ending) should be \(shape) for \(tasks.count) tasks, found \(found)")
      }
      guard problems.isEmpty, let a = entries[0], let b = entries[1] else { continue }
      let factors = (try Self.slice(slot, of: a, weights), try Self.slice(slot, of: b, weights))
      updates[key] =
        isTable
        ? TaskUpdate(left: factors.0 * scale, right: factors.1)
        : TaskUpdate(left: factors.1 * scale, right: factors.0)
    }
    if updates.isEmpty && problems.isEmpty { problems = ["there is no adapter in it, though config.json lists tasks"] }
    if !problems.isEmpty { throw ModelError(path: weights.path, problems: problems) }
    return updates
  }

  /// The part of a tensor for one task.
  private static func slice(_ slot: Int, of entry: TensorEntry, _ weights: SafetensorsFolder) throws -> Tensor {
    try weights.tensor(entry).slice(slot..<slot + 1).reshaped(to: Shape(Array(entry.shape.dropFirst())))
  }
}

/// The product that the adapter of a task adds to a weight.
///
///     W' = W + (α / r) B A        of a linear map; W + (α / r) A B of a table of embeddings
///
/// Hu et al. 2022, arXiv:2106.09685.
struct TaskUpdate {
  /// The factor with the rows of the weight, times α / r: `[rows, r]`.
  let left: Tensor
  /// The other: `[r, columns]`.
  let right: Tensor
}

extension Tensor {
  /// Adds an update of the same shape in place, block by block: a table of words is large, and no second one is made.
  fileprivate mutating func add(_ update: TaskUpdate) {
    let (rows, columns, block) = (shape[0], shape[1], 4096)
    for start in stride(from: 0, to: rows, by: block) {
      let product = update.left.slice(start..<min(rows, start + block)).matmul(update.right)
      withUniqueBuffer { buffer in
        for index in 0..<product.shape.count { buffer[start * columns + index] += product.buffer[index] }
      }
    }
  }
}

extension ModelSource {
  /// Adds the adapter of a task to the weights of an encoder and to the tensors that are carried with it.
  ///
  /// - Parameter role: the side for which a name without that of a side stands.
  /// - Returns: the task, and its prompts.
  /// - Throws: `ModelError` if the checkpoint has no adapter for the task.
  func merge(
    _ name: String, as role: TextRole?, into transformer: inout any Transformer, _ carried: inout ParameterDictionary
  ) throws -> (task: String, prompts: [TextRole: String]) {
    let (adapters, task) = try configuration.adapters(forTask: name, as: role, in: folder.path)
    let updates = try adapters.updates(
      of: task, for: transformer.parameters.merging(carried) { own, _ in own }.mapValues(\.shape), from: weights,
      prefixes: folder.family.naming.prefixes)
    transformer.updateParameters { key, parameter in if let update = updates[key] { parameter.add(update) } }
    for (key, update) in updates { carried[key]?.add(update) }
    let changed = transformer.parameters.merging(carried) { own, _ in own }
    if let key = changed.first(where: { updates[$0.key] != nil && !$0.value.isFinite })?.key {
      throw ModelError(
        path: weights.path, problem: "\(key) with the adapter of \(task) holds numbers that are not finite")
    }
    return (task, adapters.prompts(of: task))
  }
}
