import Datasets
import Words

/// The meaning of the labels of a file: which of them make a document relevant to a query.
struct LabelScale: Equatable {
  /// The least label of a relevant document.
  let least: Double
  /// True if labels are grades, of which higher ones mean more relevant documents.
  let hasGrades: Bool
  /// The rule in words.
  let rule: String

  /// Labels up to here are grades where all are whole numbers; larger ones are counts.
  private static let highestGrade = 10.0

  /// Finds the scale of some labels.
  ///
  /// - Parameter name: The name of their column.
  init(_ labels: [Double], column name: String) {
    let largest = labels.max() ?? 0
    if !labels.allSatisfy({ $0 == $0.rounded() }) {
      (least, hasGrades) = (largest / 2, false)
      rule = "relevant from \(NumberText.fixed(least, decimals: 2)) on, half of the largest"
    } else if largest <= 1 {
      (least, hasGrades) = (1, false)
      rule = "1 is relevant, \(labels.contains { $0 < 0 } ? "others are not" : "0 is not")"
    } else if largest > Self.highestGrade || ColumnNames.counts.contains(ColumnNames.plain(name)) {
      (least, hasGrades) = (1, false)
      rule = "counts; relevant from 1 on"
    } else {
      (least, hasGrades) = (1, true)
      rule = "grades up to \(NumberText.fixed(largest, decimals: 0)); relevant from 1 on"
    }
  }

  /// The grade of a label in judgments: 0 for what is not relevant.
  func grade(_ label: Double) -> Int {
    guard label >= least, label > 0 else { return 0 }
    return hasGrades ? Int(min(label, Self.highestGrade)) : 1
  }

  /// The number that a cell stands for; nil for other text.
  static func number(_ cell: String) -> Double? {
    let text = cell.trimmed.lowercased()
    switch text {
    case "true", "yes", "y", "ja", "relevant": return 1
    case "false", "no", "n", "nein", "irrelevant", "not relevant": return 0
    default:
      guard text.utf8.allSatisfy({ "0123456789+-.,e".utf8.contains($0) }),
        let number = Double(text) ?? Double(text.replacing(",", with: ".")), number.isFinite
      else { return nil }
      return number
    }
  }
}
