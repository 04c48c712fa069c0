import Pages
import Retrieval
import Words

/// The share of relevant pairs over the mean probability of each bin; on the diagonal they are equal.
struct ReliabilityDiagram: Sendable {
  let series: [(name: String, reliability: Reliability)]

  var plot: Plot {
    let area = PlotArea(x: 0...1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1])
    var plot = Plot(
      title: "Relevant share by probability", description: description,
      note: "On the dashed line a probability is the share of pairs that are relevant. Larger dots have more pairs.")
    area.drawAxes(of: &plot, at: area.ticks.map { ($0, NumberText.fixed($0, decimals: 1)) })
    plot.lines.append(Plot.Line(style: "reference", x1: area.x(0), y1: area.y(0), x2: area.x(1), y2: area.y(1)))
    for (index, (name, reliability)) in series.enumerated() {
      plot.keys.append(Plot.Key(style: "bars\(index)", name: name))
      let filled = reliability.bins.filter { $0.count > 0 }
      let most = filled.map(\.count).max() ?? 1
      plot.curves.append(area.curve("curve series\(index)", filled.map { ($0.meanProbability, $0.relevantShare) }))
      plot.dots += filled.map { bin in
        let radius = 2 * bin.count >= most ? "7" : 10 * bin.count >= most ? "5" : "3"
        return Plot.Dot(
          style: "bars\(index)", x: area.x(bin.meanProbability), y: area.y(bin.relevantShare), radius: radius,
          label: "\(name): probability \(NumberText.fixed(bin.meanProbability, decimals: 3)), relevant "
            + "\(NumberText.fixed(bin.relevantShare, decimals: 3)), \(NumberText.counted(bin.count, "pair"))")
      }
    }
    return plot
  }

  private var description: String {
    series.map {
      "\($0.name): expected calibration error \(NumberText.fixed($0.reliability.expectedCalibrationError, decimals: 4))"
    }.joined(separator: "; ") + ". The table of reliability has the values of every bin."
  }
}
