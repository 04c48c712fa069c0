import Files
import Testing

@testable import Recipes

/// The recipes around a cross-encoder: what they read back as, and what they refuse.
@Suite struct PipelineRecipeTests {
  private static let reranking = """
    recipe: evaluateReranking
    retriever: { folder: $F/model }
    fusion: { candidates: 200, constant: 60, weights: [1, 0.5] }
    reranker: { folder: $F/model }
    top: 100
    evaluate: { collection: $F/collection, splits: [dev], excludeSameID: true, measures: [nDCG@10] }
    latency: { queries: 20, candidates: [10, 50, 100] }
    output: { folder: runs/x }
    """
  private static let scoring = """
    recipe: scoreRows
    model: { folder: $F/model }
    data: { collection: $F/collection, split: train }
    output: { folder: runs/x, format: texts }
    """
  private static let calibration = """
    recipe: calibrate
    model: { folder: $F/model }
    data: { collection: $F/collection, split: dev, excludeSameID: false }
    candidates: { name: judged }
    method: isotonic
    bins: 15
    output: { folder: runs/x }
    """

  @Test(arguments: [reranking, scoring, calibration])
  func readsBackAsTheSameSettings(_ text: String) throws {
    let recipe = try SampleRecipe.read(text: text)
    let again = try RecipeFile("recipe.yaml", bytes: Array(recipe.resolved.utf8))
    #expect(again.resolved == recipe.resolved)
  }

  private func problems(_ text: String, _ edit: String) throws -> [String] {
    try SampleRecipe.problems { try SampleRecipe.read(text: text, overrides: [edit]) }
      // The place is that of the option or of the section, which other tests look at.
      .map { $0.split(separator: "error: ", maxSplits: 1).last.map(String.init) ?? "" }
  }

  @Test(arguments: [
    ("top=0", "'top': 0 is not between 1 and 1000000"),
    ("fusion.candidates=99", "'fusion.candidates': 99 are fewer than the 100 of 'top' that are reranked"),
    ("fusion.constant=-1", "'fusion.constant': -1.0 is less than 0"),
    (
      "fusion.weights=[1]",
      "'fusion.weights': two numbers between 0 and a million are needed, for the vectors and for BM25, and not both 0"
    ),
    (
      "fusion.weights=[0, 0]",
      "'fusion.weights': two numbers between 0 and a million are needed, for the vectors and for BM25, and not both 0"
    ),
    ("latency.queries=0", "'latency.queries': 0 is too small; at least 1"),
    ("latency.candidates=[]", "'latency.candidates': numbers from 1 to 10000 are needed, such as [10, 50, 100]"),
    ("latency.candidates=[5, 5]", "'latency.candidates': a number is named twice"),
    (
      "latency.candidates=[201]",
      "'latency.candidates': a number is more than the 200 of 'fusion.candidates' that are found for sure"
    ),
    ("reranker.folder=none", "'reranker.folder': there is no folder none; check the path"),
    ("evaluate.splits=[none]", "'evaluate.splits': $F/collection/qrels has no none.tsv; it has dev, test, train"),
  ])
  func wrongSettingsOfReranking(_ edit: String, _ message: String) throws {
    #expect(try problems(Self.reranking, edit) == [message])
  }

  @Test(arguments: [
    ("data.negatives=3", "unknown key 'data.negatives'; the keys here are collection, rows, split"),
    ("data.shuffle=true", "unknown key 'data.shuffle'; the keys here are collection, rows, split"),
    (
      "output.file=rows.txt",
      "'output.file': 'rows.txt' is no name of a file in the run's folder that ends in .jsonl, .tsv or .csv"
    ),
  ])
  func wrongSettingsOfScoring(_ edit: String, _ message: String) throws {
    #expect(try problems(Self.scoring, edit) == [message])
  }

  @Test(arguments: [
    ("method=plat", "'method' should be one of platt, isotonic, found 'plat'; did you mean 'platt'?"),
    ("bins=0", "'bins': 0 is not between 1 and 1000"),
    ("data.split=none", "'data.split': $F/collection/qrels has no none.tsv; it has dev, test, train"),
    (
      "candidates={name: run, top: 3}",
      "missing key 'candidates.file' (a text)"
    ),
    ("candidates.top=3", "unknown key 'candidates.top'; the keys here are name"),
    ("candidates={name: run, file: none, top: 3}", "'candidates.file': there is no file none"),
  ])
  func wrongSettingsOfCalibration(_ edit: String, _ message: String) throws {
    #expect(try problems(Self.calibration, edit) == [message])
  }
}
