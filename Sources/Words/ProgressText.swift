/// The progress of a task in words: its rate and the time left, from reports and their times.
package struct ProgressText: Sendable {
  private var task = ""
  private var startSeconds = 0.0
  private var startDone = 0
  private var latest: RunProgress?
  private var latestSeconds = 0.0

  package init() {}

  /// Adds a report.
  ///
  /// - Parameter seconds: The time on a clock that only goes forward.
  package mutating func update(_ progress: RunProgress, at seconds: Double) {
    if progress.task != task || progress.done < latest?.done ?? 0 {
      (task, startSeconds, startDone) = (progress.task, seconds, progress.done)
    }
    (latest, latestSeconds) = (progress, seconds)
  }

  /// Units a second since the task began; nil before any progress.
  private var rate: Double? {
    guard let latest, latest.done > startDone, latestSeconds > startSeconds else { return nil }
    return Double(latest.done - startDone) / (latestSeconds - startSeconds)
  }

  private var remaining: Double? {
    guard let latest, let rate else { return nil }
    return Double(max(0, latest.total - latest.done)) / rate
  }

  /// The amount of work so far, with a mark between the two counts: `2,368/4,712 pairs`, `8.1 MB of 90.9 MB`.
  private func amount(_ progress: RunProgress, _ mark: String) -> String {
    if progress.unit == RunProgress.bytes {
      return "\(NumberText.bytes(progress.done))\(mark)\(NumberText.bytes(progress.total))"
    }
    return "\(NumberText.count(progress.done))\(mark)\(NumberText.count(progress.total)) \(progress.unit)"
  }

  private func text(ofRate rate: Double) -> String {
    latest?.unit == RunProgress.bytes ? NumberText.bytes(Int(rate)) : NumberText.rate(rate)
  }

  /// A terminal line with a bar: `training  [#####.....]  2,368/4,712 pairs  24.1/s  1 min 37 s left  loss 0.412`.
  package func bar(columns: Int) -> String {
    guard let latest else { return "" }
    var parts = [amount(latest, "/")]
    if let rate { parts.append("\(text(ofRate: rate))/s") }
    if let remaining, latest.done < latest.total { parts.append("\(NumberText.seconds(remaining)) left") }
    if !latest.detail.isEmpty { parts.append(latest.detail) }
    let text = parts.joined(separator: "  ")
    let room = min(30, columns - TextTable.width(latest.task) - TextTable.width(text) - 6)
    guard room >= 5 else { return String("\(latest.task)  \(text)".prefix(max(0, columns))) }
    let part = Double(min(latest.done, latest.total)) / Double(max(1, latest.total))
    let filled = Int(part * Double(room))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: room - filled)
    return "\(latest.task)  [\(bar)]  \(text)"
  }

  /// One line for a log: `training: 2,368 of 4,712 pairs, 24.1 a second, 1 min 37 s left, loss 0.412`.
  package var sentence: String {
    guard let latest else { return "" }
    var parts = [amount(latest, " of ")]
    if let rate { parts.append("\(text(ofRate: rate)) a second") }
    if let remaining, latest.done < latest.total { parts.append("\(NumberText.seconds(remaining)) left") }
    if !latest.detail.isEmpty { parts.append(latest.detail) }
    return "\(latest.task): \(parts.joined(separator: ", "))"
  }
}
