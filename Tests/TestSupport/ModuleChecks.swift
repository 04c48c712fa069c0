public import Layers
import Kernels
import Tensors

/// Checks what every module must keep: call it in the tests of each new one.
///
/// - Every tensor stored in the module, found by reflection, is visited once, and nothing else is.
/// - No two parameters share a key, no key has an empty part.
/// - A second visit sees the same keys in the same order, and visiting changes nothing.
/// - Changing a copy in place leaves the original as it was.
///
/// - Throws: `Mismatch`, which says what is broken.
public func checkModule<Model: Module>(
  _ module: Model, file: StaticString = #fileID, line: UInt = #line
) throws {
  var module = module
  let visited = visitedParameters(of: &module)
  let keys = visited.map(\.key)
  let name = String(describing: Model.self)
  for (index, key) in keys.enumerated() {
    try expect(!keys[..<index].contains(key), "\(name): two parameters are named \(key)", file: file, line: line)
    try expect(
      key.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty },
      "\(name): the key \"\(key)\" has an empty part", file: file, line: line)
  }

  var stored = storedTensors(in: module, at: "")
  for (key, tensor) in visited {
    let index = stored.firstIndex { $0.tensor.buffer === tensor.buffer }
    try expect(index != nil, "\(name): \(key) is visited but not stored", file: file, line: line)
    if let index { stored.remove(at: index) }
  }
  try expect(
    stored.isEmpty, "\(name): stored but not visited: \(stored.map(\.path).joined(separator: ", "))", file: file,
    line: line)

  let again = visitedParameters(of: &module)
  try expect(again.map(\.key) == keys, "\(name): a second visit sees other keys", file: file, line: line)
  for (first, second) in zip(visited, again) {
    try expect(
      first.tensor.buffer === second.tensor.buffer, "\(name): visiting replaces \(first.key)", file: file, line: line)
  }

  let before = visited.map(\.tensor.elements)
  var copy = module
  copy.updateParameters { _, parameter in
    parameter.withUniqueBuffer { buffer in for index in 0..<buffer.count { buffer[index] += 1 } }
  }
  for (before, (key, tensor)) in zip(before, visitedParameters(of: &module)) {
    try expectSameBits(
      tensor.elements, before, "\(name): \(key) after a copy was changed", file: file, line: line)
  }
  for (before, (key, tensor)) in zip(before, visitedParameters(of: &copy)) {
    try expectSameBits(tensor.elements, before.map { $0 + 1 }, "\(name): \(key) of the copy", file: file, line: line)
  }
}

private func visitedParameters(of module: inout some Module) -> [(key: String, tensor: Tensor)] {
  var recorder = Recorder()
  module.visitParameters(&recorder)
  return recorder.parameters
}

private struct Recorder: ParameterVisitor {
  var path: [String] = []
  var parameters: [(key: String, tensor: Tensor)] = []

  mutating func visit(key: String, _ parameter: inout Tensor) { parameters.append((key, parameter)) }
}

/// Every tensor inside a value, with the names of the properties that lead to it.
private func storedTensors(in value: Any, at path: String) -> [(path: String, tensor: Tensor)] {
  if let tensor = value as? Tensor { return [(path, tensor)] }
  return Mirror(reflecting: value).children.enumerated().flatMap { index, child in
    let name = child.label ?? String(index)
    return storedTensors(in: child.value, at: path.isEmpty ? name : path + "." + name)
  }
}
