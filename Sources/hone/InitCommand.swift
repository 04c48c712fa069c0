import ArgumentParser
import Projects
import Runs

/// Makes a project of the user's own files.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a project of your own files: a collection, a split without leaks, and recipes.",
    discussion: """
      EXAMPLES:
        hone init faq.csv
        hone init tickets.jsonl --query-column subject --document-column resolution --into tickets
        hone init clicks.tsv --corpus products.csv --label-column clicks

      Reads .csv and .tsv with any separator, with a header or without, .jsonl, and folders in BEIR's layout; several files
      make one project. Columns are found by their names, such as question and answer. Where that leaves a doubt, the command
      asks on a terminal, and is refused elsewhere with a list of the columns.

      Queries that share a document, or whose texts are nearly the same, are never on two sides of the split. Training runs
      with the command that is printed last; hone adapt does both.
      """
  )

  @OptionGroup var project: ProjectOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var results: ResultOptions

  func run() throws {
    try threads.apply()
    let display = ProgressDisplay(quiet: results.quiet)
    defer { display.finish() }
    let made = try project.tool { display.show($0) }()
    display.finish()
    try Console.printUnlessQuiet(made.outcome, results)
  }
}

/// The options of commands that make a project.
struct ProjectOptions: ParsableArguments {
  @Argument(help: "Files of rows (.csv, .tsv, .jsonl) or folders in BEIR's layout.")
  var files: [String]

  @Option(name: .long, help: "The folder to make; without it, one named after the first file.")
  var into: String?

  @Option(name: .long, help: "The column of queries: its name, or its number from 1 on.")
  var queryColumn: String?

  @Option(name: .long, help: "The column of documents, the texts to be found.")
  var documentColumn: String?

  @Option(name: .long, help: "The column of labels, clicks or scores; 0 means that the document is no answer.")
  var labelColumn: String?

  @Option(name: .long, help: "A file with all documents, which the rows may name by identifier.")
  var corpus: String?

  @Option(name: .long, help: "The model to start from: a folder, or a name on the Hub.")
  var model = BaseModel.usual

  @Option(name: .long, help: "The seed of the split and of training.")
  var seed: UInt64 = 17

  func validate() throws {
    if files.contains("-") { throw ValidationError("standard input cannot be read here; name a file") }
  }

  /// The tool with these options.
  ///
  /// - Parameter fetch: Fetches the model where it is absent; without it, nothing is fetched.
  func tool(
    fetch: ((BaseModel) throws -> Void)? = nil, report: @escaping (RunEvent) -> Void
  ) throws -> InitTool {
    var columns = ColumnWishes(query: queryColumn, document: documentColumn, label: labelColumn)
    if Question.isPossible { columns.ask = { try Question.ask($0, $1) } }
    return InitTool(
      files: files, into: into, corpus: corpus, columns: columns, model: try BaseModel(model), seed: seed,
      report: report, fetch: fetch)
  }
}
