import Encoders
import Files
import JSONText
import Tokenizers
import Words

/// `hone tokenize`: the tokens of each line of the input, as JSON lines.
///
/// A line is a text, or with pairs two texts separated by a tab. If the first line is a JSON object or string, all
/// lines are JSON: a string, `{"text": …}`, or with pairs `{"query": …, "document": …}`.
package struct TokenizingTool {
  package var model: String
  package var input: String
  package var isPair: Bool
  /// The most tokens of a line, special ones included; nil for the model's own limit.
  package var maximumLength: Int?

  package init(model: String, input: String, isPair: Bool, maximumLength: Int?) {
    self.model = model
    self.input = input
    self.isPair = isPair
    self.maximumLength = maximumLength
  }

  /// Tokenizes line by line; `emit` receives a line of JSON for each.
  package func callAsFunction(emit: (String) throws -> Void) throws {
    let (tokenizer, modelLimit) = try ModelFolder.tokenizer(of: model)
    let limit = maximumLength ?? modelLimit
    let lines = try LineReader(input)
    var isJSON: Bool?
    while let line = try lines.next() {
      let reader = InputLine(file: input == "-" ? "standard input" : input, number: line.number)
      if isJSON == nil { isJSON = reader.looksLikeJSON(line.bytes) }
      let texts =
        isJSON == true ? try reader.json(line.bytes, isPair: isPair) : try reader.plain(line.bytes, isPair: isPair)
      let encoding =
        isPair
        ? try tokenizer.encode(texts[0], texts[1], maximumLength: limit)
        : try tokenizer.encode(texts[0], maximumLength: limit)
      let object: JSONValue = [
        "ids": .array(encoding.ids.map { JSONValue(Int($0)) }),
        "types": .array(encoding.typeIDs.map { JSONValue(Int($0)) }),
        "tokens": .array(encoding.ids.map { JSONValue(tokenizer.token($0) ?? "") }),
      ]
      try emit(object.text())
    }
  }
}

/// The position of a line of the input.
private struct InputLine {
  let file: String
  let number: Int

  func looksLikeJSON(_ bytes: [UInt8]) -> Bool {
    guard bytes.first == UInt8(ascii: "{") || bytes.first == UInt8(ascii: "\"") else { return false }
    return (try? JSONReader.parse(bytes)) != nil
  }

  /// A text, or two of them separated by a tab.
  func plain(_ bytes: [UInt8], isPair: Bool) throws(FileError) -> [String] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw problem("expected UTF-8, found other bytes")
    }
    if !isPair { return [text] }
    let parts = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else {
      throw problem("expected two texts separated by a tab, found \(NumberText.counted(parts.count, "text"))")
    }
    return parts
  }

  /// A JSON string, or an object with the texts.
  func json(_ bytes: [UInt8], isPair: Bool) throws(FileError) -> [String] {
    let value: JSONValue
    do {
      value = try JSONReader.parse(bytes)
    } catch {
      throw FileError(
        path: file, kind: .badData, description: "\(file):\(number):\(error.column): error: \(error.message)")
    }
    if !isPair, let text = value.stringValue { return [text] }
    let names = isPair ? ["query", "document"] : ["text"]
    let texts = names.compactMap { value.objectValue?[$0]?.stringValue }
    guard texts.count == names.count else {
      throw problem("expected an object with \(names.map { "\"\($0)\"" }.joined(separator: " and ")), each a string")
    }
    return texts
  }

  private func problem(_ message: String) -> FileError {
    FileError(path: file, kind: .badData, description: "\(file):\(number): \(message)")
  }
}
