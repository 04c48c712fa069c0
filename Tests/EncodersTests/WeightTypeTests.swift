import Encoders
import Files
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing

/// Exports in the types that readers know, and models that compute with what is exported.
@Suite struct WeightTypeTests {
  @Test(arguments: [(WeightType.float32, DataType.f32), (.float16, .f16), (.bfloat16, .bf16)])
  func aBiEncoderIsExportedWithTheWeightsThatItIsMeasuredWith(type: WeightType, stored: DataType) throws {
    let model = try BiEncoder(folder: goldenFolder).appendingNewDense(dimensions: 5, seed: 1)
    let rounded = try model.rounded(to: type, path: goldenFolder)
    let saved = try ModelCopy(empty: true)
    try rounded.save(to: saved.path, weights: type)
    for folder in ["", "2_Dense"] {
      let file = try SafetensorsFile(Files.join(saved.path, folder, "model.safetensors"))
      #expect(!file.entries.isEmpty && file.entries.allSatisfy { $0.type == stored })
    }
    #expect(try saved.object("config.json")["torch_dtype"] == JSONValue(type.rawValue))
    let loaded = try BiEncoder(folder: saved.path)
    let (found, expected) = (loaded.parameters, rounded.parameters)
    #expect(found.keys == expected.keys)
    for (key, parameter) in expected { #expect(found[key]?.elements == parameter.elements, "\(key)") }
    #expect(
      (rounded.parameters.values.map(\.elements) == model.parameters.values.map(\.elements)) == (type == .float32))
    // Saved as it was loaded, without rounding first, it is the same.
    let again = try ModelCopy(empty: true)
    try model.save(to: again.path, weights: type)
    try expectSameFiles(again.path, saved.path)
  }

  @Test func aCrossEncoderIsExportedInAnyType() throws {
    let model = try CrossEncoder(folder: crossEncoderFolder)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path, weights: .bfloat16)
    #expect(try saved.object("config.json")["torch_dtype"] == "bfloat16")
    let rounded = try model.rounded(to: .bfloat16, path: "")
    #expect(try CrossEncoder(folder: saved.path).score([("a", "b")]).elements == rounded.score([("a", "b")]).elements)
  }

  /// Ties go to even: 1 + 2⁻⁸ lies between 1 and 1 + 2⁻⁷ in bfloat16, 1 + 2⁻¹¹ between 1 and 1 + 2⁻¹⁰ in float16.
  @Test func numbersAreRoundedToTheNearestAndTiesToEven() throws {
    let numbers: [Float] = [1 + 0x1p-8, 1 + 0x3p-8, 1 + 0x1p-11, 1 + 0x3p-11, 0x1p-25, 65519, -0.1]
    func rounded(_ type: WeightType) throws -> [Float] {
      try Linear(weight: Tensor(numbers, shape: [1, numbers.count]), bias: nil).rounded(to: type, path: "").weight
        .elements
    }
    #expect(try rounded(.float32) == numbers)
    #expect(try rounded(.bfloat16) == [1, 1 + 0x1p-6, 1, 1, 0x1p-25, 65536, -0.10009765625])
    #expect(try rounded(.float16) == [1 + 0x1p-8, 1 + 0x3p-8, 1, 1 + 0x1p-9, 0, 65504, -0.0999755859375])
  }

  @Test func aNumberBeyondTheRangeIsAnError() {
    let linear = Linear(weight: Tensor([1, 70_000], shape: [1, 2]), bias: nil)
    #expect(
      message { _ = try linear.rounded(to: .float16, path: "base") }
        == "base: weight has numbers beyond the range of float16 after training; export bfloat16 or float32")
    #expect(throws: Never.self) { try linear.rounded(to: .bfloat16, path: "base") }
  }
}
