public import Tensors

/// The gradients of a scalar function in double precision, by central differences.
///
/// With step h the error is about h² of the third derivative plus 10⁻¹⁶/h of the value: 10⁻¹⁰ at the step here.
public func centralDifferences(
  of function: ([DoubleTensor]) -> Double, at inputs: [DoubleTensor], step: Double = 1e-6
) -> [[Double]] {
  var inputs = inputs
  return inputs.indices.map { input in
    inputs[input].elements.indices.map { index in
      let x = inputs[input].elements[index]
      inputs[input].elements[index] = x + step
      let above = function(inputs)
      inputs[input].elements[index] = x - step
      let below = function(inputs)
      inputs[input].elements[index] = x
      return (above - below) / (2 * step)
    }
  }
}

/// Checks a differentiable function of the engine against the same function in double precision.
///
/// The values are compared directly. For the gradients the outputs are weighed with random numbers w; the engine's gradients of
/// Σ w · y must equal central differences of the reference, must be the same bits a second time, and the same bits for each
/// input alone with the others constant, and for the others with each input constant. An input that the function does not depend on has no gradient; the reference must
/// then have zeros.
///
/// - Parameters:
///   - function: the engine's function.
///   - reference: the same with plain loops.
///   - inputs: where to compare; away from kinks by more than 10⁻⁶.
///   - tolerance: the largest error of a gradient, relative to the largest gradient of its input. Where an input's gradients are
///     below a hundredth of the largest of any input, relative to that hundredth, because they are what is left when larger
///     numbers cancel.
/// - Throws: `Mismatch`, or what `function` throws.
public func checkGradients(
  of function: ([Tensor]) throws -> Tensor, reference: ([DoubleTensor]) -> DoubleTensor, at inputs: [Tensor],
  tolerance: Double = Tolerance.gradient, file: StaticString = #fileID, line: UInt = #line
) throws {
  let exactInputs = inputs.map { DoubleTensor($0) }
  let exact = reference(exactInputs)
  let pullback = try Pullback(of: inputs) { [try function($0)] }
  let value = pullback.outputs[0]
  try expect(
    value.shape.dimensions == exact.shape, "the shape is \(value.shape), expected \(exact.shape)", file: file,
    line: line)
  try expectClose(
    value.elements, exact.elements, floor: 1e-3, "values", file: file, line: line)
  try expectSameBits(try function(inputs).elements, value.elements, "values off the tape", file: file, line: line)

  var generator = SeededGenerator(seed: UInt64(exact.elements.count))
  let weights = Tensor(generator.floats(value.shape.count), shape: value.shape)
  let gradients = zip(pullback([weights]), inputs).map { $0 ?? Tensor(repeating: 0, shape: $1.shape) }
  let expected = centralDifferences(
    of: { zip(reference($0).elements, weights.elements).reduce(0) { $0 + $1.0 * Double($1.1) } }, at: exactInputs)
  try expect(
    !inputs.isEmpty && gradients.count == inputs.count && expected.count == inputs.count,
    "\(gradients.count) gradients of \(inputs.count) inputs", file: file, line: line)
  let largest = expected.map(\.largestMagnitude).max() ?? 0
  for (index, (found, expected)) in zip(gradients, expected).enumerated() {
    try expect(
      found.shape == inputs[index].shape, "gradient \(index): the shape is \(found.shape), not \(inputs[index].shape)",
      file: file, line: line)
    try expectClose(
      found.elements, expected, tolerance: tolerance, floor: max(largest / 100, 1e-3),
      "gradient of input \(index)", file: file, line: line)

    let alone = try Pullback(of: [inputs[index]]) { tracked in
      var mixed = inputs
      mixed[index] = tracked[0]
      return [try function(mixed)]
    }
    try expectSameBits(
      (alone([weights])[0] ?? Tensor(repeating: 0, shape: found.shape)).elements, found.elements,
      "gradient of input \(index) alone", file: file, line: line)

    let others = inputs.indices.filter { $0 != index }
    let rest = try Pullback(of: others.map { inputs[$0] }) { tracked in
      var mixed = inputs
      for (other, tensor) in zip(others, tracked) { mixed[other] = tensor }
      return [try function(mixed)]
    }
    for (other, gradient) in zip(others, rest([weights])) {
      try expectSameBits(
        (gradient ?? Tensor(repeating: 0, shape: inputs[other].shape)).elements, gradients[other].elements,
        "gradient of input \(other) with \(index) constant", file: file, line: line)
    }
  }
}
