import Encoders
import Files
import JSONText
import Layers
import OrderedCollections
import Safetensors
import TestSupport
import Testing
import Tokenizers

/// What a model keeps of its folder: where the transformer lies, the files it was read from, and all that saving needs.
@Suite struct ModelFolderTests {
  /// A copy of the tiny bi-encoder with the transformer's files in a folder of their own.
  private func nested(_ name: String) throws -> ModelCopy {
    let copy = try ModelCopy()
    try Files.makeFolder(Files.join(copy.path, name))
    for file in try Files.list(copy.path)
    where !["modules.json", "config_sentence_transformers.json", "1_Pooling", name].contains(file) {
      try Files.rename(Files.join(copy.path, file), to: Files.join(copy.path, name, file))
    }
    let modules = String(decoding: try Files.read(Files.join(copy.path, "modules.json")), as: UTF8.self)
    try copy.write("modules.json", modules.replacingFirst(#""path": """#, #""path": "\#(name)""#))
    return copy
  }

  @Test(arguments: ["0_Transformer", "0_BERT"])
  func aTransformerInAFolderOfAnyNameIsSavedAsAnyOther(_ name: String) throws {
    let folder = try nested(name)
    // An old sentence-transformers leaves its version here.
    try folder.write("config.json", #"{"__version__": "1.0.0"}"#)
    let (expected, saved) = (try ModelCopy(empty: true), try ModelCopy(empty: true))
    try BiEncoder(folder: goldenFolder).save(to: expected.path)
    try BiEncoder(folder: folder.path).save(to: saved.path)
    try expectSameFiles(saved.path, expected.path)
    #expect(try ModelFolder.weights(of: folder.path).transformerPath == Files.join(folder.path, name))
    #expect(try ModelOutline(folder: folder.path).shape.positions == 64)
    let tokenizer = try ModelFolder.tokenizer(of: folder.path)
    #expect(tokenizer.maximumLength == 64 && tokenizer.tokenizer.vocabularySize > 90)
    let base = try CrossEncoder(folder: folder.path, headSeed: 1)
    #expect(base.folder.transformerPath == Files.join(folder.path, name))
  }

  /// What `hone tokenize` reads, against what models of the same folder use.
  @Test(arguments: [
    #"{"max_seq_length": 9}"#, #"{"do_lower_case": true, "tokenizer_args": {"do_lower_case": false}}"#,
    #"{"max_seq_length": null, "tokenizer_args": {"truncation_side": "left", "model_max_length": 7}}"#,
  ])
  func theTokenizerOfAFolderIsThatOfItsModels(_ settings: String) throws {
    let folder = try ModelCopy()
    try folder.write("sentence_bert_config.json", settings)
    let text = "How do I RESET my password, [SEP] and edit a picture?"
    let (tokenizer, length) = try ModelFolder.tokenizer(of: folder.path)
    let model = try BiEncoder(folder: folder.path)
    #expect(model.maximumLength == length)
    let expected = try tokenizer.encode(text, maximumLength: length)
    #expect(try model.tokenize([text], as: .document) == [expected])
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    #expect(try saved.object("sentence_bert_config.json")["do_lower_case"] == false)
    #expect(try BiEncoder(folder: saved.path).tokenize([text], as: .document) == [expected])
  }

  /// As in sentence-transformers, which reads its own settings where modules.json names the folder.
  @Test func withoutModulesTheSettingsOfSentenceTransformersDoNotCount() throws {
    let folder = try ModelCopy()
    try folder.write("sentence_bert_config.json", #"{"max_seq_length": 9}"#)
    #expect(try BiEncoder(folder: folder.path).maximumLength == 9)
    try Files.remove(Files.join(folder.path, "modules.json"))
    #expect(try BiEncoder(folder: folder.path).maximumLength == 64)
    #expect(try ModelFolder.tokenizer(of: folder.path).maximumLength == 64)
  }

  @Test func aBiEncoderIsSavedAsItWasLoadedWhateverBecomesOfItsFolder() throws {
    let folder = try ModelCopy()
    let expected = try ModelCopy(empty: true)
    let model = try BiEncoder(folder: folder.path)
    try model.save(to: expected.path)
    for name in ["config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"] {
      try folder.write(name, "{}")
    }
    let changed = try ModelCopy(empty: true)
    try model.save(to: changed.path)
    try expectSameFiles(changed.path, expected.path)
    try Files.remove(folder.path)
    let removed = try ModelCopy(empty: true)
    try model.save(to: removed.path)
    try expectSameFiles(removed.path, expected.path)
  }

  @Test func aCrossEncoderIsSavedAsItWasLoadedWhateverBecomesOfItsFolder() throws {
    let folder = try ModelCopy(of: crossEncoderFolder)
    let expected = try ModelCopy(empty: true)
    let model = try CrossEncoder(folder: folder.path)
    try model.save(to: expected.path)
    for name in ["config.json", "tokenizer.json", "tokenizer_config.json"] { try folder.write(name, "{}") }
    let changed = try ModelCopy(empty: true)
    try model.save(to: changed.path)
    try expectSameFiles(changed.path, expected.path)
    try Files.remove(folder.path)
    let removed = try ModelCopy(empty: true)
    try model.save(to: removed.path)
    try expectSameFiles(removed.path, expected.path)
  }

  @Test func aModelKnowsTheFilesThatItWasReadFrom() throws {
    let folder = try ModelCopy(empty: true)
    try BiEncoder(folder: goldenFolder).appendingNewDense(dimensions: 4, seed: 1).save(to: folder.path)
    try folder.write("README.md", "not read")
    func relative(_ model: ModelFolder) -> [String] {
      model.files.map { String($0.dropFirst(folder.path.count + 1)) }.sorted()
    }
    // Not the older files of the tokenizer: the newer ones stand for them.
    let own = [
      "config.json", "model.safetensors", "modules.json", "sentence_bert_config.json", "tokenizer.json",
      "tokenizer_config.json",
    ]
    let more = ["1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors"]
    let model = try BiEncoder(folder: folder.path)
    #expect(model.folder.path == folder.path)
    #expect(relative(model.folder) == (more + own + ["config_sentence_transformers.json"]).sorted())
    #expect(model.folder.files.allSatisfy(Files.exists))
  }

  @Test func theFilesOfShardedWeightsAreTheShardsAndTheirIndex() throws {
    let folder = try ModelCopy(of: crossEncoderFolder)
    let weights = Files.join(folder.path, "model.safetensors")
    let names = try SafetensorsFile(weights).entries.map(\.name)
    try Files.rename(weights, to: Files.join(folder.path, "a.safetensors"))
    let map = JSONObject(names.map { (name: $0, value: JSONValue("a.safetensors")) })
    let index = JSONObject([("weight_map", .object(map))])
    try folder.write("model.safetensors.index.json", JSONValue.object(index).text())
    let model = try CrossEncoder(folder: folder.path)
    #expect(
      model.folder.files.map(Files.name).sorted() == [
        "a.safetensors", "config.json", "model.safetensors.index.json", "tokenizer.json", "tokenizer_config.json",
      ])
  }

  @Test func aPoolerStaysInTheExportAndOutOfTheModel() throws {
    let model = try BiEncoder(folder: goldenFolder)
    #expect(model.parameters.keys.allSatisfy { !$0.contains("pooler") } && model.parameters.count == 37)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let source = try SafetensorsFile(Files.join(goldenFolder, "model.safetensors"))
    let file = try SafetensorsFile(Files.join(saved.path, "model.safetensors"))
    for name in ["pooler.dense.weight", "pooler.dense.bias"] {
      #expect(try file.floats(named: name) == source.floats(named: name))
    }
  }
}
