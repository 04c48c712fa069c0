import Files
import Layers
import OrderedCollections
import Safetensors
import Tensors

/// The names that a checkpoint may use for the parameters of an encoder.
struct CheckpointNaming {
  /// Possible prefixes of all keys; the first that matches the most keys is used.
  var prefixes = [""]
  /// Suffixes of keys in old checkpoints and their current names, for reading.
  var aliases: [(old: String, new: String)] = []
  /// Parts of keys in another layout of the same model and what stands there in this one, for reading.
  var renamings: [(old: String, new: String)] = []
  /// Parts of keys whose tensor holds several parameters, the rows of one after those of the other, and what stands there
  /// in the key of each, for reading.
  var packed: [(old: String, new: [String])] = []
  /// Prefixes of keys that no model here uses.
  var ignored: [String] = []
  /// Ends of keys that are read, if at all, in another way.
  var ignoredEndings: [String] = []
  /// Prefixes of keys that an export keeps although they do not affect the vectors.
  var carried: [String] = []
  /// Prefixes of keys outside the encoder.
  var heads: [String] = []
  /// Those of them that nothing misses: a head of the pretraining that is part of a scoring head too.
  var optionalHeads: [String] = []

  /// Ends of keys whose tensors are computed, not learned.
  private static let computed = [".inv_freq"]

  /// The tensor of each parameter.
  ///
  /// - Parameter encoder: the prefix of the encoder's keys in the module that is loaded.
  /// - Throws: `ModelError` if a parameter has two tensors, of which a reader could take either.
  func parameterSources(of weights: SafetensorsFolder, encoder: String) throws(ModelError) -> [String: TensorSource] {
    let renamed = weights.entries.flatMap { names(of: $0.name) }
    var prefix = ""
    for candidate in prefixes where count(of: candidate, in: renamed) > count(of: prefix, in: renamed) {
      prefix = candidate
    }
    var result: [String: TensorSource] = [:]
    var twice: [(parameter: String, tensors: String)] = []
    for (name, source) in renamed {
      let parameter = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
      if ignored.contains(where: parameter.hasPrefix) { continue }
      if (Self.computed + ignoredEndings).contains(where: name.hasSuffix) { continue }
      let name = heads.contains(where: parameter.hasPrefix) ? parameter : encoder + parameter
      if let other = result.updateValue(source, forKey: name) {
        twice.append((name, [other.name, source.name].sorted().joined(separator: " and ")))
      }
    }
    if let first = twice.min(by: { $0.parameter < $1.parameter }) {
      let more = twice.count == 1 ? "" : ", and so have \(twice.count - 1) more"
      throw ModelError(
        path: weights.path,
        problem: "the parameter \(first.parameter) has two tensors, \(first.tensors)\(more); keep one of each pair")
    }
    return result
  }

  private func count(of prefix: String, in names: [(name: String, source: TensorSource)]) -> Int {
    prefix.isEmpty ? 0 : names.count { $0.name.hasPrefix(prefix) }
  }

  /// The names here of what a tensor holds.
  private func names(of key: String) -> [(name: String, source: TensorSource)] {
    var name = aliases.first { key.hasSuffix($0.old) }.map { String(key.dropLast($0.old.count)) + $0.new } ?? key
    for (old, new) in renamings { name = name.replacing(old, with: new) }
    guard let (old, parts) = packed.first(where: { name.contains($0.old) }) else {
      return [(name, TensorSource(name: key))]
    }
    return parts.enumerated().map { index, part in
      (name.replacing(old, with: part), TensorSource(name: key, part: index, parts: parts.count))
    }
  }
}

/// The place of a parameter in a checkpoint: a tensor, or one of several equal parts of its rows.
struct TensorSource {
  /// The tensor's key.
  let name: String
  var part = 0
  var parts = 1

  /// The shape of the whole tensor if this part has the given one.
  func wholeShape(of shape: Shape) -> Shape { Shape([parts * shape[0]] + shape.dimensions.dropFirst()) }

  /// Reads the part.
  func read(_ entry: TensorEntry, of weights: SafetensorsFolder) throws -> Tensor {
    let whole = try weights.tensor(entry)
    let rows = (entry.shape.first ?? 0) / parts
    return parts == 1 ? whole : whole.slice(part * rows..<(part + 1) * rows)
  }
}

extension SafetensorsFolder {
  /// Reads a whole tensor.
  func tensor(_ entry: TensorEntry) throws -> Tensor {
    try Tensor(shape: Shape(entry.shape)) { span throws(SafetensorsError) in try read(entry.name, into: &span) }
  }
}

extension Module {
  /// Loads every parameter from a checkpoint; all or nothing.
  ///
  /// - Parameters:
  ///   - encoder: the prefix of the encoder's keys in this module.
  ///   - ignoringOthers: true if tensors outside of the encoder, such as heads of other tasks, may be there.
  ///   - isOptional: true for a parameter that keeps its value if the checkpoint lacks it.
  /// - Returns: the tensors under the carried prefixes, which are no parameters.
  /// - Throws: `ModelError` with every parameter that is missing, unexpected or misshapen.
  @discardableResult
  mutating func load(
    from weights: SafetensorsFolder, naming: CheckpointNaming, encoder: String = "", ignoringOthers: Bool = false,
    model: String, whereOptional isOptional: (_ key: String) -> Bool = { _ in false }
  ) throws -> ParameterDictionary {
    let found = try naming.parameterSources(of: weights, encoder: encoder)
    let parameters = parameters
    let carried = found.keys.filter { key in
      parameters[key] == nil && naming.carried.contains { key.hasPrefix(encoder + $0) }
    }.sorted()
    let ownParts = Set(parameters.keys.map { firstPart(of: $0, behind: encoder) })
    var problems: [String] = []
    func checkType(_ entry: TensorEntry) {
      if !entry.type.holdsFloats {
        problems.append(line("type", entry.name, "expected F32, F16, BF16 or F64, found \(entry.type.rawValue)"))
      }
    }
    for (key, parameter) in parameters {
      guard let source = found[key], let entry = weights.entry(named: source.name) else {
        if isOptional(key) { continue }
        let similar = found.keys.sorted().first { parameters[$0] == nil && $0.hasSuffix(lastPart(of: key)) }
        problems.append(line("missing", key, "\(parameter.shape)" + (similar.map { "  similar: \($0)" } ?? "")))
        continue
      }
      let expected = source.wholeShape(of: parameter.shape)
      if Shape(entry.shape) != expected {
        let problem = line("shape", source.name, "expected \(expected), found \(Shape(entry.shape))")
        // A tensor that holds several parameters is named once.
        if !problems.contains(problem) { problems.append(problem) }
      } else {
        checkType(entry)
      }
    }
    for (key, source) in found.sorted(by: { $0.key < $1.key }) where parameters[key] == nil {
      guard let entry = weights.entry(named: source.name), !naming.optionalHeads.contains(where: key.hasPrefix) else {
        continue
      }
      if carried.contains(key) {
        checkType(entry)
      } else if !ignoringOthers || ownParts.contains(firstPart(of: key, behind: encoder)) {
        problems.append(line("unexpected", source.name, "\(entry.shape)"))
      }
    }
    if !problems.isEmpty {
      let count = parameters.count + carried.count
      problems.append("\(problems.count) of \(count) tensors do not fit \(model); nothing was loaded")
      throw ModelError(path: weights.path, problems: problems)
    }
    var loaded: ParameterDictionary = [:]
    for key in parameters.keys + carried {
      guard let source = found[key], let entry = weights.entry(named: source.name) else { continue }
      loaded[key] = try source.read(entry, of: weights)
    }
    if let key = loaded.keys.sorted().first(where: { loaded[$0]?.isFinite == false }) {
      throw ModelError(path: weights.path, problem: "\(key) holds numbers that are not finite; fetch the model again")
    }
    updateParameters { key, parameter in if let tensor = loaded[key] { parameter = tensor } }
    return loaded.filter { parameters[$0.key] == nil }
  }

  /// The child of the encoder that holds a parameter; of a key outside of the encoder, the first name.
  private func firstPart(of key: String, behind encoder: String) -> Substring {
    (key.hasPrefix(encoder) ? key.dropFirst(encoder.count) : key[...]).prefix { $0 != "." }
  }

  private func lastPart(of key: String) -> String { key.split(separator: ".").suffix(2).joined(separator: ".") }

  private func line(_ kind: String, _ key: String, _ rest: String) -> String {
    kind.padded(to: 12) + key.padded(to: 56) + " " + rest
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
}
