import Evaluation
import JSONText
import Kernels
import Pages
import Runs
import Words

/// The evaluations of some mixes of the base model and the trained one, and the best of them.
struct MergeSweep: Sendable, Equatable {
  /// A mix and its measures.
  struct Point: Sendable, Equatable {
    /// The share of the trained weights: θ = (1 − α) · base + α · trained.
    var alpha: Double
    /// The deciding measure on the dev split.
    var development: Double
    /// The same on the general collection; nil without one.
    var general: Double?
    /// The time of the evaluations.
    var seconds: Double
  }

  /// The deciding measure.
  let measure: String
  /// The dev split.
  let split: String
  /// The name of the general collection, and the most that may be lost on it; nil without one.
  let general: (name: String, largestLoss: Double)?
  /// The mixes by ascending α, the base first.
  let points: [Point]
  /// The mix with the best measure on dev among those that lose little enough, the nearest to the base of equal ones.
  let chosen: Point

  /// Chooses among mixes that were evaluated, the base first.
  init(measure: String, split: String, general: (name: String, largestLoss: Double)?, base: Point, others: [Point]) {
    (self.measure, self.split, self.general) = (measure, split, general)
    points = [base] + others
    var best = base
    for point in others where point.development > best.development {
      if let general, Self.loss(of: point, base) > general.largestLoss { continue }
      best = point
    }
    chosen = best
  }

  /// Evaluates the mixes of a recipe, one after the other.
  ///
  /// - Parameters:
  ///   - make: Makes the mix of an α.
  ///   - development: Measures a mix on the dev split.
  ///   - measureGeneral: Measures a mix on the general collection; nil without one.
  init<Model>(
    _ settings: MergeSection, measure: String, split: String, report: (RunEvent) -> Void,
    make: (_ alpha: Double) throws -> Model, development: (Model) throws -> Double,
    general measureGeneral: (Model) throws -> Double?
  ) throws {
    let mixes = settings.mixes
    func point(_ alpha: Double) throws -> Point {
      let started = ContinuousClock.now
      let model = try make(alpha)
      let (value, general) = (try development(model), try measureGeneral(model))
      let seconds = started.duration(to: .now).seconds
      report(.note(Self.note(alpha, measure, [(split, value), (settings.general?.name, general)], seconds)))
      // The next one needs the memory.
      EngineMemory.releaseUnused()
      return Point(alpha: alpha, development: value, general: general, seconds: seconds)
    }
    report(.note("evaluating \(NumberText.counted(mixes.count, "mix", plural: "mixes")) of base and trained weights"))
    self.init(
      measure: measure, split: split, general: settings.general.map { ($0.name, $0.largestLoss) },
      base: try point(0), others: try mixes.filter { $0 > 0 }.map(point))
  }

  private static func note(
    _ alpha: Double, _ measure: String, _ values: [(place: String?, value: Double?)], _ seconds: Double
  ) -> String {
    let shown = values.compactMap { place, value in
      value.map { "\(measure) \(NumberText.fixed($0, decimals: 4)) on \(place ?? "")" }
    }
    return "α \(alpha): \(shown.joined(separator: ", ")) in \(NumberText.seconds(seconds))"
  }

  /// The loss of a mix on the general collection against the base; below 0 for a gain.
  private static func loss(of point: Point, _ base: Point) -> Double { (base.general ?? 0) - (point.general ?? 0) }

  static func == (first: MergeSweep, second: MergeSweep) -> Bool {
    first.json(timed: true) == second.json(timed: true)
  }
}

// MARK: - Report

extension MergeSweep {
  private var base: Point { points[0] }

  private func isTooMuch(_ point: Point) -> Bool {
    general.map { Self.loss(of: point, base) > $0.largestLoss } ?? false
  }

  /// The choice in a sentence.
  var sentence: String {
    let gain = NumberText.signed(chosen.development - base.development, decimals: 4)
    var text = "α \(chosen.alpha): \(measure) \(gain) on \(split)"
    if let general {
      text += ", \(NumberText.signed(-Self.loss(of: chosen, base), decimals: 4)) on \(general.name)"
    }
    return text
  }

  /// A warning where no mix is better than the base; else nil.
  var warning: String? {
    if chosen.alpha > 0 { return nil }
    let reason =
      points.contains { $0.development > base.development }
      ? "each mix that is better than the base on \(split) loses too much on \(general?.name ?? "")"
      : "no mix is better than the base on \(split)"
    return "'merge': \(reason), so that the exported weights are the base's: keep the base, or train otherwise"
  }

  /// The sweep for `result.json`, and without times for `hone.json`.
  func json(timed: Bool) -> JSONValue {
    var object = JSONObject([
      ("alpha", JSONValue(chosen.alpha)), ("measure", JSONValue(measure)), ("split", JSONValue(split)),
    ])
    if let general {
      object["general"] = JSONValue(general.name)
      object["largestLoss"] = JSONValue(general.largestLoss)
    }
    object["mixes"] = .array(
      points.map { point in
        var mix = JSONObject([("alpha", JSONValue(point.alpha)), ("development", JSONValue(point.development))])
        if let value = point.general {
          mix["general"] = JSONValue(value)
          mix["loss"] = JSONValue(Self.loss(of: point, base))
          mix["allowed"] = JSONValue(!isTooMuch(point))
        }
        if timed { mix["seconds"] = JSONValue(point.seconds) }
        return .object(mix)
      })
    return .object(object)
  }

  var table: ReportTable {
    func number(_ value: Double) -> String { NumberText.fixed(value, decimals: 4) }
    func change(_ value: Double) -> String { NumberText.signed(value, decimals: 4) }
    var columns: [(name: String, alignment: TextTable.Alignment)] = [
      ("α", .right), ("\(measure) on \(split)", .right), ("change", .right),
    ]
    if let general { columns += [("\(measure) on \(general.name)", .right), ("change", .right)] }
    columns += [("seconds", .right), ("", .left)]
    let rows = points.map { point in
      var cells = ["\(point.alpha)", number(point.development), change(point.development - base.development)]
      if let value = point.general { cells += [number(value), change(-Self.loss(of: point, base))] }
      let remark = point == chosen ? "exported" : isTooMuch(point) ? "loses too much" : ""
      return cells + [NumberText.fixed(point.seconds, decimals: 1), remark]
    }
    let bound = general.map { " It may lose \($0.largestLoss) of \(measure) on \($0.name) at most." } ?? ""
    return ReportTable(
      title: "Mixes of base and trained weights", columns: columns, rows: rows,
      note: "Weights are (1 − α) · base + α · trained; the best on \(split) is exported." + bound,
      plots: [plot].compactMap { $0 })
  }

  /// The measures over α; nil for the base alone.
  private var plot: Plot? {
    guard points.count > 1 else { return nil }
    let series =
      [(name: split, values: points.map { ($0.alpha, $0.development) })]
      + (general.map { general in
        [(name: general.name, values: points.compactMap { point in point.general.map { (point.alpha, $0) } })]
      } ?? [])
    let area = PlotArea(x: 0...1, covering: series.flatMap { $0.values.map(\.1) })
    var plot = Plot(
      title: "\(measure) by the share of trained weights",
      description: sentence + ". The table of mixes has every value.")
    area.drawAxes(of: &plot, at: [(0, "α 0, base"), (0.5, "0.5"), (1, "1, trained")])
    area.drawPlace("exported", at: chosen.alpha, on: &plot)
    for (index, (name, values)) in series.enumerated() {
      plot.keys.append(Plot.Key(style: "bars\(index)", name: name))
      plot.curves.append(area.curve("curve series\(index)", values.map { (x: $0.0, y: $0.1) }))
      plot.dots += values.map { alpha, value in
        Plot.Dot(
          style: "bars\(index)", x: area.x(alpha), y: area.y(value), radius: "3",
          label: "\(name): α \(alpha), \(NumberText.fixed(value, decimals: 4))")
      }
    }
    return plot
  }
}
