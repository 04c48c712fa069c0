import Encoders
import Files
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing
import Tokenizers

/// Every layout of a model folder that is read, the one that is written, and what is said of folders that do not fit.
@Suite struct FolderTests {
  let text = "Fast network packets, sounding the board!"

  // MARK: - What is read

  @Test func prefixedKeysAndLegacyNormsLoadAsTheSameModel() throws {
    let expected = try vector(goldenFolder)
    let folder = try ModelCopy()
    try folder.rewriteWeights { name in
      "bert."
        + name.replacingLast("LayerNorm.weight", "LayerNorm.gamma").replacingLast("LayerNorm.bias", "LayerNorm.beta")
    }
    #expect(try vector(folder.path) == expected)
  }

  @Test func compactSchemaLoadsAsTheSameModel() throws {
    let expected = try vector(goldenFolder)
    let folder = try ModelCopy()
    try folder.write(
      "modules.json",
      """
      [{"idx":0,"name":"0","path":"","type":"sentence_transformers.base.modules.transformer.Transformer"},
       {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.sentence_transformer.modules.pooling.Pooling"},
       {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.base.modules.normalize.Normalize"}]
      """)
    try folder.write(
      "1_Pooling/config.json", #"{"embedding_dimension": 32, "pooling_mode": "mean", "include_prompt": true}"#)
    try folder.write("sentence_bert_config.json", #"{"transformer_task": "feature-extraction"}"#)
    #expect(try vector(folder.path) == expected)
  }

  @Test func aFolderWithoutModulesIsMeanPooled() throws {
    let folder = try ModelCopy()
    try Files.remove(Files.join(folder.path, "modules.json"))
    let model = try BiEncoder(folder: folder.path)
    #expect(model.pooling == .mean)
    #expect(!model.isNormalized)
  }

  @Test(arguments: Pooling.single)
  func everyPoolingSurvivesSavingAndLoading(_ pooling: Pooling) throws {
    var model = try BiEncoder(folder: goldenFolder)
    model.pooling = pooling
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let loaded = try BiEncoder(folder: saved.path)
    #expect(loaded.pooling == pooling)
    #expect(try loaded.encode([text], as: .query).elements == model.encode([text], as: .query).elements)
  }

  @Test(arguments: DenseHead.Activation.allCases)
  func denseHeadsSurviveSavingAndLoading(_ activation: DenseHead.Activation) throws {
    var model = try BiEncoder(folder: goldenFolder)
    let weight = Tensor((0..<8 * 32).map { Float($0 % 13) / 13 - 0.5 }, shape: [8, 32])
    let bias = Tensor((0..<8).map { Float($0) / 10 }, shape: [8])
    model.heads = [.dense(DenseHead(linear: Linear(weight: weight, bias: bias), activation: activation)), .normalize]
    #expect(model.dimensions == 8)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let loaded = try BiEncoder(folder: saved.path)
    #expect(
      loaded.parameters.keys.filter { $0.hasPrefix("2_Dense.linear.") }
        == ["2_Dense.linear.weight", "2_Dense.linear.bias"])
    #expect(try loaded.encode([text], as: .query).elements == model.encode([text], as: .query).elements)
    guard activation == .identity || activation == .tanh else { return }
    // A linear head is x Wᵀ + b of the pooled vector, to length 1.
    model.heads = []
    let pooled = try model.encode([text], as: .query)
    let mapped = pooled.linear(AffineMap(weight: weight, bias: bias))
    let expected = (activation == .tanh ? mapped.tanh() : mapped).normalizedRows()
    #expect(try loaded.encode([text], as: .query).elements == expected.elements)
  }

  @Test func anAppendedDenseModuleFollowsThePoolingAndIsNormalizedOnce() throws {
    let model = try BiEncoder(folder: goldenFolder)
    #expect(model.isNormalized && !model.withoutFinalNormalize.isNormalized)
    let reduced = model.appendingNewDense(dimensions: 12, seed: 17)
    #expect(reduced.dimensions == 12 && reduced.isNormalized && reduced.heads.count == 2)
    #expect(reduced.parameters["2_Dense.linear.weight"]?.shape == [12, 32])
    #expect(reduced.parameters["2_Dense.linear.bias"]?.elements == [Float](repeating: 0, count: 12))
    // What the module sees is the vector without its division by the length.
    let seen = try model.withoutFinalNormalize.encode([text], as: .query)
    guard case .dense(let dense) = reduced.heads[0] else {
      Issue.record("the first head is \(reduced.heads[0])")
      return
    }
    #expect(try reduced.encode([text], as: .query).elements == dense(seen).normalizedRows().elements)
    // Another one goes behind the first, again with one division by the length, at the end.
    let twice = reduced.appendingNewDense(dimensions: 5, activation: .tanh, seed: 18)
    #expect(twice.dimensions == 5 && twice.heads.count == 3 && twice.isNormalized)
    let saved = try ModelCopy(empty: true)
    try twice.save(to: saved.path)
    let names = try JSONReader.parse(Files.read(Files.join(saved.path, "modules.json"))).arrayValue?
      .compactMap { $0.objectValue?["path"]?.stringValue }
    #expect(names == ["", "1_Pooling", "2_Dense", "3_Dense", "4_Normalize"])
    let loaded = try BiEncoder(folder: saved.path)
    #expect(try loaded.encode([text], as: .query).elements == twice.encode([text], as: .query).elements)
  }

  @Test func anOrthogonalDenseModuleOfTheSameWidthKeepsCosines() throws {
    let model = try BiEncoder(folder: goldenFolder)
    let turned = model.appendingNewDense(dimensions: model.dimensions, seed: 3)
    let texts = [text, "A game of chess", "find the image"]
    let (before, after) = (try model.encode(texts, as: .document), try turned.encode(texts, as: .document))
    let cosines = (before.matmul(before.transposed).elements, after.matmul(after.transposed).elements)
    #expect(cosines.0.count == 9 && cosines.1.count == 9)
    #expect(zip(cosines.0, cosines.1).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(before.elements != after.elements)
  }

  @Test func promptsAreReadByRoleAndWritten() throws {
    let folder = try ModelCopy()
    try folder.write("config_sentence_transformers.json", #"{"prompts": {"query": "find ", "document": "text "}}"#)
    let model = try BiEncoder(folder: folder.path)
    #expect(model.prompts == [.query: "find ", .document: "text "])
    let plain = try BiEncoder(folder: goldenFolder)
    #expect(
      try model.tokenize(["a file"], as: .query)[0].ids == plain.tokenize(["find a file"], as: .query)[0].ids)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    #expect(try BiEncoder(folder: saved.path).prompts == model.prompts)
  }

  @Test func aPromptThatIsNotPooledIsLeftOutOfTheMean() throws {
    let folder = try ModelCopy()
    try folder.write("config_sentence_transformers.json", #"{"prompts": {"query": "find "}}"#)
    let pooling = try folder.object("1_Pooling/config.json")
    var members = pooling.members.filter { $0.name != "include_prompt" }
    members.append(("include_prompt", false))
    try folder.write("1_Pooling/config.json", JSONValue.object(JSONObject(members)).text())
    let model = try BiEncoder(folder: folder.path)
    // [CLS] and `find` are left out; `a`, `file` and [SEP] are pooled.
    #expect(try model.excludedTokens(as: .query) == 2)
    #expect(try model.excludedTokens(as: .document) == 0)
    var context = ForwardContext.evaluation
    let batch = TokenBatch(try model.tokenize(["a file"], as: .query))
    let states = model.transformer(batch, &context)
    let expected = states.slice(2..<batch.tokenCount).sum(axis: 0, keepingDimension: true).normalizedRows()
    let found = try model.encode(["a file"], as: .query)
    #expect(found.elements.count == 32 && expected.elements.count == 32)
    #expect(zip(found.elements, expected.elements).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  // MARK: - What is written

  @Test func theSavedFolderHasWhatEveryReaderWants() throws {
    var model = try BiEncoder(folder: goldenFolder)
    model.maximumLength = 48
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let pooling = try saved.object("1_Pooling/config.json")
    #expect(
      pooling.members.map(\.name) == [
        "word_embedding_dimension", "pooling_mode_cls_token", "pooling_mode_mean_tokens", "pooling_mode_max_tokens",
        "pooling_mode_mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken",
        "include_prompt",
      ])
    #expect(pooling["pooling_mode_mean_tokens"] == true && pooling["pooling_mode_cls_token"] == false)
    #expect(try saved.object("sentence_bert_config.json").members.map(\.name) == ["max_seq_length", "do_lower_case"])
    #expect(try saved.object("sentence_bert_config.json")["max_seq_length"] == 48)
    #expect(try saved.object("tokenizer_config.json")["model_max_length"] == 48)
    #expect(try saved.object("config.json")["architectures"] == ["BertModel"])
    #expect(try saved.object("config.json")["torch_dtype"] == "float32")
    let types = try JSONReader.parse(Files.read(Files.join(saved.path, "modules.json"))).arrayValue?
      .compactMap { $0.objectValue?["type"]?.stringValue }
    #expect(
      types == ["Transformer", "Pooling", "Normalize"].map { "sentence_transformers.models.\($0)" })
    let weights = try SafetensorsFile(Files.join(saved.path, "model.safetensors"))
    let source = try SafetensorsFile(Files.join(goldenFolder, "model.safetensors"))
    #expect(Set(weights.entries.map(\.name)) == Set(source.entries.map(\.name)))
    #expect(!source.entries.isEmpty)
    for entry in source.entries {
      #expect(try weights.floats(named: entry.name) == source.floats(named: entry.name))
    }
    #expect(weights.metadata(named: "format") == "pt")
  }

  // MARK: - What does not fit

  @Test func everyParameterThatDoesNotFitIsNamedAndNothingIsLoaded() throws {
    let folder = try ModelCopy()
    try folder.rewriteWeights { name in
      name == "encoder.layer.1.output.LayerNorm.weight" ? "encoder.layer.1.output.Norm.weight" : name
    } shape: { name, shape in
      name == "embeddings.position_embeddings.weight" ? [32, 64] : shape
    }
    do {
      _ = try BiEncoder(folder: folder.path)
      Issue.record("the folder loaded")
    } catch let error as ModelError {
      #expect(
        error.problems == [
          "shape       embeddings.position_embeddings.weight                    expected [64, 32], found [32, 64]",
          "missing     encoder.layer.1.output.LayerNorm.weight                  [32]",
          "unexpected  encoder.layer.1.output.Norm.weight                       [32]",
          "3 of 39 tensors do not fit BERT as described by config.json; nothing was loaded",
        ])
    }
  }

  /// A change to one file of the folder, and what is said about it.
  @Test(arguments: [
    (
      "config.json", #""hidden_size": 32"#, #""hidden_size": "wide""#,
      "'hidden_size' should be an integer from 1 to 16384, found \"wide\""
    ),
    (
      "config.json", #""hidden_size": 32"#, #""hidden_size": 33"#,
      "'num_attention_heads' 4 heads do not divide hidden_size 33"
    ),
    ("config.json", #""vocab_size""#, #""vocab""#, "'vocab_size' is missing (an integer)"),
    (
      "config.json", #""hidden_act": "gelu""#, #""hidden_act": "relu6""#,
      "'hidden_act' should be gelu or gelu_accurate or gelu_fast or gelu_new or gelu_python or gelu_python_tanh or "
        + "gelu_pytorch_tanh or quick_gelu or relu or silu or swish or tanh, found \"relu6\""
    ),
    ("config.json", "{", "[", "expected"),
    (
      "modules.json", "models.Pooling", "models.WordWeights",
      "module 1 is sentence_transformers.models.WordWeights; hone reads Transformer"
    ),
    ("modules.json", #""1_Pooling""#, #""../1_Pooling""#, "module 1: the path \"../1_Pooling\" leaves the folder"),
    (
      "1_Pooling/config.json", #""pooling_mode_cls_token": false"#, #""pooling_mode_cls_token": "yes""#,
      "'pooling_mode_cls_token' should be true or false, found \"yes\""
    ),
    ("1_Pooling/config.json", ": 32", ": 384", "pooling is configured for width 384, but the encoder gives 32"),
    ("sentence_bert_config.json", "64", "2", "a maximum length of 2 tokens has no room for a text; at least 3 are"),
    (
      "sentence_bert_config.json", "64", "-1",
      "max_seq_length is -1; expected a whole number from 1 through 1048576"
    ),
  ])
  func aFolderThatDoesNotFitSaysWhere(file: String, old: String, new: String, message: String) throws {
    let folder = try ModelCopy()
    let before = String(decoding: try Files.read(Files.join(folder.path, file)), as: UTF8.self)
    let after = before.replacingFirst(old, new)
    try #require(after != before, "\(file) does not contain \(old)")
    try folder.write(file, after)
    do {
      _ = try BiEncoder(folder: folder.path)
      Issue.record("the folder loaded")
    } catch let error as any UserFacingError {
      #expect(error.kind == .badData)
      #expect(error.description.contains(message), "\(error.description)")
      #expect(error.description.hasPrefix(folder.path), "\(error.description)")
    }
  }

  @Test func aFolderThatIsNotThereIsMissingInput() {
    do {
      _ = try BiEncoder(folder: "/nowhere/at-all")
      Issue.record("the folder loaded")
    } catch let error as any UserFacingError {
      #expect(error.kind == .missingInput)
      #expect(error.description == "there is no folder /nowhere/at-all; check the path")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func weightsThatAreNotNumbersAreRefused() throws {
    let folder = try ModelCopy()
    try folder.rewriteWeights {
      $0
    } values: { name, values in
      name.hasSuffix("layer.0.output.dense.bias") ? [.nan] + values.dropFirst() : values
    }
    #expect(throws: ModelError.self) { try BiEncoder(folder: folder.path) }
  }

  private func vector(_ folder: String) throws -> [Float] {
    try BiEncoder(folder: folder).encode([text], as: .document).elements
  }
}

extension String {
  func replacingFirst(_ old: String, _ new: String) -> String {
    guard let range = firstRange(of: old) else { return self }
    return self[..<range.lowerBound] + new + self[range.upperBound...]
  }

  func replacingLast(_ ending: String, _ new: String) -> String {
    hasSuffix(ending) ? String(dropLast(ending.count)) + new : self
  }
}
