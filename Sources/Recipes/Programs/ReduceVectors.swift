import Datasets
import Encoders
import Evaluation
import Files
import JSONText
import Layers
import Retrieval
import Runs
import Settings
import Tensors
import Words

/// Makes models with smaller vectors from one model: the principal components of a corpus as a Dense module behind the
/// pooling, which every reader applies.
///
/// Without whitening it is the first components of the vectors of length 1, and their mean stays: a cosine is an inner product, of
/// which these directions keep the most, and the module is the same in front of a normalization and behind it. Whitening
/// needs the mean subtracted, and so the components of the vectors as they come from the pooling.
struct ReduceVectors: Recipe, Equatable {
  static let name = "reduceVectors"

  /// A model folder, used as its own files say.
  var model: FolderSection
  /// A `corpus.jsonl` on whose vectors the components are found; without it, that of the collection of `evaluate`.
  var corpus: String?
  /// The widths to reduce to: a model folder each.
  var dimensions: [Int]
  /// Whether every dimension is scaled to the same variance.
  var whiten: Bool
  /// Without it nothing is scored.
  var evaluate: SplitsSection?
  /// Where vectors are kept from one run to the next; without it all texts are encoded.
  var cache: CacheSection?
  var output: FolderSection

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", model.folder)
    if let corpus { checks.file("corpus", corpus) }
    checks.require(
      corpus != nil || evaluate != nil, "corpus",
      else: "there are no texts to find components on; give 'corpus' (a corpus.jsonl) or 'evaluate'")
    checks.require(!dimensions.isEmpty, "dimensions", else: "the list is empty; name at least one dimension")
    checks.require(
      dimensions.allSatisfy { $0 >= 1 } && Set(dimensions).count == dimensions.count, "dimensions",
      else: "dimensions are different whole numbers from 1 on")
    if let width = checks.vectorWidth(of: model.folder, "model.folder") {
      checks.require(
        dimensions.allSatisfy { $0 <= width }, "dimensions", reading: ["model.folder"],
        else: Self.tooWide(dimensions, width))
    }
    evaluate?.validate(checks)
    cache?.validate(checks)
    checks.outputFolder("output.folder", output.folder)
  }

  var inputs: [RunInput] {
    [.model(model.folder)] + (corpus.map { [.file($0)] } ?? []) + (evaluate?.inputs ?? [])
  }

  var outputFolder: String { output.folder }

  func run(in context: RunContext) throws -> Outcome {
    try context.perform(self) { folder in
      let full = try BiEncoder(folder: model.folder)
      if dimensions.contains(where: { $0 > full.dimensions }) {
        throw RunError(.badRecipe, "'dimensions': \(Self.tooWide(dimensions, full.dimensions))")
      }
      let plan = try evaluate?.plan(context)
      let encoded = try EncodedTexts(
        full.withoutFinalNormalize, corpus: corpus, plan: plan, cache: cache?.open(), context)
      let components = try PrincipalComponents(of: whiten ? encoded.corpus.vectors : encoded.corpus.unitVectors)
      // All of them before anything is written, so that a dimension that cannot be leaves nothing behind.
      let modules = try dimensions.map { dimension in
        let (weight, bias) = try components.projection(dimensions: dimension, whiten: whiten)
        return DenseHead(
          linear: Linear(
            weight: Tensor(weight, shape: [dimension, components.width]),
            bias: whiten ? Tensor(bias, shape: [dimension]) : nil),
          activation: .identity)
      }

      let scored = try plan.map { (plan: $0, rankings: try encoded.rankings($0) { $0 }) }
      var report = ReductionReport(full: full.dimensions, components: components, whitened: whiten)
      if let scored { report.scores = try scored.plan.scores(of: scored.rankings) }
      for (dimension, module) in zip(dimensions, modules) {
        let target = folder.file("model-\(dimension)")
        var reduced = ReductionReport.Model(
          dimensions: dimension, explained: components.explainedShare(of: dimension), folder: target)
        if let (plan, rankings) = scored {
          reduced.comparisons = try plan.comparisons(base: rankings, tuned: encoded.rankings(plan) { module($0) })
        }
        try export(full.appending(module), reduced, report, folder, context)
        report.models.append(reduced)
      }
      report.seconds = folder.seconds
      let result = report.json(recipe: Self.name, folder: folder.path)
      return Conclusion(result: result, lines: report.lines)
    }
  }

  /// Writes the folder of a model with its card.
  private func export(
    _ model: BiEncoder, _ reduced: ReductionReport.Model, _ report: ReductionReport, _ folder: RunFolder,
    _ context: RunContext
  ) throws {
    var origin = RunReport(recipe: Self.name, folder: output.folder, settings: context.recipe)
    origin.comparisons = reduced.comparisons
    origin.facts = report.facts(of: reduced)
    let files = [corpus ?? evaluate.map { Files.join($0.collection, "corpus.jsonl") }].compactMap { $0 }
    let name = "\(Files.name(of: output.folder))-\(reduced.dimensions)"
    let card = ModelCard(
      name: name, base: self.model.folder, collection: evaluate?.collection, report: origin,
      kind: .biEncoder(
        model, base: self.model.folder, name: name, deed: "reduced to \(reduced.dimensions) dimensions"))
    try ModelExport(card: card, data: files).write(to: reduced.folder, inputs: folder.inputs) {
      try model.save(to: $0)
    }
  }

  private static func tooWide(_ dimensions: [Int], _ width: Int) -> String {
    "\(dimensions.max() ?? 0) is more than the \(width) numbers of the model's vectors"
  }
}

/// What is encoded once for all dimensions: vectors as a Dense module behind the pooling sees them.
private struct EncodedTexts {
  /// What the components are found on.
  ///
  /// - Shape: `[texts, width]`
  let corpus: Tensor
  /// The documents that are ranked; those of the corpus where it is the collection's own.
  private var documents: Tensor?
  /// The queries of every split.
  private var queries: [Tensor] = []

  /// Encodes a corpus, or the plan's documents where there is none, and what the plan scores.
  init(
    _ model: BiEncoder, corpus file: String?, plan: EvaluationPlan?, cache: EncodingCache?, _ context: RunContext
  ) throws {
    func encode(_ texts: [String], _ role: TextRole, _ task: String) throws -> Tensor {
      try model.embeddings(of: texts, as: role, task: task, cache: cache, report: context.reportOrStop)
    }
    let given = try file.map { try Corpus(file: $0).documents }
    let ranked = plan?.documents
    guard let texts = given ?? ranked else {
      fatalError("a recipe that reduces vectors of no corpus passed its checks")
    }
    corpus = try encode(texts.map(\.content), .document, "encoding the corpus")
    guard let plan, let ranked else { return }
    documents =
      given == nil || given == ranked ? corpus : try encode(ranked.map(\.content), .document, "encoding documents")
    queries = try plan.splits.map { try encode($0.queries.map(\.text), .query, "encoding queries of \($0.name)") }
  }

  /// Ranks the plan's documents for its queries by the cosines of their vectors behind a module.
  func rankings(_ plan: EvaluationPlan, behind module: (Tensor) -> Tensor) throws -> [Ranking] {
    func unit(_ vectors: Tensor) throws -> Vectors {
      try (vectors.shape[0] == 0 ? vectors : module(vectors)).unitVectors
    }
    guard let documents else { fatalError("documents were not encoded for scoring") }
    return try plan.rankings(documents: unit(documents), queries: queries.map(unit))
  }
}
