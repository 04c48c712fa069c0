import Encoders
import Files
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing

/// Every layout of a cross-encoder folder that is read, the one that is written, and what is said of folders that do not fit.
@Suite struct CrossEncoderFolderTests {
  let pairs: [(query: String, document: String)] = [
    ("find a file", "Fast network packets, sounding the board!"), ("chess", "game"),
  ]

  private func scores(_ folder: String) throws -> [Float] { try CrossEncoder(folder: folder).score(pairs).elements }

  // MARK: - What is read

  @Test func bothSchemasOfSentenceTransformersLoadAsTheSameModel() throws {
    let expected = try scores(crossEncoderFolder)
    let old = try ModelCopy(of: crossEncoderFolder)
    try old.rewrite("config.json") {
      $0["sbert_ce_default_activation_function"] = "torch.nn.modules.activation.Sigmoid"
      $0["id2label"] = nil
    }
    #expect(try scores(old.path) == expected)
    let key = try ModelCopy(of: crossEncoderFolder)
    try key.rewrite("config.json") {
      $0["sentence_transformers"] = ["activation_fn": "torch.nn.modules.linear.Identity", "version": "5.0.0"]
    }
    #expect(try scores(key.path) == expected)
    let modules = try ModelCopy(of: crossEncoderFolder)
    try modules.write(
      "modules.json",
      #"[{"idx":0,"name":"0","path":"","type":"sentence_transformers.base.modules.transformer.Transformer"}]"#)
    try modules.write("sentence_bert_config.json", #"{"transformer_task": "sequence-classification"}"#)
    try modules.write("config_sentence_transformers.json", #"{"model_type": "CrossEncoder"}"#)
    #expect(try scores(modules.path) == expected)
  }

  @Test func legacyNormsLoadAsTheSameModel() throws {
    let folder = try ModelCopy(of: crossEncoderFolder)
    try folder.rewriteWeights { name in
      name.replacingLast("LayerNorm.weight", "LayerNorm.gamma").replacingLast("LayerNorm.bias", "LayerNorm.beta")
    }
    #expect(try scores(folder.path) == scores(crossEncoderFolder))
  }

  @Test func theLengthIsThatOfTheTokenizerWithinThePositions() throws {
    let folder = try ModelCopy(of: crossEncoderFolder)
    for (configured, expected) in [(30, 30), (512, 64), (1_000_000_000, 64)] {
      try folder.rewrite("tokenizer_config.json") { $0["model_max_length"] = JSONValue(configured) }
      #expect(try CrossEncoder(folder: folder.path).maximumLength == expected)
    }
  }

  // MARK: - A fresh head

  @Test func aBiEncoderGetsAFreshClassifierAndKeepsItsPooler() throws {
    let model = try CrossEncoder(folder: goldenFolder, headSeed: 17)
    #expect(model.hasFreshClassifier && model.labels == ["LABEL_0"])
    #expect(try !CrossEncoder(folder: crossEncoderFolder, headSeed: 17).hasFreshClassifier)
    let parameters = model.parameters
    let source = try SafetensorsFile(Files.join(goldenFolder, "model.safetensors"))
    #expect(!source.entries.isEmpty)
    for entry in source.entries {
      #expect(try parameters["bert." + entry.name]?.elements == source.floats(named: entry.name), "\(entry.name)")
    }
    let weight = try #require(parameters["classifier.weight"])
    #expect(weight.shape == [1, 32])
    #expect(parameters["classifier.bias"]?.elements == [0])
    // 32 numbers with deviation 0.02 of config.json.
    let deviation = (weight.squaredNorm / 32).squareRoot()
    #expect(deviation > 0.012 && deviation < 0.028, "\(deviation)")
    let again = try CrossEncoder(folder: goldenFolder, headSeed: 17)
    #expect(again.parameters["classifier.weight"]?.elements == weight.elements)
    let other = try CrossEncoder(folder: goldenFolder, headSeed: 18)
    #expect(other.parameters["classifier.weight"]?.elements != weight.elements)
  }

  @Test func aMissingPoolerIsDrawnToo() throws {
    let folder = try ModelCopy()
    try folder.rewriteWeights { $0.hasPrefix("pooler.") ? nil : $0 }
    let model = try CrossEncoder(folder: folder.path, labels: 3, headSeed: 17)
    #expect(model.labels == ["LABEL_0", "LABEL_1", "LABEL_2"])
    let pooler = try #require(model.parameters["bert.pooler.dense.weight"])
    let deviation = (pooler.squaredNorm / Double(pooler.shape.count)).squareRoot()
    #expect(abs(deviation - 0.02) < 0.001, "\(deviation)")
    #expect(model.parameters["bert.pooler.dense.bias"]?.elements.allSatisfy { $0 == 0 } == true)
    // The classifier is the same whether the pooler is drawn or not.
    let whole = try CrossEncoder(folder: goldenFolder, labels: 3, headSeed: 17)
    #expect(whole.parameters["classifier.weight"]?.elements == model.parameters["classifier.weight"]?.elements)
    #expect(try model.score(pairs).shape == [2, 3])
  }

  // MARK: - What is written

  @Test func theSavedFolderHasWhatEveryReaderWants() throws {
    var model = try CrossEncoder(folder: goldenFolder, headSeed: 17)
    model.maximumLength = 48
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    #expect(
      try Files.list(saved.path).sorted() == [
        "config.json", "model.safetensors", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json",
        "vocab.txt",
      ])
    let configuration = try saved.object("config.json")
    #expect(configuration["architectures"] == ["BertForSequenceClassification"])
    #expect(configuration["id2label"] == ["0": "LABEL_0"])
    #expect(configuration["label2id"] == ["LABEL_0": 0])
    #expect(configuration["num_labels"] == nil)
    #expect(configuration["pad_token_id"] == 0)
    let identity: JSONValue = "torch.nn.modules.linear.Identity"
    #expect(configuration["sentence_transformers"]?.objectValue?["activation_fn"] == identity)
    #expect(configuration["sbert_ce_default_activation_function"] == identity)
    #expect(try saved.object("tokenizer_config.json")["model_max_length"] == 48)
    let weights = try SafetensorsFile(Files.join(saved.path, "model.safetensors"))
    #expect(weights.metadata(named: "format") == "pt")
    #expect(Set(weights.entries.map(\.name)) == Set(model.parameters.keys))

    let loaded = try CrossEncoder(folder: saved.path, labels: 1)
    #expect(loaded.maximumLength == 48 && !loaded.hasFreshClassifier)
    #expect(try loaded.score(pairs).elements == model.score(pairs).elements)
  }

  @Test func namesOfLabelsSurviveSavingAndLoading() throws {
    let folder = try ModelCopy(of: crossEncoderFolder)
    try folder.rewrite("config.json") {
      $0["id2label"] = ["0": "relevance"]
      $0["label2id"] = ["relevance": 0]
      $0["sbert_ce_default_activation_function"] = "torch.nn.modules.activation.Sigmoid"
      $0["num_labels"] = 1
    }
    let model = try CrossEncoder(folder: folder.path)
    #expect(model.labels == ["relevance"])
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let names = try saved.object("config.json").members.map(\.name)
    #expect(Set(names).count == names.count && !names.contains("num_labels"))
    #expect(try saved.object("config.json")["id2label"] == ["0": "relevance"])
    #expect(try scores(saved.path) == scores(crossEncoderFolder))
  }

  // MARK: - What does not fit

  private func problem(_ folder: String, labels: Int? = nil, headSeed: UInt64? = nil) -> String {
    do {
      _ = try CrossEncoder(folder: folder, labels: labels, headSeed: headSeed)
      return "it loaded"
    } catch let error as any UserFacingError {
      return "\(error)".split(separator: folder, omittingEmptySubsequences: false).joined(separator: "…")
    } catch {
      return "not for users: \(error)"
    }
  }

  @Test func aFolderWithoutAClassifierIsNoCrossEncoder() {
    #expect(
      problem(goldenFolder)
        == "…: has no classifier, so it is no cross-encoder yet; train one from it, or give another model")
    #expect(problem("/nowhere/at-all") == "there is no folder …; check the path")
  }

  @Test func scoresThatAreNoNumbersAreRefused() throws {
    let folder = try ModelCopy(of: crossEncoderFolder)
    try folder.rewriteWeights {
      $0
    } values: { name, values in
      name == "classifier.weight" ? values.map { $0 < 0 ? -3e38 : 3e38 } : values
    }
    #expect(throws: ModelError.self) { try scores(folder.path) }
  }

  @Test func twoLabelsMayShareAName() throws {
    let folder = try ModelCopy(empty: true)
    let fresh = try CrossEncoder(folder: goldenFolder, labels: 2, headSeed: 1)
    try fresh.save(to: folder.path)
    try folder.rewrite("config.json") {
      $0["id2label"] = ["0": "x", "1": "x"]
      $0["label2id"] = ["x": 1]
    }
    let model = try CrossEncoder(folder: folder.path)
    #expect(model.labels == ["x", "x"])
    #expect(try model.score(pairs).elements == fresh.score(pairs).elements)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    #expect(try saved.object("config.json")["id2label"] == ["0": "x", "1": "x"])
    #expect(try saved.object("config.json")["label2id"] == ["x": 1])
  }

  @Test func aWrongNumberOfLabelsIsOneError() throws {
    #expect(
      problem(crossEncoderFolder, labels: 3, headSeed: 1)
        == "…: the classifier has 1 label, but 3 are needed here; give a model that has them, or one without a "
        + "classifier to train")
    let folder = try ModelCopy(of: crossEncoderFolder)
    try folder.rewrite("config.json") { $0["id2label"] = ["0": "no", "1": "yes"] }
    #expect(
      problem(folder.path)
        == "…/config.json: 'id2label' should give the classifier's label 0 a name, found {\"0\":\"no\",\"1\":\"yes\"}")
  }

  @Test func everyParameterThatDoesNotFitIsNamedAndNothingIsLoaded() throws {
    let folder = try ModelCopy(of: crossEncoderFolder)
    try folder.rewriteWeights { name in
      switch name {
      case "bert.encoder.layer.1.output.LayerNorm.weight": "bert.encoder.layer.1.output.Norm.weight"
      case "bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.bias": nil
      default: name
      }
    } shape: { name, shape in
      name == "classifier.weight" ? [shape[0], shape[1] / 2, 2] : shape
    }
    // A fresh head is for folders that have none: half a head is a mistake.
    #expect(
      problem(folder.path, headSeed: 1) == """
        …:
          missing     bert.encoder.layer.1.output.LayerNorm.weight             [32]
          missing     bert.pooler.dense.weight                                 [32, 32]
          missing     bert.pooler.dense.bias                                   [32]
          shape       classifier.weight                                        expected [1, 32], found [1, 16, 2]
          missing     classifier.bias                                          [1]
          unexpected  bert.encoder.layer.1.output.Norm.weight                  [32]
          6 of 41 tensors do not fit BERT with a classifier as described by config.json; nothing was loaded
        """)
  }

  /// A change to one file of the folder, and what is said about it.
  @Test(arguments: [
    (
      "config.json", #""type_vocab_size": 2"#, #""type_vocab_size": 1"#,
      "…: the tokenizer gives token types up to 1, but 'type_vocab_size' is 1; tokenizer and weights are from different models"
    ),
    (
      "config.json", #""classifier_dropout": null"#, #""classifier_dropout": "much""#,
      "…/config.json: 'classifier_dropout' should be a number from 0.0 to below 1.0, found \"much\""
    ),
    (
      "config.json", #""id2label": {"#, #""id2label": 3, "x": {"#,
      "…/config.json: 'id2label' should give the classifier's label 0 a name, found 3"
    ),
    (
      "tokenizer_config.json", ": 20", ": 4",
      "…: a maximum length of 4 tokens has no room for a pair; at least 5 are needed"
    ),
  ])
  func aFolderThatDoesNotFitSaysWhere(file: String, old: String, new: String, message: String) throws {
    let folder = try ModelCopy(of: crossEncoderFolder)
    let before = String(decoding: try Files.read(Files.join(folder.path, file)), as: UTF8.self)
    let after = before.replacingFirst(old, new)
    try #require(after != before, "\(file) does not contain \(old)")
    try folder.write(file, after)
    #expect(problem(folder.path) == message)
  }

  @Test(arguments: [
    ("{}", "…/modules.json: should be a list of 1 to 64 modules, the first a Transformer"),
    (
      #"[{"type": "sentence_transformers.models.Transformer", "path": "../other"}]"#,
      "…/modules.json: module 0: the path \"../other\" leaves the folder"
    ),
    (
      #"""
      [{"type": "sentence_transformers.models.Transformer", "path": ""},
       {"type": "sentence_transformers.cross_encoder.modules.LogitScore", "path": "1_LogitScore"}]
      """#,
      "…/modules.json: 2 modules; hone reads a cross-encoder that is one Transformer with a classifier"
    ),
  ])
  func modulesThatAreNoCrossEncoderAreRefused(modules: String, message: String) throws {
    let folder = try ModelCopy(of: crossEncoderFolder)
    try folder.write("modules.json", modules)
    #expect(problem(folder.path) == message)
  }
}
