public import Testing

/// A mistake of a caller that stops the program, and the sentence it stops with.
///
/// An exit test cannot take its body from a helper, so each suite writes these lines for its own table:
///
///     @Test(arguments: mistakes.map(\.sentence)) func stops(sentence: String) async {
///       let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [sentence] in
///         mistakes.make(sentence)
///       }
///       #expect(fatalSentence(of: result) == sentence)
///     }
public struct Mistake: Sendable {
  /// The exact sentence.
  public let sentence: String
  /// Makes the mistake; does not come back.
  public let make: @Sendable () -> Void

  /// Names the sentence of a mistake.
  public init(_ sentence: String, _ make: @escaping @Sendable () -> Void) {
    self.sentence = sentence
    self.make = make
  }
}

extension [Mistake] {
  /// Makes the mistake with a sentence.
  public func make(_ sentence: String) {
    for mistake in self where mistake.sentence == sentence { mistake.make() }
  }
}

/// The sentence of `fatalError` that ended an exit test; nothing where it did not end that way.
public func fatalSentence(of result: ExitTest.Result?) -> String? {
  let lines = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self).split(separator: "\n")
  let mark = "Fatal error: "
  return lines.lazy.compactMap { line in line.firstRange(of: mark).map { String(line[$0.upperBound...]) } }.first
}

/// Runs the body of an exit test; an error that leaves it becomes an issue with its message instead of a crash.
public func recordingErrors(_ body: () throws -> Void) {
  do { try body() } catch { Issue.record("\(error)") }
}

/// The message of the error that a call throws; nothing where it throws none.
public func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}
