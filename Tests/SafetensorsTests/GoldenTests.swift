import Files
import JSONText
import Safetensors
import TestSupport
import Testing

/// Files made by the reference library (Tests/Goldens/make/make_safetensors.py).
struct GoldenCase: Sendable, CustomTestStringConvertible {
  struct Tensor: Sendable {
    let name: String
    let type: DataType
    let shape: [Int]
    let bytes: [UInt8]
  }

  let name: String
  let metadata: [(name: String, value: String)]?
  let tensors: [Tensor]
  let file: [UInt8]

  var testDescription: String { name }

  static let all: [GoldenCase] = {
    do {
      let folder = Files.parent(of: #filePath)
      let json = try JSONReader.parse(Files.read(Files.join(folder, "Goldens/serialized.json")))
      return try (json.arrayValue ?? []).map { try GoldenCase($0) }
    } catch {
      fatalError("the golden files cannot be read: \(error)")
    }
  }()

  init(_ json: JSONValue) throws {
    let object = try #require(json.objectValue)
    name = try #require(object["case"]?.stringValue)
    metadata = try object["metadata"]?.objectValue?.members.map { ($0.name, try #require($0.value.stringValue)) }
    tensors = try #require(object["tensors"]?.arrayValue).map { json in
      let tensor = try #require(json.objectValue)
      return Tensor(
        name: try #require(tensor["name"]?.stringValue),
        type: try #require(tensor["dtype"]?.stringValue.flatMap { DataType(rawValue: $0) }),
        shape: try #require(tensor["shape"]?.arrayValue).compactMap(\.integerValue),
        bytes: try Self.bytes(tensor["bytes"]))
    }
    file = try Self.bytes(object["file"])
  }

  private static func bytes(_ hexadecimal: JSONValue?) throws -> [UInt8] {
    let digits = Array(try #require(hexadecimal?.stringValue).utf8)
    return try stride(from: 0, to: digits.count, by: 2).map {
      try #require(UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16))
    }
  }
}

@Suite struct GoldenTests {
  let folder = TemporaryFolder()

  @Test func thereAreEnoughCases() {
    #expect(GoldenCase.all.count >= 30)
    #expect(Set(GoldenCase.all.flatMap(\.tensors).map(\.type)).count == 20)
  }

  @Test(arguments: GoldenCase.all)
  func writesTheSameBytes(golden: GoldenCase) throws {
    let path = folder.file("a.safetensors")
    let tensors = golden.tensors.map { tensor in
      PendingTensor(name: tensor.name, type: tensor.type, shape: tensor.shape, bytes: tensor.bytes)
    }
    for order in [tensors, tensors.reversed()] {
      try SafetensorsWriter.write(order, metadata: golden.metadata, to: path)
      #expect(try Files.read(path) == golden.file)
    }
  }

  @Test(arguments: GoldenCase.all)
  func readsWhatTheReferenceWrote(golden: GoldenCase) throws {
    let path = folder.file("a.safetensors")
    try Files.write(golden.file, to: path)
    let file = try SafetensorsFile(path)
    #expect(file.entries.count == golden.tensors.count)
    #expect(file.metadata.count == golden.metadata?.count ?? 0)
    for (name, value) in golden.metadata ?? [] { #expect(file.metadata(named: name) == value) }
    for tensor in golden.tensors {
      let entry = try #require(file.entry(named: tensor.name))
      #expect(entry.type == tensor.type)
      #expect(entry.shape == tensor.shape)
      #expect(entry.count == tensor.shape.reduce(1, &*))
      #expect(try file.bytes(named: tensor.name) == tensor.bytes)
    }
  }
}
