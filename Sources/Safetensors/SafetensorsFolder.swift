import Files
import JSONText

/// The weights in a model folder: `model.safetensors`, or the shards that `model.safetensors.index.json` names.
///
/// When both are there, the single file counts, as it does in transformers.
public final class SafetensorsFolder: Sendable {
  /// The folder as it was given.
  public let path: String
  /// The files in the order of their names.
  public let files: [SafetensorsFile]
  /// The tensors of all files, file by file in the order of their bytes.
  public let entries: [TensorEntry]

  /// The paths of everything that was read: the files, after the index where there is one.
  public let paths: [String]

  private let fileOfTensor: [[UInt8]: Int]

  /// Opens the weights and checks all headers, and the index against them.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - base: The name of the weights without its extension.
  public init(_ path: String, base: String = "model") throws(SafetensorsError) {
    let single = "\(base).safetensors"
    let index = Files.join(path, "\(single).index.json")
    let names: [String]
    var weightMap: [(tensor: String, file: String)] = []
    if Files.exists(Files.join(path, single)) || !Files.exists(index) {
      names = [single]
    } else {
      weightMap = try Self.readIndex(index)
      names = try Self.shards(of: weightMap, path, index)
    }
    var files: [SafetensorsFile] = []
    for name in names { files.append(try SafetensorsFile(Files.join(path, name))) }
    var fileOfTensor: [[UInt8]: Int] = [:]
    for (position, file) in files.enumerated() {
      for entry in file.entries {
        if let other = fileOfTensor.updateValue(position, forKey: Array(entry.name.utf8)) {
          throw SafetensorsError(
            path, tensor: entry.name, "it is in two files, \(names[other]) and \(names[position])",
            remedy: "fetch or write the folder again")
        }
      }
    }
    for (tensor, file) in weightMap {
      guard let position = fileOfTensor[Array(tensor.utf8)], names[position].utf8.elementsEqual(file.utf8) else {
        throw SafetensorsError(
          index, tensor: tensor, "it should be in \(file), but it is not there",
          remedy: "fetch or write the folder again")
      }
    }
    self.path = path
    self.files = files
    paths = (weightMap.isEmpty ? [] : [index]) + files.map(\.path)
    self.fileOfTensor = fileOfTensor
    entries = files.flatMap(\.entries)
  }

  /// The entry of a tensor, or nil when no file has one of this name.
  public func entry(named name: String) -> TensorEntry? {
    file(holding: name)?.entry(named: name)
  }

  /// The file that holds a tensor, or nil when no file has one of this name.
  public func file(holding name: String) -> SafetensorsFile? {
    fileOfTensor[Array(name.utf8)].map { files[$0] }
  }

  /// Reads a tensor as ``SafetensorsFile/floats(named:)`` does.
  public func floats(named name: String) throws(SafetensorsError) -> [Float] {
    try existingFile(name).floats(named: name)
  }

  /// Reads a tensor as ``SafetensorsFile/read(_:into:)`` does.
  public func read(_ name: String, into floats: inout MutableSpan<Float>) throws(SafetensorsError) {
    try existingFile(name).read(name, into: &floats)
  }

  /// Reads a tensor as ``SafetensorsFile/integers(named:)`` does.
  public func integers(named name: String) throws(SafetensorsError) -> [Int] {
    try existingFile(name).integers(named: name)
  }

  /// Reads a tensor as ``SafetensorsFile/bytes(named:)`` does.
  public func bytes(named name: String) throws(SafetensorsError) -> [UInt8] {
    try existingFile(name).bytes(named: name)
  }

  private func existingFile(_ name: String) throws(SafetensorsError) -> SafetensorsFile {
    if let file = file(holding: name) { return file }
    throw SafetensorsError(
      path, tensor: name, "the folder has no tensor of this name among its \(entries.count)",
      remedy: "check that it belongs to this model")
  }

  // MARK: - The index

  /// The files that an index names, sorted; each is a plain name.
  package static func files(ofIndex path: String) throws(SafetensorsError) -> [String] {
    names(in: try readIndex(path))
  }

  private static func names(in weightMap: [(tensor: String, file: String)]) -> [String] {
    Set(weightMap.map { Array($0.file.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private static func readIndex(_ path: String) throws(SafetensorsError) -> [(tensor: String, file: String)] {
    let bytes = try convertingErrors { () throws(FileError) in
      try Files.read(path, maximumBytes: Header.maximumBytes)
    }
    var weightMap: [(tensor: String, file: String)]?
    do throws(JSONError) {
      var cursor = JSONCursor(bytes, maximumDepth: Header.maximumDepth)
      try cursor.readObject { (cursor, name) throws(JSONError) in
        guard name.utf8.elementsEqual("weight_map".utf8) else { return try cursor.skipValue() }
        weightMap = try readWeightMap(&cursor)
      }
      try cursor.finish()
    } catch {
      throw SafetensorsError(path, "the index is wrong at \(error)", remedy: indexRemedy)
    }
    guard let weightMap else {
      throw SafetensorsError(path, "the index has no \"weight_map\" from tensors to files", remedy: indexRemedy)
    }
    return weightMap
  }

  private static func readWeightMap(_ cursor: inout JSONCursor) throws(JSONError) -> [(tensor: String, file: String)] {
    guard try cursor.nextKind() == .object else {
      throw cursor.error("\"weight_map\" must be an object from tensors to files")
    }
    var weightMap: [(tensor: String, file: String)] = []
    try cursor.readObject { (cursor, tensor) throws(JSONError) in
      let start = cursor.offset
      guard try cursor.nextKind() == .string else {
        throw cursor.error("the file of tensor \(quoted(tensor)) must be a string")
      }
      let file = try cursor.readString()
      if file.isEmpty || file == "." || file == ".." || file.utf8.contains(where: { reserved.contains($0) }) {
        throw cursor.error(
          "the file of tensor \(quoted(tensor)) must be a plain name in the folder, not \(quoted(file))", at: start)
      }
      weightMap.append((tensor, file))
    }
    return weightMap
  }

  /// The names of the shards, sorted; each is a file that really lies in the folder, or in the cache of the Hub.
  private static func shards(
    of weightMap: [(tensor: String, file: String)], _ path: String, _ index: String
  ) throws(SafetensorsError) -> [String] {
    let names = names(in: weightMap)
    for name in names {
      let isHeld = try convertingErrors { () throws(FileError) in
        try HubCache.holds(Files.join(path, name), in: path)
      }
      if !isHeld {
        throw SafetensorsError(
          index, "the file \(quoted(name)) is a link that leads out of the folder",
          remedy: "copy the folder with its links followed (cp -rL)")
      }
    }
    return names
  }

  private static let reserved: [UInt8] = [UInt8(ascii: "/"), UInt8(ascii: "\\"), 0]
  private static let indexRemedy = "fetch or write the folder again"
}
