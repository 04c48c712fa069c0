import ArgumentParser
import Files
import Foundation
import Projects
import Recipes
import Runs
import Tools

/// Fetches a model.
struct FetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetch a model from the Hugging Face Hub.",
    discussion: """
      EXAMPLES:
        hone fetch sentence-transformers/all-MiniLM-L6-v2
        hone fetch BAAI/bge-small-en-v1.5 --revision refs/pr/3 --into models
        HF_TOKEN=hf_… hone fetch my-company/private-encoder --quiet

      Brings the files that hone reads: configuration, tokenizer, modules and weights as safetensors, no code and no pickles.
      Every file is checked against the digest that the Hub lists. The folder appears whole, with hone-source.json: the
      repository, the commit and the SHA-256 of each file. The same command goes on after an interruption, and leaves a
      folder that is complete as it is.

      HF_ENDPOINT names another Hub, HF_TOKEN holds a token (or the file that `hf auth login` writes); proxies and
      certificates are those of curl, which must be installed: https_proxy, no_proxy, SSL_CERT_FILE.
      """
  )

  @Argument(help: "The model on the Hub: OWNER/NAME.")
  var name: String

  @Option(name: .long, help: "A branch, a tag, refs/pr/NUMBER or the hash of a commit.")
  var revision = "main"

  @Option(name: .long, help: "The folder in which the model gets a folder of its name.")
  var into = "checkpoints"

  @OptionGroup var results: ResultOptions

  func run() throws {
    Interruption.install()
    let display = ProgressDisplay(quiet: results.quiet)
    defer { display.finish() }
    let fetch = FetchTool(
      name: name, revision: revision, into: into, environment: ProcessInfo.processInfo.environment,
      report: { display.show($0) }, check: Self.check, pause: Self.pause)
    let outcome = try fetch()
    display.finish()
    try Console.printUnlessQuiet(outcome, results)
  }

  /// Fetches the model of a project into the folder of fetched models.
  static func bring(_ model: BaseModel, _ display: ProgressDisplay) throws {
    guard let name = model.hubName else { return }
    let fetch = FetchTool(
      name: name, revision: "main", into: BaseModel.checkpoints, environment: ProcessInfo.processInfo.environment,
      report: { display.show($0) }, check: check, pause: pause)
    do {
      display.show(.lines(try fetch().lines))
    } catch let error as any UserFacingError {
      Files.removeFolderIfEmpty(BaseModel.checkpoints)
      throw RunError(error.kind, "\(model.folder) is not there, and \(error); or name a folder with --model")
    }
  }

  private static func check() throws {
    if Interruption.signal != 0 {
      throw RunInterrupted("interrupted; the same command goes on where it stopped")
    }
  }

  private static func pause(seconds: Double) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      try check()
      Thread.sleep(forTimeInterval: 0.1)
    }
  }
}
