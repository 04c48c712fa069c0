import Foundation
import Runs

/// A question to the person at the terminal.
enum Question {
  /// True if there is somebody to answer: standard input and standard error are terminals.
  static var isPossible: Bool { isatty(0) == 1 && isatty(2) == 1 }

  /// Asks for one of several answers by its number, until one is given.
  ///
  /// - Throws: `RunInterrupted` at the end of the input.
  static func ask(_ question: String, _ answers: [String]) throws -> Int {
    Console.note(question)
    for (index, answer) in answers.enumerated() { Console.note("  \(index + 1)  \(answer)") }
    while true {
      try? FileHandle.standardError.write(contentsOf: Array("number: ".utf8))
      guard let line = readLine() else { throw RunInterrupted("no answer; nothing was made") }
      if let number = Int(line.trimmingCharacters(in: .whitespaces)), answers.indices.contains(number - 1) {
        return number - 1
      }
      Console.note("a number from 1 to \(answers.count) is needed")
    }
  }
}
