import Layers
import OrderedCollections
import Safetensors
import Tensors
import Testing

/// Expects the numbers of a golden file.
///
/// - Parameter tolerance: The largest difference; 1e-5 of the largest expected number unless given.
func expectClose(_ tensor: Tensor, _ name: String, of golden: SafetensorsFile, within tolerance: Float? = nil) throws {
  let (found, expected) = (tensor.elements, try golden.floats(named: name))
  try #require(
    found.count == expected.count && !found.isEmpty, "\(name): \(found.count) numbers, expected \(expected.count)")
  let allowed = tolerance ?? 1e-5 * (expected.map { abs($0) }.max() ?? 0)
  let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
  #expect(worst <= allowed, "\(name): differs by \(worst), allowed \(allowed)")
}

/// Expects the gradients of a golden file, all of them and no others, within 1e-5 of each tensor's largest.
func expectGradients(_ gradients: ParameterDictionary, equal golden: SafetensorsFile) throws {
  let names = golden.entries.map(\.name).filter { $0.hasPrefix("gradient.") }
  #expect(names.count > 15)
  #expect(Set(gradients.keys) == Set(names.map { String($0.dropFirst("gradient.".count)) }))
  let largest: Float = try names.flatMap { try golden.floats(named: $0) }.map { abs($0) }.max() ?? 0
  for (key, gradient) in gradients {
    let expected = try golden.floats(named: "gradient.\(key)")
    let found = gradient.elements
    try #require(found.count == expected.count, "\(key): \(found.count) numbers, expected \(expected.count)")
    let own = expected.map { abs($0) }.max() ?? 0
    // Biases of keys have no gradient in exact arithmetic; what is there is rounding, so the scale is that of all gradients.
    let scale = own > 1e-9 * largest ? own : largest
    let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= 1e-5 * scale, "\(key): differs by \(worst) of \(scale)")
  }
}
