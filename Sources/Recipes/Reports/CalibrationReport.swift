import Evaluation
import JSONText
import Retrieval
import Words

/// The report of calibration: the probabilities before and after.
struct CalibrationReport {
  /// The reliability of the logistic function of the raw logits.
  let before: Reliability
  /// The reliability of the calibration on the pairs it was fitted to.
  let after: Reliability
  /// The reliability of calibrations on queries that they were not fitted to; nil for a single query.
  let heldOut: Reliability?
  let pairs: JudgedPairs
  let calibration: Calibration
  let folds: Int

  /// The reliability that counts: the held-out one, if there is one.
  private var verdict: Reliability { heldOut ?? after }

  /// The number of pairs in words.
  var counts: String {
    "\(NumberText.count(pairs.labels.count)), \(NumberText.count(pairs.relevantCount)) of them relevant, of "
      + NumberText.counted(pairs.queryCount, "query", plural: "queries")
  }

  /// The function that was fitted, in words.
  var function: String {
    switch calibration {
    case .platt(let curve):
      "Platt: slope \(NumberText.fixed(curve.slope, decimals: 4)), intercept "
        + NumberText.fixed(curve.intercept, decimals: 4)
    case .isotonic(let function): "isotonic: \(NumberText.counted(function.points.count, "point"))"
    }
  }

  /// The result in a sentence.
  var sentence: String {
    "expected calibration error \(NumberText.fixed(before.expectedCalibrationError, decimals: 4)) → "
      + "\(NumberText.fixed(verdict.expectedCalibrationError, decimals: 4)) over "
      + "\(NumberText.counted(before.bins.count, "bin")) (\(counts)\(heldOut == nil ? "" : "; held out by query"))"
  }

  var details: [(name: String, value: JSONValue)] {
    func json(_ reliability: Reliability) -> JSONValue {
      [
        "expectedCalibrationError": JSONValue(reliability.expectedCalibrationError),
        "brierScore": JSONValue(reliability.brierScore),
      ]
    }
    return [
      ("pairs", JSONValue(pairs.labels.count)), ("relevant", JSONValue(pairs.relevantCount)),
      ("queries", JSONValue(pairs.queryCount)), ("bins", JSONValue(before.bins.count)),
      ("before", json(before)), ("after", json(after)), ("heldOut", heldOut.map(json) ?? .null),
    ]
  }

  var tables: [ReportTable] { [errors, reliability] }

  private var errors: ReportTable {
    func row(_ name: String, _ reliability: Reliability) -> [String] {
      [name] + [reliability.expectedCalibrationError, reliability.brierScore].map { NumberText.fixed($0, decimals: 4) }
    }
    var note = "Uncalibrated: the logistic function of the raw logit. Bins: \(before.bins.count), of one width."
    if heldOut != nil {
      note += " Held out: each of \(folds) parts of the queries by a calibration that was fitted to the others."
    }
    return ReportTable(
      title: "Calibration",
      columns: [("probabilities", .left), ("expected calibration error", .right), ("Brier score", .right)],
      rows: [row("uncalibrated", before), row("calibrated, on the pairs fitted to", after)]
        + (heldOut.map { [row("calibrated, held out", $0)] } ?? []),
      note: note)
  }

  private var reliability: ReportTable {
    func cells(_ bin: Reliability.Bin) -> [String] {
      [NumberText.count(bin.count)]
        + [bin.meanProbability, bin.relevantShare].map { bin.count == 0 ? "–" : NumberText.fixed($0, decimals: 3) }
    }
    let rows = zip(before.bins, verdict.bins).filter { $0.count + $1.count > 0 }.map { raw, calibrated in
      let range = [raw.range.lowerBound, raw.range.upperBound].map { NumberText.fixed($0, decimals: 3) }
      return [range.joined(separator: "–")] + cells(raw) + cells(calibrated)
    }
    return ReportTable(
      title: "Reliability",
      columns: [
        ("probability", .left), ("uncalibrated", .right), ("mean", .right), ("relevant", .right),
        ("calibrated", .right), ("mean", .right), ("relevant", .right),
      ],
      rows: rows,
      note: "Pairs in each bin, the mean of their probabilities, and the share that is relevant"
        + (heldOut == nil ? "." : "; calibrated: held out."),
      plots: [ReliabilityDiagram(series: [("uncalibrated", before), ("calibrated", verdict)]).plot])
  }
}
