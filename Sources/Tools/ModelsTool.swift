import Files
import JSONText
import Registry
package import Runs
import Words

/// `hone models`: the versions of a model, which of them serves, and changes of that.
package struct ModelsTool {
  package enum Action: Sendable, Equatable {
    /// Shows the versions and the last events.
    case list
    /// Makes a version of finished runs, and that the champion, by hand.
    case promote(run: String, reranker: String?)
    /// Makes an older version the champion again.
    case rollBack(to: String?, reason: String?)
    /// Compares every file with what was promoted.
    case verify
    /// Removes old versions.
    case prune(keep: Int)
    /// Writes the page of the history.
    case history

    /// True if the first version of a model may come of it.
    fileprivate var makesModel: Bool { if case .promote = self { true } else { false } }
  }

  /// The folder of all models.
  package var folder: String
  package var name: String
  package var action: Action
  package var report: (RunEvent) -> Void

  package init(folder: String, name: String, action: Action, report: @escaping (RunEvent) -> Void) {
    (self.folder, self.name, self.action, self.report) = (folder, name, action, report)
  }

  package func callAsFunction() throws -> Outcome {
    let registry = try ModelRegistry(folder, name: name)
    if !action.makesModel && !registry.exists {
      let names = ((try? Files.list(folder)) ?? []).filter { Files.isFolder(Files.join(folder, $0)) }
      let list = names.isEmpty ? "it has none" : "it has " + names.joined(separator: ", ")
      throw RunError(.missingInput, "\(folder) has no model \(name); \(list)")
    }
    return switch action {
    case .list: try list(registry)
    case .promote(let run, let reranker): try promote(run, reranker, registry)
    case .rollBack(let target, let reason): try rollBack(to: target, reason, registry)
    case .verify: try verify(registry)
    case .prune(let keep): try prune(keep: keep, registry)
    case .history: try writePage(registry)
    }
  }

  // MARK: - Showing

  private func list(_ registry: ModelRegistry) throws -> Outcome {
    let (champion, previous) = (try registry.champion(), try registry.previous())
    var table = TextTable([
      ("version", .left), ("", .left), ("created", .left), ("parent", .left), ("parts", .left), ("size", .right),
    ])
    var entries: [JSONValue] = []
    for version in try registry.versions().reversed() {
      let mark = version == champion ? "champion" : version == previous ? "previous" : ""
      guard let manifest = try? registry.manifest(of: version) else {
        table.add([version.description, mark, "damaged", "", "", ""])
        entries.append(["version": JSONValue(version.description), "damaged": true])
        continue
      }
      let parent = manifest.parent?.description
      table.add([
        version.description, mark, manifest.created, parent ?? "", manifest.parts.joined(separator: ", "),
        NumberText.bytes(manifest.size),
      ])
      entries.append([
        "version": JSONValue(version.description), "created": JSONValue(manifest.created),
        "parent": parent.map { JSONValue($0) } ?? .null, "parts": .array(manifest.parts.map { JSONValue($0) }),
        "bytes": JSONValue(manifest.size),
      ])
    }
    let history = try registry.history()
    let recent = history.suffix(Self.recentEvents).reversed().map(Self.line)
    return Outcome(
      [
        "model": JSONValue(name), "champion": champion.map { JSONValue($0.description) } ?? .null,
        "previous": previous.map { JSONValue($0.description) } ?? .null, "versions": .array(entries),
        "history": .array(history.map(\.json)),
      ],
      lines: [registry.folder] + table.lines + (recent.isEmpty ? [] : [""] + recent)
        + (Files.exists(registry.page) ? ["", Self.place(registry)] : []))
  }

  private func writePage(_ registry: ModelRegistry) throws -> Outcome {
    try registry.writePage()
    return Outcome(["page": JSONValue(registry.page)], lines: [Self.place(registry)])
  }

  /// The line that says where the page is.
  private static func place(_ registry: ModelRegistry) -> String { "history  \(registry.page)" }

  private static let recentEvents = 10

  private static func line(_ event: HistoryEvent) -> String {
    let what =
      switch event.kind {
      case .promoted: "promoted \(event.champion?.description ?? "")"
      case .refused: "refused"
      case .rolledBack: "rolled back to \(event.champion?.description ?? "")"
      case .pruned: "pruned"
      }
    return "\(event.time)  \(what)" + (event.reasons.first.map { ": " + $0 } ?? "")
  }

  private func verify(_ registry: ModelRegistry) throws -> Outcome {
    let problems = try registry.problems()
    let count = try registry.versions().count
    guard problems.isEmpty else {
      throw RunError(
        .badData,
        "\(registry.folder): " + problems.joined(separator: "; ") + "; roll back to a version that is whole")
    }
    return Outcome(
      ["versions": JSONValue(count), "problems": []],
      lines: ["\(registry.folder): \(NumberText.counted(count, "version")), every file as it was promoted"])
  }

  // MARK: - Changing

  private func writer(_ registry: ModelRegistry) throws -> RegistryWriter {
    try RegistryWriter(registry, warn: { report(.warning($0)) })
  }

  private func rollBack(to target: String?, _ reason: String?, _ registry: ModelRegistry) throws -> Outcome {
    let number = try target.map { text in
      guard let number = VersionNumber(text) else {
        throw RunError(.usage, "\"\(text)\" is no version; one is written like v000012")
      }
      return number
    }
    let champion = try writer(registry).rollBack(to: number, reason: reason)
    return Outcome(
      ["champion": JSONValue(champion.description)],
      lines: ["\(registry.folder): \(champion) is the champion again"])
  }

  private func prune(keep: Int, _ registry: ModelRegistry) throws -> Outcome {
    let removed = try writer(registry).prune(keep: keep).map(\.description)
    return Outcome(
      ["removed": .array(removed.map { JSONValue($0) })],
      lines: [removed.isEmpty ? "nothing to remove" : "removed " + removed.joined(separator: ", ")])
  }

  private func promote(_ run: String, _ reranker: String?, _ registry: ModelRegistry) throws -> Outcome {
    var parts: [(name: String, folder: String)] = []
    var documents: [(name: String, content: String)] = []
    for (part, folder) in [("model", run as String?), ("reranker", reranker)] {
      guard let folder else { continue }
      let model = Files.join(folder, "model")
      guard Files.exists(Files.join(folder, RunFolder.resultName)), Files.isFolder(model) else {
        throw RunError(.missingInput, "\(folder) is no finished run with a model; give the folder of one")
      }
      parts.append((part, model))
      for name in [RunFolder.recipeName, RunFolder.resultName, "inputs.json", RunFolder.reportName] {
        let file = Files.join(folder, name)
        guard Files.exists(file) else { continue }
        let content = String(decoding: try Files.read(file, maximumBytes: 1 << 26), as: UTF8.self)
        documents.append((part == "model" ? name : "\(part)-\(name)", content))
      }
    }
    let reason = "promoted by hand"
    var details = JSONObject([("run", JSONValue(run))])
    let measures = try Self.measures(ofRun: reranker ?? run)
    if !measures.isEmpty { details[HistoryMeasure.key] = .array(measures.map(\.json)) }
    let writer = try writer(registry)
    let version = try writer.promote(
      RegistryWriter.Candidate(
        parts: parts, documents: documents,
        decision: ["outcome": "promoted", "reasons": [JSONValue(reason)]],
        details: details),
      reasons: [reason])
    return Outcome(
      ["champion": JSONValue(version.description), "folder": JSONValue(registry.folder(of: version))],
      lines: ["\(registry.folder(of: version)) is the champion of \(name)"])
  }

  /// The measures in the result of a run: of the tuned model, or of the only one.
  private static func measures(ofRun folder: String) throws -> [HistoryMeasure] {
    let bytes = try Files.read(Files.join(folder, RunFolder.resultName), maximumBytes: 1 << 26)
    let result = (try? JSONReader.parse(bytes))?.objectValue
    return [("comparisons", "tuned"), ("scores", "value")].flatMap { list, value in
      (result?[list]?.arrayValue ?? []).compactMap(\.objectValue).compactMap { entry in
        guard let split = entry["split"]?.stringValue, let measure = entry["measure"]?.stringValue,
          let value = entry[value]?.doubleValue
        else { return nil }
        return HistoryMeasure(split: split, measure: measure, value: value)
      }
    }
  }
}
