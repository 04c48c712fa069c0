import ArgumentParser
import Recipes
import Tools

/// Tokenizes texts.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Print the tokens of texts as JSON lines.",
    discussion: """
      EXAMPLES:
        echo "edit pictures" | hone tokenize --model checkpoints/all-MiniLM-L6-v2
        hone tokenize --model checkpoints/all-MiniLM-L6-v2 --pair < pairs.tsv
        hone tokenize --model checkpoints/all-MiniLM-L6-v2 --input texts.jsonl

      A line is a text, with --pair two texts separated by a tab. When the first line is a JSON object or string, every line
      is JSON: "…", {"text": "…"} or {"query": "…", "document": "…"}. Every line gives {"ids": […], "types": […], "tokens": […]}.
      The texts are tokenized as they stand, by the tokenizer and to the length that encode, score and rerank use; these put
      a prompt in front where the model has one.
      """
  )

  @Option(name: .long, help: "A model folder.")
  var model: String

  @Option(name: .long, help: "The texts; - for standard input.")
  var input = "-"

  @Flag(name: .long, help: "Each line is a pair of texts.")
  var pair = false

  @Option(name: .long, help: "The most tokens of a line; the model's own limit without it.")
  var maximumLength: Int?

  func validate() throws {
    if let maximumLength, !(1...1_000_000).contains(maximumLength) {
      throw ValidationError("--maximum-length \(maximumLength): a number from 1 to 1000000 is needed")
    }
  }

  func run() throws {
    let tokenize = TokenizingTool(model: model, input: input, isPair: pair, maximumLength: maximumLength)
    try tokenize { try Console.print($0) }
  }
}
