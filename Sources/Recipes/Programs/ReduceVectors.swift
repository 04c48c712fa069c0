import Datasets
import Encoders
import Evaluation
import Files
import JSONText
import Kernels
import Layers
import Retrieval
import Runs
import SettingKeys
import Settings
import Tensors
import Words

/// Makes models with smaller vectors from one model: the principal components of a corpus become a Dense module behind
/// the pooling, which every reader applies.
///
/// Without whitening the components are those of unit vectors, without centring: they keep the most of the inner
/// products, which are cosines, and the module is the same before a normalization and behind it. Whitening subtracts
/// the mean, and so takes the components of the vectors as they come from the pooling.
struct ReduceVectors: Recipe, Equatable {
  static let name = "reduceVectors"
  static let summary = "Makes models with smaller vectors from one model, by the principal components of a corpus."

  var model: FolderSection
  /// The texts on whose vectors the components are found, and the evaluation (`corpus`, `evaluate`).
  var texts: Texts
  var dimensions: [Int]
  var whiten: Bool
  var precision: Precision
  var cache: CacheSection?
  var output: FolderSection

  /// The source of the texts that components are found on.
  enum Texts: Sendable, Equatable {
    /// A `corpus.jsonl`; without a section to evaluate by, nothing is evaluated.
    case corpus(String, evaluate: SplitsSection?)
    /// The corpus of the collection that is evaluated.
    case collection(of: SplitsSection)

    /// The file that has the texts.
    var file: String {
      switch self {
      case .corpus(let file, _): file
      case .collection(let evaluate): Files.join(evaluate.collection, "corpus.jsonl")
      }
    }

    var evaluate: SplitsSection? {
      switch self {
      case .corpus(_, let evaluate): evaluate
      case .collection(let evaluate): evaluate
      }
    }
  }

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", model.folder)
    if case .corpus(let file, _) = texts { checks.file("corpus", file) }
    checks.require(!dimensions.isEmpty, "dimensions", else: "the list is empty; name at least one dimension")
    checks.require(
      dimensions.allSatisfy { $0 >= 1 } && Set(dimensions).count == dimensions.count, "dimensions",
      else: "dimensions are different whole numbers from 1 on")
    if let width = checks.vectorWidth(of: model.folder, "model.folder") {
      checks.require(
        dimensions.allSatisfy { $0 <= width }, "dimensions", reading: ["model.folder"],
        else: Self.tooWide(dimensions, width))
    }
    texts.evaluate?.validate(checks)
    cache?.validate(checks)
    checks.outputFolder("output.folder", output.folder)
  }

  var inputs: [RunInput] {
    let corpus: [RunInput] = if case .corpus(let file, _) = texts { [.file(file)] } else { [] }
    return [.model(model.folder)] + corpus + (texts.evaluate?.inputs ?? [])
  }

  var outputFolder: String { output.folder }

  func run(in context: RunContext) throws -> Outcome {
    try context.perform(self) { folder in
      let full = try BiEncoder(folder: model.folder)
      full.taskWarning().map { context.report(.warning($0)) }
      if dimensions.contains(where: { $0 > full.outputWidth }) {
        throw RunError(.badRecipe, "'dimensions': \(Self.tooWide(dimensions, full.outputWidth))")
      }
      let (corpus, plan) = try texts.read(context)
      try folder.inputs.confirm()
      precision.note.map { context.report(.note($0)) }
      let encoded = try EncodedTexts(
        full.withoutFinalNormalize.computing(in: precision), corpus: corpus, plan: plan, cache: cache?.open(), context)
      let components = try PrincipalComponents(of: whiten ? encoded.corpus.vectors : encoded.corpus.unitVectors)
      // All modules before anything is written: a dimension that fails leaves nothing behind.
      let modules = try dimensions.map { dimension in
        let (weight, bias) = try components.projection(dimensions: dimension, whiten: whiten)
        return DenseHead(
          linear: Linear(
            weight: Tensor(weight, shape: [dimension, components.width]),
            bias: whiten ? Tensor(bias, shape: [dimension]) : nil),
          activation: .identity)
      }

      let base = try encoded.evaluated.map { (evaluated: $0, rankings: try $0.rankings { $0 }) }
      var report = ReductionReport(full: full.outputWidth, components: components, whitened: whiten)
      if let base { report.values = try base.evaluated.plan.values(of: base.rankings) }
      var page = RunReport(recipe: Self.name, folder: folder.path, settings: context.recipe)
      for (dimension, module) in zip(dimensions, modules) {
        let target = folder.file("model-\(dimension)")
        var reduced = ReductionReport.Model(
          dimensions: dimension, explained: components.explainedShare(of: dimension), folder: target)
        if let (evaluated, rankings) = base {
          let found = try evaluated.rankings { module($0) }
          reduced.comparisons = try evaluated.plan.comparisons(base: rankings, tuned: found)
          if dimension == dimensions.min() {
            page.names = (base: "full", tuned: "\(dimension) dimensions")
            try page.add(evaluated.plan, base: rankings, tuned: found)
          }
        }
        try export(full.appending(module), reduced, report, folder, context)
        report.models.append(reduced)
      }
      report.seconds = folder.seconds
      let result = report.json(recipe: Self.name, folder: folder.path)
      page.headline = report.headline
      page.tables = report.tables
      page.facts = [
        ("model", model.folder), ("vectors", NumberText.count(components.count)), ("whitened", whiten ? "yes" : "no"),
        ("precision", precision.inWords),
        ("whole run", NumberText.seconds(report.seconds)),
      ]
      return Conclusion(result: result, lines: report.tableLines + [page.place, report.sentence], page: try page.page)
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
    let name = "\(Files.name(of: output.folder))-\(reduced.dimensions)"
    let card = ModelCard(
      name: name, base: self.model.folder, collection: texts.evaluate?.collection, report: origin,
      kind: .biEncoder(
        model, base: self.model.folder, name: name, deed: "reduced to \(reduced.dimensions) dimensions"))
    try ModelExport(card: card, data: [texts.file]).write(to: reduced.folder, inputs: folder.inputs) {
      try model.save(to: $0)
    }
  }

  private static func tooWide(_ dimensions: [Int], _ width: Int) -> String {
    "\(dimensions.max() ?? 0) is more than the \(width) numbers of the model's vectors"
  }
}

extension ReduceVectors: Codable {
  private enum Key: String, CodingKey { case model, corpus, dimensions, whiten, precision, evaluate, cache, output }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    keys.either(.corpus, .evaluate)
    model = try keys.required(.model, given: [FolderSection.Content.biEncoder], "The model, with its own settings.")
    let corpus: String? = try keys.optional(
      .corpus, example: "data/my-collection/corpus.jsonl",
      "A corpus.jsonl to find the components on; without it the corpus of 'evaluate.collection'.")
    dimensions = try keys.required(
      .dimensions, example: [256, 128], "The widths to reduce to, each with a model folder of its own.")
    whiten = try keys.value(.whiten, default: false, "True if every dimension is scaled to the same variance.")
    precision = try keys.precision(.precision)
    let evaluate: SplitsSection? = try keys.recommended(
      .evaluate, "The splits and measures; without it nothing is evaluated.")
    cache = try keys.cache(.cache)
    output = try keys.required(.output, "The models and the results.")
    switch (corpus, evaluate) {
    case (let corpus?, _): texts = .corpus(corpus, evaluate: evaluate)
    case (nil, let evaluate?): texts = .collection(of: evaluate)
    case (nil, nil):
      try decoder.note(
        "there are no texts to find components on; give 'corpus' (a corpus.jsonl) or 'evaluate'", at: Key.corpus)
      texts = .corpus("", evaluate: nil)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(model, forKey: .model)
    if case .corpus(let file, _) = texts { try section.encode(file, forKey: .corpus) }
    try section.encode(dimensions, forKey: .dimensions)
    try section.encode(whiten, forKey: .whiten)
    try section.encode(precision, forKey: .precision)
    try section.encodeIfPresent(texts.evaluate, forKey: .evaluate)
    try section.encodeIfPresent(cache, forKey: .cache)
    try section.encode(output, forKey: .output)
  }
}

extension ReduceVectors.Texts {
  /// The documents that components are found on, and the plan of the evaluation.
  fileprivate func read(_ context: RunContext) throws -> (corpus: [Document], plan: EvaluationPlan?) {
    switch self {
    case .corpus(let file, let evaluate):
      let plan = try evaluate?.plan(context)
      let corpus = try Corpus(file: file).candidates { context.report(.warning($0)) }
      return (corpus.documents, plan)
    case .collection(let evaluate):
      let plan = try evaluate.plan(context)
      return (plan.documents, plan)
    }
  }
}

/// The vectors that all dimensions share, as a Dense module behind the pooling sees them.
private struct EncodedTexts {
  /// The vectors that the components are found on.
  ///
  /// - Shape: `[texts, width]`
  let corpus: Tensor
  /// The vectors that are evaluated.
  let evaluated: Evaluated?

  /// Encodes the corpus, and the documents and queries of the plan.
  init(
    _ model: BiEncoder, corpus texts: [Document], plan: EvaluationPlan?, cache: EncodingCache?, _ context: RunContext
  ) throws {
    func encode(_ texts: [String], _ role: TextRole, _ task: String) throws -> Tensor {
      try model.embeddings(of: texts, as: role, task: task, cache: cache, report: context.reportOrStop)
    }
    let corpus = try encode(texts.map(\.content), .document, "encoding the corpus")
    self.corpus = corpus
    evaluated = try plan.map { plan in
      Evaluated(
        plan: plan,
        documents: texts == plan.documents
          ? corpus : try encode(plan.documents.map(\.content), .document, "encoding documents"),
        queries: try plan.splits.map {
          try encode($0.queries.map(\.text), .query, "encoding queries of \($0.name)")
        })
    }
  }

  /// The documents and queries of an evaluation plan.
  struct Evaluated {
    let plan: EvaluationPlan
    /// - Shape: `[documents, width]`
    let documents: Tensor
    /// The queries of every split.
    let queries: [Tensor]

    /// Ranks the documents for the queries by the cosines of their vectors behind a module.
    func rankings(behind module: (Tensor) -> Tensor) throws -> [Ranking] {
      func unit(_ vectors: Tensor) throws -> Vectors {
        try (vectors.shape[0] == 0 ? vectors : module(vectors)).unitVectors
      }
      return try plan.rankings(documents: unit(documents), queries: queries.map(unit))
    }
  }
}
