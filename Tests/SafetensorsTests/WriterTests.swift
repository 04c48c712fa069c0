import Files
import Safetensors
import TestSupport
import Testing

@Suite struct WriterTests {
  let folder = TemporaryFolder()

  @Test func contentIsAskedForOnceInTheOrderOfTheFile() throws {
    let path = folder.file("a.safetensors")
    var asked: [String] = []
    let tensors = ["c", "a", "b"].map { name in
      PendingTensor(
        name: name, type: .f32, shape: [2],
        content: .floats {
          asked.append(name)
          return [1, 2]
        })
    }
    try SafetensorsWriter.write(tensors, metadata: [("z", "1"), ("format", "pt"), ("a", "é")], to: path)
    #expect(asked == ["a", "b", "c"])
    let file = try SafetensorsFile(path)
    #expect(file.entries.map(\.name) == ["a", "b", "c"])
    #expect(file.metadata.map(\.name) == ["a", "format", "z"])
    #expect(file.metadata.map(\.value) == ["é", "pt", "1"])
    #expect(file.metadata(named: "format") == "pt")
    #expect(file.metadata(named: "x") == nil)
  }

  @Test func largeTensorsAreWrittenInPieces() throws {
    let path = folder.file("a.safetensors")
    let values = (0..<200_001).map { Float($0) }
    var largest = 0
    try SafetensorsWriter.write(
      [
        PendingTensor(name: "a", shape: [200_001], floats: values),
        PendingTensor(name: "b", type: .f64, shape: [3, 66_667], content: .floats { values }),
        PendingTensor(name: "c", type: .u8, shape: [200_000], bytes: [UInt8](repeating: 3, count: 200_000)),
        PendingTensor(
          name: "d", type: .f32, shape: [200_001],
          content: .pieces(count: values.count) {
            largest = max(largest, $0.count)
            return Array(values[$0])
          }),
      ], to: path)
    let file = try SafetensorsFile(path)
    #expect(try file.floats(named: "a") == values)
    #expect(try file.floats(named: "b") == values)
    #expect(try file.bytes(named: "c") == [UInt8](repeating: 3, count: 200_000))
    #expect(try file.floats(named: "d") == values)
    #expect(largest > 0 && largest < 100_000)
    #expect(file.entries.map(\.name) == ["b", "a", "d", "c"])
  }

  @Test func theSmallTypesOf6BitsAreWritten() throws {
    let path = folder.file("a.safetensors")
    let tensors = [
      PendingTensor(name: "a", type: .f6e2m3, shape: [4], bytes: [1, 2, 3]),
      PendingTensor(name: "b", type: .f6e3m2, shape: [8], bytes: [1, 2, 3, 4, 5, 6]),
    ]
    try SafetensorsWriter.write(tensors, to: path)
    let file = try SafetensorsFile(path)
    #expect(file.entries.map(\.name) == ["b", "a"])
    #expect(try file.bytes(named: "a") == [1, 2, 3])
  }

  @Test(
    arguments: [
      ("a", .f32, [3], nil, #"tensor "a": shape [3] of F32 takes 3 numbers, but 2 were given"#),
      ("a", .u8, [3], [1], #"tensor "a": shape [3] of U8 takes 3 bytes, but 1 were given"#),
      ("a", .i64, [2], nil, #"tensor "a": floats cannot be written as I64"#),
      ("a", .f32, [-1, -2], nil, #"tensor "a": its shape [-1, -2] is negative"#),
      ("a", .f32, [.max, 2], nil, #"tensor "a": its shape [9223372036854775807, 2] is larger than any file"#),
      ("a", .f32, [1 << 61], nil, #"tensor "a": its shape [2305843009213693952] is larger than any file"#),
      ("a", .f4, [1, 3], [1, 2], #"tensor "a": its shape [1, 3] of F4 does not fill whole bytes"#),
      ("__metadata__", .f32, [2], nil, #"tensor "__metadata__": the format does not allow this name"#),
      ("a\0", .f32, [2], nil, #"tensor "a\u0000": the format does not allow this name"#),
      ("same", .f32, [2], nil, #"tensor "same": it is given twice"#),
    ] as [(String, DataType, [Int], [UInt8]?, String)])
  func mistakesOfTheProgramAreErrors(
    name: String, type: DataType, shape: [Int], bytes: [UInt8]?, problem: String
  ) throws {
    let path = folder.file("a.safetensors")
    try Files.write("old", to: path)
    let content: PendingTensor.Content = if let bytes { .bytes { bytes } } else { .floats { [1, 2] } }
    let tensors = [
      PendingTensor(name: name, type: type, shape: shape, content: content),
      PendingTensor(name: "same", shape: [1], floats: [1]),
    ]
    let error = try #require(throws: SafetensorsError.self) { try SafetensorsWriter.write(tensors, to: path) }
    #expect(error.description == "\(path): \(problem); nothing was written; this is a fault of the program")
    #expect(error.kind == .internalError)
    #expect(try Files.read(path) == Array("old".utf8))
    #expect(try Files.list(folder.path) == ["a.safetensors"])
  }

  @Test func anErrorOfASourceLeavesNothing() throws {
    let source = try #require(throws: SafetensorsError.self) { try SafetensorsFile(folder.file("missing")) }
    let tensors = [
      PendingTensor(name: "a", shape: [1], floats: [1]),
      PendingTensor(
        name: "b", type: .f32, shape: [1], content: .floats { () throws(SafetensorsError) in throw source }),
    ]
    let error = try #require(throws: SafetensorsError.self) {
      try SafetensorsWriter.write(tensors, to: folder.file("a.safetensors"))
    }
    #expect(error == source)
    #expect(try Files.list(folder.path) == [])
  }

  @Test func metadataTwiceOrTooLargeIsAnError() throws {
    let path = folder.file("a.safetensors")
    let twice = try #require(throws: SafetensorsError.self) {
      try SafetensorsWriter.write([], metadata: [("a", "1"), ("a", "2")], to: path)
    }
    #expect(
      twice.description
        == "\(path): the metadata entry \"a\" is given twice; nothing was written; this is a fault of the program")
    let large = try #require(throws: SafetensorsError.self) {
      try SafetensorsWriter.write(
        [], metadata: [("a", String(decoding: [UInt8](repeating: 0x78, count: 100_000_001), as: UTF8.self))], to: path)
    }
    #expect(
      large.description == "\(path): the header would have more than the 100000000 bytes allowed; "
        + "write fewer tensors or less metadata")
    #expect(try Files.list(folder.path) == [])
  }

  @Test func aFolderThatIsMissingIsAnError() throws {
    let path = folder.file("no/a.safetensors")
    let error = try #require(throws: SafetensorsError.self) { try SafetensorsWriter.write([], to: path) }
    #expect(error.description == "cannot write \(path): no such file or folder; check the path")
    #expect(error.kind == .cannotCreate)
  }
}
