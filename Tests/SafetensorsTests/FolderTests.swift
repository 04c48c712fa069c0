import Files
import Safetensors
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct FolderTests {
  let folder = TemporaryFolder()

  /// Writes a file of one-number tensors.
  private func write(_ file: String, _ tensors: [String: Float]) throws {
    let pending = tensors.map { PendingTensor(name: $0.key, shape: [1], floats: [$0.value]) }
    try SafetensorsWriter.write(pending, to: folder.file(file))
  }

  private func writeIndex(_ text: String) throws {
    try Files.write(text, to: folder.file("model.safetensors.index.json"))
  }

  private func message() throws -> String {
    try #require(throws: SafetensorsError.self) { try SafetensorsFolder(folder.path) }.description
  }

  @Test func aSingleFileIsRead() throws {
    try write("model.safetensors", ["a": 1, "b": 2])
    try writeIndex("this is not looked at")
    let model = try SafetensorsFolder(folder.path)
    #expect(model.entries.map(\.name) == ["a", "b"])
    #expect(try model.floats(named: "b") == [2])
    #expect(model.files.count == 1)
  }

  @Test func shardsAreRead() throws {
    try write("model-00001-of-00002.safetensors", ["a": 1, "c": 3])
    try write("model-00002-of-00002.safetensors", ["b": 2])
    try writeIndex(
      #"""
      {"metadata": {"total_size": 12}, "weight_map": {
        "a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors",
        "c": "model-00001-of-00002.safetensors"}}
      """#)
    let model = try SafetensorsFolder(folder.path)
    #expect(model.entries.map(\.name) == ["a", "c", "b"])
    for (name, value) in ["a": Float(1), "b": 2, "c": 3] {
      #expect(try model.floats(named: name) == [value])
      var memory: [Float] = [0]
      var span = memory.mutableSpan
      try model.read(name, into: &span)
      #expect(memory == [value])
      #expect(model.entry(named: name)?.shape == [1])
    }
    #expect(try model.bytes(named: "b") == [0, 0, 0, 0x40])
    #expect(throws: SafetensorsError.self) { try model.integers(named: "b") }
    #expect(model.entry(named: "d") == nil)
    let error = try #require(throws: SafetensorsError.self) { try model.floats(named: "d") }
    #expect(
      error.description == "\(folder.path): tensor \"d\": the folder has no tensor of this name among its 3; "
        + "check that it belongs to this model")
  }

  @Test func anEmptyFolderNamesTheFileThatIsMissing() throws {
    let path = folder.file("model.safetensors")
    #expect(try message() == "cannot read \(path): no such file or folder; check the path")
  }

  @Test(arguments: [
    ("../x", #"must be a plain name in the folder, not "../x""#),
    ("/x", #"must be a plain name in the folder, not "/x""#),
    ("x/y", #"must be a plain name in the folder, not "x/y""#), ("", #"must be a plain name in the folder, not """#),
    (".", #"must be a plain name in the folder, not ".""#), ("..", #"must be a plain name in the folder, not "..""#),
    (#"x\u0000y"#, #"must be a plain name in the folder, not "x\u0000y""#),
    (#"..\\x"#, #"must be a plain name in the folder, not "..\\x""#),
  ])
  func onlyPlainNamesAreFollowed(name: String, problem: String) throws {
    try writeIndex(#"{"weight_map":{"a":"\#(name)"}}"#)
    #expect(
      try message() == "\(folder.file("model.safetensors.index.json")): the index is wrong at line 1, column 20: "
        + "the file of tensor \"a\" \(problem); fetch or write the folder again")
  }

  @Test(arguments: [
    ("", "the index is wrong at line 1, column 1: expected a value, found the end of the text"),
    ("[]", "the index is wrong at line 1, column 1: expected an object, found \"[\""),
    ("{}", "the index has no \"weight_map\" from tensors to files"),
    (
      #"{"weight_map":[]}"#,
      "the index is wrong at line 1, column 15: \"weight_map\" must be an object from tensors to files"
    ),
    (#"{"weight_map":{"a":1}}"#, "the index is wrong at line 1, column 20: the file of tensor \"a\" must be a string"),
    (
      #"{"weight_map":{},"weight_map":{}}"#,
      "the index is wrong at line 1, column 18: the member name \"weight_map\" stands twice in one object"
    ),
    (
      #"{"weight_map":{"a":"s","a":"s"}}"#,
      "the index is wrong at line 1, column 24: the member name \"a\" stands twice in one object"
    ),
    (#"{"weight_map":{}} x"#, "the index is wrong at line 1, column 19: expected the end of the text, found \"x\""),
  ])
  func malformedIndexesAreRefused(text: String, problem: String) throws {
    try writeIndex(text)
    #expect(
      try message()
        == "\(folder.file("model.safetensors.index.json")): \(problem); fetch or write the folder again")
  }

  @Test func everyTensorMustBeInItsShard() throws {
    let index = folder.file("model.safetensors.index.json")
    try write("s1", ["a": 1])
    try write("s2", ["b": 2])
    try writeIndex(#"{"weight_map":{"a":"s2","b":"s2"}}"#)
    #expect(
      try message()
        == "\(index): tensor \"a\": it should be in s2, but it is not there; fetch or write the folder again")
    try writeIndex(#"{"weight_map":{"a":"s1","b":"s1"}}"#)
    #expect(
      try message()
        == "\(index): tensor \"b\": it should be in s1, but it is not there; fetch or write the folder again")
    try writeIndex(#"{"weight_map":{"a":"s2","b":"s1"}}"#)
    #expect(try message().contains("it should be in s2, but it is not there"))
    try writeIndex(#"{"weight_map":{"a":"s3"}}"#)
    #expect(try message() == "cannot find \(folder.file("s3")): no such file or folder; check the path")
  }

  @Test func noTensorMayBeInTwoShards() throws {
    try write("s1", ["a": 1, "b": 1])
    try write("s2", ["b": 2])
    try writeIndex(#"{"weight_map":{"a":"s1","b":"s2"}}"#)
    #expect(
      try message() == "\(folder.path): tensor \"b\": it is in two files, s1 and s2; fetch or write the folder again")
  }

  @Test func aLinkMayNotLeadOutOfTheFolder() throws {
    let inside = folder.file("inside")
    try Files.makeFolder(inside)
    try write("outside", ["a": 1])
    try write("inside/real", ["a": 1])
    try Files.write(#"{"weight_map":{"a":"link"}}"#, to: Files.join(inside, "model.safetensors.index.json"))
    #expect(symlink("../outside", Files.join(inside, "link")) == 0)
    let error = try #require(throws: SafetensorsError.self) { try SafetensorsFolder(inside) }
    #expect(
      error.description == "\(inside)/model.safetensors.index.json: the file \"link\" is a link that leads out of "
        + "the folder; copy the folder with its links followed (cp -rL)")
    try Files.remove(Files.join(inside, "link"))
    #expect(symlink("real", Files.join(inside, "link")) == 0)
    #expect(try SafetensorsFolder(inside).floats(named: "a") == [1])
  }

  @Test func aDamagedShardIsNamed() throws {
    try Files.write([1, 2], to: folder.file("s1"))
    try writeIndex(#"{"weight_map":{"a":"s1"}}"#)
    #expect(
      try message() == "\(folder.file("s1")): it has 2 bytes, fewer than the 8 every safetensors file starts with; "
        + "the file is damaged or no safetensors file, fetch or write it again")
  }
}
