import Encoders
import Layers
import Recipes
import Retrieval
import Runs
import Tensors
import Tokenizers
import Training

/// The answers of a help desk: each question and the page that answers it.
let pairs = [
  (question: "reset my password", answer: "How to recover access to your account"),
  (question: "change my address", answer: "Editing your profile"),
  (question: "cancel an order", answer: "Returns and refunds"),
  (question: "card was declined", answer: "Problems with payments"),
]

/// The page that is closest to a question, with its cosine.
func closestPage(to question: String, by model: BiEncoder) throws -> (page: String, cosine: Double) {
  let pages = pairs.map(\.answer)
  func vectors(_ texts: [String], as role: TextRole) throws -> Vectors {
    let vectors = try model.encode(texts, as: role).normalizedRows()
    return try Vectors(vectors.elements, count: texts.count, width: model.dimensions)
  }
  let index = try ExactSearch(documents: vectors(pages, as: .document), ids: pages)
  let best = try index.search(vectors([question], as: .query), top: 1)[0][0]
  return (best.id, Double(best.score))
}

/// Trains a model on the pairs, each answer against those of the other questions, and returns the loss of each step.
func fineTune(_ model: inout BiEncoder, steps: Int) throws -> [Float] {
  let loss = TrainingLoss(InfoNCE(temperature: 0.05, maskKnownPositives: false), matryoshka: nil)
  let targets = Targets(positives: Array(pairs.indices))
  let schedule = Schedule(name: .linear, warmup: 0.1)
  var optimizer = try AdamW(AdamW.Settings(rate: 2e-5, decay: 0.01, clip: 1), for: model)
  let encodings =
    try model.tokenize(pairs.map(\.question), as: .query) + model.tokenize(pairs.map(\.answer), as: .document)
  let plan = ChunkPlan(lengths: encodings.map(\.ids.count), budget: 8192)
  return try (0..<steps).map { step in
    let (value, gradients) = plan.gradients(of: model, where: optimizer.isTrained) { model, chunk, texts in
      var context = ForwardContext(dropout: DropoutSource(seed: 17, step: step, chunk: chunk))
      return model(TokenBatch(texts.map { encodings[$0] }), &context)
    } loss: { embeddings in
      loss(
        queries: embeddings.slice(0..<pairs.count), documents: embeddings.slice(pairs.count..<encodings.count),
        targets: targets)
    }
    let rate = schedule.rate(step: step, of: steps, peak: 2e-5)
    try optimizer.step(&model, gradients: gradients, loss: value.scalar, rate: rate)
    return value.scalar
  }
}

/// Loads a model folder, trains the model, and saves it as a new folder.
func example(from folder: String, to target: String) throws {
  var model = try BiEncoder(folder: folder)
  print(try closestPage(to: "my card does not work", by: model))
  for (step, loss) in try fineTune(&model, steps: 20).enumerated() { print(step, loss) }
  print(try closestPage(to: "my card does not work", by: model))
  try model.save(to: target)
}

/// Trains, evaluates and exports by a recipe, as `hone run` does, and returns the lines of its result.
func run(recipe: String, into folder: String) throws -> [String] {
  let file = try RecipeFile(recipe, overrides: ["output.folder=\(folder)"])
  let context = RunContext(recipe: file.resolved, resume: true, report: { print($0) }, isInterrupted: { false })
  return try file.run(in: context).lines
}
