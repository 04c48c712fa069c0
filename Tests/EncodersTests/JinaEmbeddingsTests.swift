import Files
import JSONText
import Kernels
import Safetensors
import Tensors
import TestSupport
import Testing

@testable import Encoders

/// jina-embeddings-v3 in the dialect of its authors' code, with adapters of tasks, against sentence-transformers with
/// merged weights (Tests/Goldens/make/make_jina.py).
@Suite struct JinaEmbeddingsTests {
  private let original = goldensFolder("jina-tasks-tiny")
  private let native = goldensFolder("jina-tiny")
  private let tasks = ["retrieval.query", "retrieval.passage", "text-matching"]

  private func texts() throws -> [String] {
    let file = try JSONReader.parse(Files.read(Files.join(native, "golden.json"))).objectValue
    return file?["texts"]?.arrayValue?.compactMap { $0.objectValue?["text"]?.stringValue } ?? []
  }

  private func vectors(_ folder: String, task: String? = nil, as role: TextRole = .document) throws -> [Float] {
    try BiEncoder(folder: folder, task: task).encode(texts(), as: role).elements
  }

  private func expectClose(_ found: [Float], _ name: String) throws {
    let file = try SafetensorsFile(Files.join(original, "golden-tasks.safetensors"))
    let expected = try file.floats(named: name)
    try #require(found.count == expected.count && !found.isEmpty)
    let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 1
    #expect(worst <= 1e-6, "\(name): differs by \(worst)")
  }

  private func modules(of copy: ModelCopy) throws -> String {
    String(decoding: try Files.read(Files.join(copy.path, "modules.json")), as: UTF8.self)
  }

  // MARK: - Tasks

  @Test(arguments: ["retrieval.query", "retrieval.passage", "text-matching"], TextRole.allCases)
  func theAdapterOfATaskIsMerged(_ task: String, _ role: TextRole) throws {
    try expectClose(vectors(original, task: task, as: role), "\(task).\(role.rawValue)")
  }

  @Test func withoutATaskTheWeightsAreTakenAsTheyAre() throws {
    let model = try BiEncoder(folder: original)
    try expectClose(vectors(original), "none")
    #expect(try vectors(original) == vectors(native))
    #expect(model.prompts == [.query: "", .document: ""])
    #expect(
      model.taskWarning(choosing: "--task")
        == "\(original) is read without the adapter of any of its tasks (retrieval.query, retrieval.passage, "
        + "text-matching); choose one with --task")
    #expect(try BiEncoder(folder: original, task: tasks[0]).taskWarning() == nil)
    #expect(try BiEncoder(folder: native).taskWarning() == nil)
  }

  @Test func aTaskHasItsInstructionsAsPrompts() throws {
    let search: [TextRole: String] = [.query: "search query: ", .document: "the text: "]
    for task in tasks.prefix(2) { #expect(try BiEncoder(folder: original, task: task).prompts == search) }
    #expect(try BiEncoder(folder: original, task: "text-matching").prompts == [.query: "", .document: ""])
    // Prompts that the folder has for the two sides count before them.
    let copy = try ModelCopy(of: original)
    try copy.rewrite("config_sentence_transformers.json") { $0["prompts"] = ["query": "own: "] }
    #expect(
      try BiEncoder(folder: copy.path, task: tasks[0]).prompts == [.query: "own: ", .document: "the text: "])
  }

  @Test func theNameOfASearchStandsForTheTaskOfEachSide() throws {
    for (role, task) in [(TextRole.query, tasks[0]), (.document, tasks[1])] {
      let model = try BiEncoder(folder: original, task: "retrieval", as: role)
      #expect(try model.encode(texts(), as: role).elements == vectors(original, task: task, as: role))
    }
    #expect(TextRole(task: "retrieval.query") == .query && TextRole(task: "retrieval.passage") == .document)
    #expect(TextRole(task: "text-matching") == nil)
    #expect(
      message { _ = try BiEncoder(folder: original, task: "retrieval") }
        == "\(original): has two adapters for \"retrieval\", retrieval.query and retrieval.passage, but one model has "
        + "one set of weights; choose one of them")
  }

  @Test func aTaskThatIsNotThereIsRefused() throws {
    #expect(
      message { _ = try BiEncoder(folder: original, task: "clustering") }
        == "\(original): has no adapter for the task \"clustering\"; its tasks are retrieval.query, retrieval.passage, "
        + "text-matching")
    for folder in [native, goldenFolder] {
      #expect(
        message { _ = try BiEncoder(folder: folder, task: "retrieval.query") }
          == "\(folder): has no adapters of tasks, so there is none for the task \"retrieval.query\"")
    }
  }

  // MARK: - What is written

  @Test func aMergedModelIsWrittenInTheDialectOfTransformers() throws {
    let model = try BiEncoder(folder: original, task: "retrieval.passage")
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let configuration = try saved.object("config.json")
    #expect(configuration["model_type"] == "jina_embeddings_v3")
    #expect(configuration["architectures"] == ["JinaEmbeddingsV3Model"])
    #expect(configuration["rope_parameters"] == ["rope_theta": 20000.0, "rope_type": "default"])
    #expect(configuration["pad_token_id"] == 1 && configuration["matryoshka_dimensions"] == [8, 32])
    let others = ["lora_adaptations", "auto_map", "position_embedding_type", "rotary_emb_base", "task_instructions"]
    for key in others { #expect(configuration[key] == nil, "\(key)") }
    #expect(try !modules(of: saved).contains("custom_st"))
    let names = try SafetensorsFolder(native).entries.map(\.name)
    #expect(try Set(SafetensorsFolder(saved.path).entries.map(\.name)) == Set(names) && names.count > 15)
    let loaded = try BiEncoder(folder: saved.path)
    #expect(loaded.prompts == model.prompts && loaded.taskWarning() == nil)
    try expectClose(loaded.encode(texts(), as: .document).elements, "retrieval.passage.document")
  }

  /// The pooler takes no part in vectors, but is one of the maps that have adapters.
  @Test func thePoolerIsMergedToo() throws {
    let saved = try ModelCopy(empty: true)
    try BiEncoder(folder: original, task: "retrieval.passage").save(to: saved.path)
    let file = try SafetensorsFile(Files.join(original, "model.safetensors"))
    let start = "roberta.pooler.dense.parametrizations.weight."
    let (a, b) = (try file.floats(named: start + "0.lora_A"), try file.floats(named: start + "0.lora_B"))
    let expected = try file.floats(named: start + "original").enumerated().map { index, weight in
      // Of task 1, with rank 2 and α 3.
      let (row, column) = (index / 32, index % 32)
      return weight + (0..<2).reduce(0) { $0 + 1.5 * b[64 + row * 2 + $1] * a[64 + $1 * 32 + column] }
    }
    let found = try SafetensorsFolder(saved.path).floats(named: "pooler.dense.weight")
    #expect(found.count == 1024 && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  // MARK: - The dialects

  @Test func theBaseOfTheAnglesHasADefaultInEachDialect() throws {
    let copies = try [original, original, native].map { try ModelCopy(of: $0) }
    try copies[0].rewrite("config.json") { $0["rotary_emb_base"] = nil }
    try copies[1].rewrite("config.json") { $0["rotary_emb_base"] = 10000.0 }
    try copies[2].rewrite("config.json") { $0["rope_parameters"] = nil }
    #expect(try vectors(copies[0].path) == vectors(copies[1].path))
    #expect(try vectors(copies[0].path) != vectors(original))
    #expect(try vectors(copies[2].path) == vectors(native))
    withExtendedLifetime(copies) {}
  }

  @Test func theDefaultsAreThoseOfTheClass() throws {
    let copy = try ModelCopy(of: native)
    let keys = [
      "max_position_embeddings", "type_vocab_size", "pad_token_id", "hidden_act", "hidden_dropout_prob",
      "attention_probs_dropout_prob", "layer_norm_eps",
    ]
    try copy.rewrite("config.json") { object in for key in keys { object[key] = nil } }
    let family = try FolderContents(copy.path).configuration().family
    let found = try #require(family as? JinaEmbeddingsConfiguration)
    #expect(found.maximumPositions == 8194 && found.typeCount == 1 && found.paddingID == 1)
    #expect(found.activation == .gelu && found.layerNormEpsilon == 1e-5)
    #expect(found.hiddenDropout == 0.1 && found.attentionDropout == 0.1)
  }

  /// The same class is refused where the family does not stand for it.
  @Test func theAuthorsTransformerIsReadForThisFamilyOnly() throws {
    let copy = try ModelCopy(of: robertaFolder)
    try copy.write(
      "modules.json",
      modules(of: copy).replacing("sentence_transformers.models.Transformer", with: "custom_st.Transformer"))
    #expect(
      message { _ = try BiEncoder(folder: copy.path) }?.contains(
        "module 0 is custom_st.Transformer, which is no class of sentence-transformers") == true)
  }

  @Test func aCrossEncoderBeginsFromTheWeightsAsTheyAre() throws {
    let pairs: [(query: String, document: String)] = [("find a file", "search text"), ("chess", "game board")]
    let found = try CrossEncoder(folder: original, headSeed: 5).score(pairs).elements
    #expect(try found == CrossEncoder(folder: native, headSeed: 5).score(pairs).elements)
  }

  // MARK: - Tensors that do not fit

  @Test(
    arguments: [
      ("lora_A", [3, 3, 32], "[3, 2, 32]"), ("lora_B", [3, 96], "[3, 96, 2]"), ("lora_B", nil, "[3, 96, 2]"),
    ]
      as [(String, [Int]?, String)])
  func anAdapterOfAnotherShapeIsRefused(_ factor: String, _ shape: [Int]?, _ expected: String) throws {
    let copy = try ModelCopy(of: original)
    let key = "encoder.layers.0.mixer.Wqkv.parametrizations.weight.0.\(factor)"
    let layer = "roberta." + key
    try copy.rewriteWeights {
      shape == nil && $0 == layer ? nil : $0
    } shape: {
      $0 == layer ? shape ?? $1 : $1
    } values: {
      guard $0 == layer, let count = shape?.reduce(1, *) else { return $1 }
      return Array(repeating: 1, count: count)
    }
    let error = #expect(throws: ModelError.self) { _ = try BiEncoder(folder: copy.path, task: tasks[0]) }
    let found = shape.map { "\($0)" } ?? "none"
    #expect(error?.problems == ["\(key) should be \(expected) for 3 tasks, found \(found)"])
    // Without a task the adapters are not read.
    #expect(try vectors(copy.path) == vectors(native))
  }

  @Test func adaptersThatAreListedMustBeThere() throws {
    let copy = try ModelCopy(of: original)
    try copy.rewriteWeights { $0.contains(".lora_") ? nil : $0 }
    let error = #expect(throws: ModelError.self) { _ = try BiEncoder(folder: copy.path, task: tasks[0]) }
    #expect(error?.problems == ["there is no adapter in it, though config.json lists tasks"])
  }

  @Test func adaptersThatAreNotFiniteAreRefused() throws {
    let copy = try ModelCopy(of: original)
    try copy.rewriteWeights {
      $0
    } values: {
      $0.hasSuffix("layers.1.mlp.fc2.parametrizations.weight.0.lora_B") ? $1.map { _ in .infinity } : $1
    }
    let error = #expect(throws: ModelError.self) { _ = try BiEncoder(folder: copy.path, task: tasks[0]) }
    #expect(
      error?.problems
        == ["encoder.layers.1.mlp.fc2.weight with the adapter of retrieval.query holds numbers that are not finite"])
  }
}
