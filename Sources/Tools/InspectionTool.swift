import Encoders
import Files
import JSONText
package import Runs
import Safetensors
import Words

/// `hone inspect`: the contents of a model folder or a safetensors file.
package struct InspectionTool {
  package var path: String

  package init(path: String) {
    self.path = path
  }

  package func callAsFunction() throws -> Outcome {
    let isFolder = Files.isFolder(path)
    if !isFolder && !Files.exists(path) {
      throw FileError(path: path, kind: .missingInput, description: "\(path): no such file or folder; check the path")
    }
    if !isFolder { try PointerFile.refuse(file: path) }
    let folder = try HubCache.snapshot(in: path) ?? path
    let (weights, transformer) = isFolder ? try ModelFolder.weights(of: folder) : (nil, path)
    let entries = try weights?.entries ?? SafetensorsFile(path).entries
    let parameters = entries.reduce(0) { $0 + $1.count }
    let bytes = entries.reduce(0) { $0 + $1.range.count }
    let configurations = isFolder ? try Self.readConfigurations(of: transformer, in: folder) : []
    let metadata = isFolder ? [] : try SafetensorsFile(path).metadata

    let kind = Self.kind(entries, configurations)
    var lines = [path] + (kind.map { [$0.line] } ?? [])
    for (name, value) in configurations { lines += Self.summary(of: value, in: name) }
    for (name, value) in metadata { lines.append("  metadata \(name): \(value.shortened)") }
    lines.append("")
    lines += Self.table(of: entries)
    lines.append("")
    lines.append(
      "\(NumberText.counted(entries.count, "tensor")), \(NumberText.counted(parameters, "number")), \(NumberText.bytes(bytes))"
    )
    return Outcome(json(kind?.name, entries, parameters, bytes, configurations, metadata), lines: lines)
  }

  /// The kind of model in a folder, by its weights and its modules.
  private static func kind(
    _ entries: [TensorEntry], _ configurations: [(name: String, value: JSONValue)]
  ) -> (name: String, line: String)? {
    /// The file of the transformer, if it has one, is the last of its name.
    func file(_ name: String) -> JSONValue? { configurations.last { Files.name(of: $0.name) == name }?.value }
    let configuration = file("config.json")
    if let labels = CrossEncoder.labelCount(of: entries, configuration: configuration) {
      let names = configuration?.objectValue?["id2label"]?.objectValue?.members.compactMap(\.value.stringValue) ?? []
      let list = names.isEmpty ? "" : ": " + names.joined(separator: ", ").shortened
      return ("cross-encoder", "cross-encoder with \(NumberText.counted(labels, "label"))\(list)")
    }
    let modules = file("modules.json")?.arrayValue ?? []
    let hasPooling = modules.contains { $0.objectValue?["type"]?.stringValue?.hasSuffix(".Pooling") == true }
    return hasPooling ? ("bi-encoder", "bi-encoder") : nil
  }

  /// The configuration files of the model that are present, those of the transformer last.
  private static func readConfigurations(
    of transformer: String, in path: String
  ) throws -> [(name: String, value: JSONValue)] {
    let inner = transformer == path ? "" : Files.name(of: transformer)
    let own = ["modules.json", "1_Pooling/config.json", "config_sentence_transformers.json", "hone.json"]
    let names = own + ["config.json", "sentence_bert_config.json"].map { Files.join(inner, $0) }
    return try names.filter { Files.exists(Files.join(path, $0)) }.map { ($0, try JSONFile.read(Files.join(path, $0))) }
  }

  /// The settings of a file, one per line; of long lists and objects, the number of entries.
  private static func summary(of value: JSONValue, in name: String) -> [String] {
    var lines = ["", name]
    for member in value.objectValue?.members ?? [] {
      switch member.value {
      case .object(let object):
        lines.append("  \(member.name): \(NumberText.counted(object.members.count, "entry", plural: "entries"))")
      case .array(let elements) where elements.count > 8 || elements.contains { $0.objectValue != nil }:
        lines.append("  \(member.name): \(NumberText.counted(elements.count, "entry", plural: "entries"))")
      default: lines.append("  \(member.name): \(member.value.text().shortened)")
      }
    }
    for element in value.arrayValue ?? [] {
      let type = element.objectValue?["type"]?.stringValue ?? element.kindName
      lines.append("  \(type)")
    }
    return lines
  }

  private static func table(of entries: [TensorEntry]) -> [String] {
    var table = TextTable([("tensor", .left), ("type", .left), ("shape", .right), ("bytes", .right)])
    for entry in entries {
      table.add([entry.name, entry.type.rawValue, "\(entry.shape)", NumberText.count(entry.range.count)])
    }
    return table.lines
  }

  private func json(
    _ kind: String?, _ entries: [TensorEntry], _ parameters: Int, _ bytes: Int,
    _ configurations: [(name: String, value: JSONValue)],
    _ metadata: [(name: String, value: String)]
  ) -> JSONValue {
    var object = JSONObject([("path", JSONValue(path))])
    object["kind"] = kind.map { JSONValue($0) }
    object["numbers"] = JSONValue(parameters)
    object["bytes"] = JSONValue(bytes)
    if !configurations.isEmpty { object["files"] = .object(JSONObject(configurations)) }
    if !metadata.isEmpty { object["metadata"] = .object(JSONObject(metadata.map { ($0.name, JSONValue($0.value)) })) }
    object["tensors"] = .array(
      entries.map { entry in
        [
          "name": JSONValue(entry.name), "type": JSONValue(entry.type.rawValue),
          "shape": .array(entry.shape.map { JSONValue($0) }), "bytes": JSONValue(entry.range.count),
        ]
      })
    return .object(object)
  }
}
