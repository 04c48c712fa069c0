import Encoders
import Files
import Foundation
import JSONText
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing

/// What `config_sentence_transformers.json` decides, and what an export keeps of it.
///
/// Expected behaviour: sentence-transformers 6.2, `base/model.py`, `sentence_transformer/model.py` and
/// `cross_encoder/model.py`.
@Suite struct SharedSettingsTests {
  private let texts = ["find a file", "Fast network packets, sounding the board!"]
  private let pairs: [(query: String, document: String)] = [("a file", "search text"), ("chess", "game board")]

  private func saved(_ save: (String) throws -> Void) throws -> ModelCopy {
    let copy = try ModelCopy(empty: true)
    try save(copy.path)
    return copy
  }

  /// A tiny cross-encoder as sentence-transformers 5.4 and later save it.
  private func newCrossEncoder(_ settings: String) throws -> ModelCopy {
    let copy = try ModelCopy(of: crossEncoderFolder)
    try copy.write(
      "modules.json",
      #"[{"idx":0,"name":"0","path":"","type":"sentence_transformers.base.modules.transformer.Transformer"}]"#)
    try copy.write(
      "sentence_bert_config.json",
      #"{"transformer_task": "sequence-classification", "module_output_name": "scores"}"#)
    try copy.write("config_sentence_transformers.json", settings)
    return copy
  }

  // MARK: - Bi-encoders

  @Test func anExportKeepsEverySettingOfABiEncoder() throws {
    let folder = try ModelCopy()
    try folder.write(
      "config_sentence_transformers.json",
      """
      {"prompts": {"s2p_query": "Instruct: find\\nQuery: ", "query": "q: ", "s2s_query": "x: "},
       "default_prompt_name": "s2p_query", "similarity_fn_name": "dot", "truncate_dim": 12, "requirements": {"python": ">=3"}}
      """)
    let model = try BiEncoder(folder: folder.path)
    let copy = try saved { try model.save(to: $0) }
    let written = try copy.object("config_sentence_transformers.json")
    #expect(
      written["prompts"]
        == ["query": "q: ", "document": "", "s2p_query": "Instruct: find\nQuery: ", "s2s_query": "x: "])
    #expect(written["default_prompt_name"] == "s2p_query" && written["similarity_fn_name"] == "dot")
    #expect(written["truncate_dim"] == 12 && written["requirements"] == ["python": ">=3"])
    let again = try BiEncoder(folder: copy.path)
    #expect(again.settings == model.settings)
    #expect(try again.encode(texts, as: .query).elements == model.encode(texts, as: .query).elements)
  }

  /// `encode_document` takes the prompt "document", which is there and empty even where the file has only "passage";
  /// neither role takes the default prompt.
  @Test func rolesTakeOnlyThePromptsOfTheirNames() throws {
    let folder = try ModelCopy()
    try folder.write(
      "config_sentence_transformers.json",
      #"{"prompts": {"passage": "text ", "other": "find "}, "default_prompt_name": "other"}"#)
    let model = try BiEncoder(folder: folder.path)
    #expect(model.prompts == [.query: "", .document: ""])
    let plain = try BiEncoder(folder: goldenFolder)
    for role in TextRole.allCases {
      #expect(try model.encode(texts, as: role).elements == plain.encode(texts, as: role).elements)
    }
  }

  /// Without `modules.json`, sentence-transformers reads neither of its files.
  @Test func aPlainTransformerHasNoSettings() throws {
    let folder = try ModelCopy()
    try Files.remove(Files.join(folder.path, "modules.json"))
    try folder.write("config_sentence_transformers.json", #"{"prompts": {"query": "find "}, "truncate_dim": 4}"#)
    try folder.write("sentence_bert_config.json", #"{"max_seq_length": 8}"#)
    try folder.rewrite("tokenizer_config.json") { $0["model_max_length"] = 50 }
    let model = try BiEncoder(folder: folder.path)
    #expect(model.prompts == [.query: "", .document: ""] && model.dimensions == 32)
    #expect(model.maximumLength == 50)
  }

  /// `truncate_embeddings`: the leading numbers of the vector that the last module gives, not normalized again.
  @Test func vectorsAreTruncatedBehindTheLastModule() throws {
    let folder = try ModelCopy()
    try folder.write("config_sentence_transformers.json", #"{"truncate_dim": 12}"#)
    let (model, whole) = (try BiEncoder(folder: folder.path), try BiEncoder(folder: goldenFolder))
    #expect(model.dimensions == 12 && !model.isNormalized && whole.isNormalized)
    #expect(model.outputWidth == 32)
    let expected = try whole.encode(texts, as: .document).slice(0..<12, axis: 1)
    let found = try model.encode(texts, as: .document)
    #expect(found.shape == [2, 12] && found.elements == expected.elements)
    let independent = try model.encodeIndependently(texts, as: .document)
    #expect(independent.shape == [2, 12])
    #expect(zip(independent.elements, found.elements).allSatisfy { abs($0 - $1) < 1e-5 })
    // More numbers than there are, and a Dense module behind the whole vector, leave nothing to cut.
    try folder.write("config_sentence_transformers.json", #"{"truncate_dim": 64}"#)
    #expect(try BiEncoder(folder: folder.path).dimensions == 32)
    #expect(model.appendingNewDense(dimensions: 20, seed: 1).dimensions == 20)
  }

  @Test(arguments: [
    (#"{"similarity_fn_name": "close"}"#, "'similarity_fn_name' should be cosine or dot or euclidean or manhattan"),
    (#"{"truncate_dim": 0}"#, "'truncate_dim' should be an integer from 1 to"),
    (#"{"default_prompt_name": "x"}"#, "'default_prompt_name' should be the name of a prompt, found \"x\""),
    (#"{"prompts": ["x"]}"#, "'prompts' should be an object of texts"),
    (#"{"prompts": {"query": 1}}"#, "'prompts' should have a text under \"query\", found 1"),
    (#"{"model_type": "Other"}"#, "'model_type' is \"Other\"; hone reads SentenceTransformer and CrossEncoder"),
    (#"{"model_type": "CrossEncoder"}"#, "is a cross-encoder, which gives pairs a score and texts no vectors"),
  ])
  func settingsThatCannotBeAreNamed(content: String, message: String) throws {
    let folder = try ModelCopy()
    try folder.write("config_sentence_transformers.json", content)
    let error = #expect(throws: ModelError.self) { try BiEncoder(folder: folder.path) }
    #expect(error?.problems.count == 1 && error?.description.contains(message) == true, "\(String(describing: error))")
  }

  // MARK: - Cross-encoders

  /// `prepend_prompt_to_texts`: the default prompt goes before the first text of a pair.
  @Test func theDefaultPromptOfACrossEncoderGoesBeforeTheQuery() throws {
    let folder = try newCrossEncoder(
      #"{"model_type": "CrossEncoder", "prompts": {"ask": "find "}, "default_prompt_name": "ask"}"#)
    let (model, plain) = (try CrossEncoder(folder: folder.path), try CrossEncoder(folder: crossEncoderFolder))
    let expected = try plain.score(pairs.map { ("find " + $0.query, $0.document) }).elements
    #expect(try model.score(pairs).elements == expected && expected != plain.score(pairs).elements)
    let copy = try saved { try model.save(to: $0) }
    let written = try copy.object("config_sentence_transformers.json")
    #expect(written["model_type"] == "CrossEncoder" && written["prompts"] == ["ask": "find "])
    #expect(written["default_prompt_name"] == "ask")
    #expect(try copy.object("sentence_bert_config.json")["transformer_task"] == "sequence-classification")
    #expect(try CrossEncoder(folder: copy.path).score(pairs).elements == expected)
  }

  /// Prompts and length of a bi-encoder say nothing about the cross-encoder that is made from it.
  @Test func aCrossEncoderFromABiEncoderHasNoneOfItsSettings() throws {
    let folder = try ModelCopy()
    try folder.write("sentence_bert_config.json", #"{"max_seq_length": 8}"#)
    try folder.write(
      "config_sentence_transformers.json", #"{"prompts": {"query": "q: "}, "default_prompt_name": "query"}"#)
    let model = try CrossEncoder(folder: folder.path, headSeed: 1)
    let plain = try CrossEncoder(folder: goldenFolder, headSeed: 1)
    #expect(try model.score(pairs).elements == plain.score(pairs).elements)
    #expect(model.maximumLength == plain.maximumLength && model.maximumLength > 8)
    let copy = try saved { try model.save(to: $0) }
    #expect(!Files.exists(Files.join(copy.path, "modules.json")))
  }

  /// `CrossEncoder.get_default_activation_fn`, and before it `activation_fn` of config_sentence_transformers.json.
  @Test(arguments: [
    (nil, nil, nil, "activation.Sigmoid"),
    (nil, nil, "torch.nn.modules.linear.Identity", "linear.Identity"),
    (nil, "torch.nn.modules.activation.Tanh", "torch.nn.modules.linear.Identity", "activation.Tanh"),
    ("torch.nn.modules.linear.Identity", "torch.nn.modules.activation.Tanh", nil, "linear.Identity"),
    ("mine.Activation", nil, nil, "activation.Sigmoid"),
  ])
  func theActivationIsKept(shared: String?, newer: String?, older: String?, expected: String) throws {
    let folder = try newCrossEncoder(
      JSONValue.object(
        JSONObject([("model_type", "CrossEncoder")] + (shared.map { [("activation_fn", JSONValue($0))] } ?? []))
      ).text())
    try folder.rewrite("config.json") {
      $0["sentence_transformers"] = newer.map { ["activation_fn": JSONValue($0)] }
      $0["sbert_ce_default_activation_function"] = older.map { JSONValue($0) }
    }
    let model = try CrossEncoder(folder: folder.path)
    #expect(model.activation.name == "torch.nn.modules." + expected)
    let written = try saved { try model.save(to: $0) }.object("config.json")
    #expect(written["sbert_ce_default_activation_function"] == JSONValue(model.activation.name))
    #expect(written["sentence_transformers"]?.objectValue?["activation_fn"] == JSONValue(model.activation.name))
    #expect(try CrossEncoder(folder: goldenFolder, headSeed: 1).activation == .identity)
  }

  // MARK: - Modules

  @Test(arguments: ["1_Pooling/", "./1_Pooling", "1_Pooling/.", ".//1_Pooling//"])
  func aPathOfAModuleMayBeWrittenInAnyWay(_ path: String) throws {
    let folder = try ModelCopy()
    let list = String(decoding: try Files.read(Files.join(folder.path, "modules.json")), as: UTF8.self)
    try folder.write(
      "modules.json",
      list.replacingFirst(#""path": "1_Pooling""#, #""path": "\#(path)""#).replacingFirst(
        #""path": """#, #""path": ".""#))
    let (model, plain) = (try BiEncoder(folder: folder.path), try BiEncoder(folder: goldenFolder))
    #expect(try model.encode(texts, as: .query).elements == plain.encode(texts, as: .query).elements)
  }

  @Test(arguments: ["/etc", "../x", "1_Pooling/../..", "a\\\\b", "C:x"])
  func aPathThatLeavesTheFolderIsRefused(_ path: String) throws {
    let folder = try ModelCopy()
    let list = String(decoding: try Files.read(Files.join(folder.path, "modules.json")), as: UTF8.self)
    try folder.write("modules.json", list.replacingFirst(#""path": "1_Pooling""#, #""path": "\#(path)""#))
    let error = #expect(throws: ModelError.self) { try BiEncoder(folder: folder.path) }
    #expect(error?.problems.first?.hasSuffix("leaves the folder") == true, "\(String(describing: error))")
  }

  @Test func aFolderOfAModuleMayNotBeALinkOutOfTheModel() throws {
    let (folder, other) = (try ModelCopy(), TemporaryFolder())
    try other.write("config.json", Files.read(Files.join(folder.path, "1_Pooling/config.json")))
    try Files.remove(Files.join(folder.path, "1_Pooling"))
    let link = Files.join(folder.path, "1_Pooling")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: other.path)
    let error = #expect(throws: ModelError.self) { try BiEncoder(folder: folder.path) }
    #expect(error?.problems == ["module 1: the path \"1_Pooling\" leaves the folder"])
  }

  @Test(arguments: [
    ("module_output_name", "other_embedding"), ("module_input_name", "token_embeddings"),
  ])
  func aModuleThatReadsOrWritesSomethingElseIsRefused(key: String, value: String) throws {
    let folder = try ModelCopy(empty: true)
    try BiEncoder(folder: goldenFolder).appendingNewDense(dimensions: 4, seed: 1).save(to: folder.path)
    for file in ["2_Dense/config.json", "3_Normalize/config.json"] {
      let before = Files.exists(Files.join(folder.path, file)) ? try folder.object(file) : JSONObject()
      var object = before
      object[key] = JSONValue(value)
      try folder.write(file, JSONValue.object(object).text())
      let error = #expect(throws: ModelError.self) { try BiEncoder(folder: folder.path) }
      #expect(error?.problems == ["'\(key)' should be sentence_embedding, found \"\(value)\""])
      try folder.write(file, JSONValue.object(before).text())
    }
    #expect(throws: Never.self) { try BiEncoder(folder: folder.path) }
  }
}
