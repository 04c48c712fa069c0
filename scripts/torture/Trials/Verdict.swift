/// What is wrong with the ending of a trial; nil where all is well.
///
/// - Parameters:
///   - ending: How the mutated task ended.
///   - unmutated: How the task itself ended.
package func fault(of ending: Ending, after trial: Trial, unmutated: Ending) -> String? {
  let refusals: Set<Int32> = [65, 66, 78]
  // Weights may hold any numbers; a loss that is not finite is found by training only.
  let isOverflow = ending.code == 70 && trial.mutation.effect == .any
  if ending.code == 0 {
    if trial.mutation.effect != .any && ending.results != unmutated.results { return "ends with 0 and another result" }
    return ending.results.isEmpty ? "ends with 0 and no result" : nil
  }
  if ending.isInterrupted && trial.mutation.effect == .any { return nil }
  guard refusals.contains(ending.code) || isOverflow else { return "ends with \(ending.code): \(ending.message)" }
  if trial.mutation.effect == .none { return "is refused: \(ending.message)" }
  if refusals.contains(ending.code) && !ending.leftovers.isEmpty {
    return "is refused, and leaves \(ending.leftovers.joined(separator: ", ")): \(ending.message)"
  }
  if ending.results.keys.contains(where: { $0.hasPrefix("model/") }) { return "fails, and leaves a model" }
  let lines = ending.message.split(separator: "\n", omittingEmptySubsequences: false)
  if lines.count > 60 || ending.message.utf8.count > 20_000 { return "has a message of \(lines.count) lines" }
  return ending.message.isEmpty ? "has no message" : nil
}
