import Evaluation
import Files
import JSONText
import Retrieval
import Runs
import Words

extension RunReport {
  /// The result with the digest of the exported weights.
  func json(withWeightsIn folder: RunFolder) throws -> JSONValue {
    guard var object = json.objectValue else { return json }
    object["weightsSHA256"] = JSONValue(try FileDigest.sha256(of: folder.file("model/model.safetensors")))
    return .object(object)
  }

  /// The lines that are printed at the end.
  func summary(model: String? = nil) -> [String] {
    var lines: [String] = []
    if !comparisons.isEmpty {
      lines += Comparison.table(comparisons, base: names.base, tuned: names.tuned).lines + [""]
    }
    if !firstStage.isEmpty {
      lines += Comparison.table(firstStage, base: Self.firstStageName, tuned: names.tuned).lines + [""]
    }
    if let merge { lines += merge.table.lines }
    if !values.isEmpty {
      var table = TextTable([("split", .left), ("measure", .left), ("score", .right)])
      for value in values {
        table.add([value.split, value.measure.description, NumberText.fixed(value.value, decimals: 4)])
      }
      lines += table.lines + [""]
    }
    if let sentence { lines.append(sentence) }
    if let model { lines.append("model   \(model)") }
    return lines + [place]
  }

  /// The line that says where the report is.
  var place: String { "report  \(Files.join(folder, RunFolder.reportName))" }
}
