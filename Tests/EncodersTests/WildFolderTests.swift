import Encoders
import Files
import Foundation
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing
import Tokenizers

/// Folders as people have them: lengths that do not fit, tensors of other tasks, caches of links, tokenizers of another size.
@Suite struct WildFolderTests {
  let text = "Fast network packets, sounding the board!"

  private func vector(_ folder: String) throws -> [Float] {
    try BiEncoder(folder: folder).encode([text], as: .document).elements
  }

  // MARK: - Lengths

  @Test(arguments: [(4096, 64), (65, 64), (63, 63)])
  func aLengthAboveThePositionsIsThatOfThePositions(configured: Int, expected: Int) throws {
    let folder = try ModelCopy()
    try folder.write("sentence_bert_config.json", #"{"max_seq_length": \#(configured)}"#)
    let model = try BiEncoder(folder: folder.path)
    #expect(model.maximumLength == expected)
    #expect(try ModelFolder.tokenizer(of: folder.path).maximumLength == expected)
    #expect(try model.tokenize([String(repeating: "word ", count: 90)], as: .query)[0].ids.count == expected)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    #expect(try saved.object("sentence_bert_config.json")["max_seq_length"] == JSONValue(expected))
  }

  // MARK: - Tensors

  @Test func tensorsOutsideOfTheEncoderDoNotMatter() throws {
    let folder = try ModelCopy()
    let names = [
      "lm_head.bias", "qa_outputs.weight", "classifier.weight", "embeddings.position_ids", "embeddings.token_type_ids",
    ]
    try folder.addTensors(names.map { PendingTensor(name: $0, shape: [4], floats: [1, 2, 3, 4]) })
    #expect(try vector(folder.path) == vector(goldenFolder))
    let saved = try ModelCopy(empty: true)
    try BiEncoder(folder: folder.path).save(to: saved.path)
    let kept = try SafetensorsFile(Files.join(saved.path, "model.safetensors")).entries.map(\.name)
    #expect(names.allSatisfy { !kept.contains($0) } && kept.contains("pooler.dense.weight"))
    // A tensor within the encoder that no parameter takes is a mistake.
    try folder.addTensors([
      PendingTensor(name: "encoder.layer.2.output.dense.weight", shape: [4], floats: [1, 2, 3, 4])
    ])
    let message = TestSupport.message { _ = try BiEncoder(folder: folder.path) }
    #expect(message?.contains("unexpected  encoder.layer.2.output.dense.weight") == true, "\(message ?? "it loaded")")
  }

  @Test func aRerankerWithoutModulesIsNoBiEncoder() throws {
    let message = TestSupport.message { _ = try BiEncoder(folder: crossEncoderFolder) }
    #expect(
      message?.hasSuffix("is a cross-encoder, which gives pairs a score and texts no vectors; give a bi-encoder")
        == true)
    // A head for something else is only ignored.
    let folder = try ModelCopy(of: crossEncoderFolder)
    try folder.rewrite("config.json") { $0["architectures"] = ["BertForTokenClassification"] }
    #expect(throws: Never.self) { try BiEncoder(folder: folder.path) }
  }

  // MARK: - What the transformer gives

  @Test(arguments: [
    (
      #"{"transformer_task": "sequence-classification"}"#,
      #"transformer_task is "sequence-classification"; expected "feature-"#
    ),
    (#"{"module_output_name": "scores"}"#, #"module_output_name is "scores"; expected "token_embeddings""#),
    (
      #"{"modality_config": {"text": {"method": "forward", "method_output_name": "logits"}}}"#,
      #"method_output_name is "logits"; expected "last_hidden_state""#
    ),
  ])
  func aBiEncoderOfScoresIsRefused(settings: String, expected: String) throws {
    let folder = try ModelCopy()
    try folder.write("sentence_bert_config.json", settings)
    let message = TestSupport.message { _ = try BiEncoder(folder: folder.path) }
    #expect(message?.contains(expected) == true, "\(message ?? "it loaded")")
    // Its texts can be tokenized all the same.
    #expect(throws: Never.self) { try ModelFolder.tokenizer(of: folder.path) }
  }

  // MARK: - The cache of the Hub

  /// The cache of a repository with these revisions of the tiny bi-encoder, each in two shards.
  private func cache(_ revisions: String...) throws -> (root: TemporaryFolder, repository: String) {
    let root = TemporaryFolder()
    let repository = root.file("models--x--y")
    try Files.makeFolder(Files.join(repository, "blobs"))
    for revision in revisions {
      let snapshot = Files.join(repository, "snapshots", revision)
      try Files.makeFolder(Files.join(snapshot, "1_Pooling"))
      func link(_ name: String, up: String) throws {
        let blob = "\(revision)-\(name.replacing("/", with: "-"))"
        try Files.rename(root.file("new"), to: Files.join(repository, "blobs", blob))
        #expect(symlink("\(up)../../blobs/\(blob)", Files.join(snapshot, name)) == 0)
      }
      for name in ["config.json", "modules.json", "tokenizer.json", "tokenizer_config.json", "1_Pooling/config.json"] {
        try Files.copy(Files.join(goldenFolder, name), to: root.file("new"))
        try link(name, up: name.contains("/") ? "../" : "")
      }
      let weights = try SafetensorsFile(Files.join(goldenFolder, "model.safetensors"))
      var map = JSONObject()
      for (shard, entries) in [weights.entries.prefix(20), weights.entries.dropFirst(20)].enumerated() {
        for entry in entries { map[entry.name] = JSONValue("model-\(shard).safetensors") }
        try SafetensorsWriter.write(weights.pending(entries), to: root.file("new"))
        try link("model-\(shard).safetensors", up: "")
      }
      try root.write("new", JSONValue.object(JSONObject([("weight_map", .object(map))])).text())
      try link("model.safetensors.index.json", up: "")
    }
    return (root, repository)
  }

  @Test func aSnapshotOfLinksLoadsAsTheSameModel() throws {
    let (root, repository) = try cache("abc")
    let snapshot = Files.join(repository, "snapshots", "abc")
    #expect(try vector(snapshot) == vector(goldenFolder))
    // So does the folder of the repository, whose only revision it is.
    let model = try BiEncoder(folder: repository)
    #expect(model.folder.path == snapshot)
    #expect(try model.encode([text], as: .document).elements == vector(goldenFolder))
    #expect(model.folder.files.filter { $0.hasSuffix(".safetensors") }.count == 2)
    #expect(try ModelOutline(folder: repository).shape.positions == 64)
    withExtendedLifetime(root) {}
  }

  @Test func ofSeveralRevisionsThatOfTheBranchIsTaken() throws {
    let (root, repository) = try cache("abc", "def")
    let message = TestSupport.message { _ = try BiEncoder(folder: repository) }
    #expect(message?.hasSuffix("has no revision main here; give the folder of one of snapshots: abc, def") == true)
    try root.write("models--x--y/refs/main", "def\n")
    #expect(try BiEncoder(folder: repository).folder.path == Files.join(repository, "snapshots", "def"))
  }

  @Test func aShardOfAnotherRepositoryIsRefused() throws {
    let (root, repository) = try cache("abc")
    let shard = Files.join(repository, "snapshots", "abc", "model-1.safetensors")
    let blob = Files.join(repository, "blobs", "abc-model-1.safetensors")
    try root.write("models--x--z/blobs/one", Files.read(blob))
    try Files.remove(shard)
    #expect(symlink("../../../models--x--z/blobs/one", shard) == 0)
    let message = TestSupport.message { _ = try BiEncoder(folder: repository) }
    #expect(message?.contains("is a link that leads out of the folder") == true, "\(message ?? "it loaded")")
  }

  // MARK: - Vocabularies

  @Test func aTokenWithoutAnEmbeddingIsAnErrorOfItsText() throws {
    let folder = try ModelCopy()
    let rows =
      try #require(BiEncoder(folder: goldenFolder).parameters["embeddings.word_embeddings.weight"]).shape[0] - 1
    let last = try BiEncoder(folder: goldenFolder).tokenizer.token(Int32(rows))
    try folder.rewrite("config.json") { $0["vocab_size"] = JSONValue(rows) }
    try folder.rewriteWeights(
      name: { $0 }, shape: { $0 == "embeddings.word_embeddings.weight" ? [rows, 32] : $1 },
      values: { $0 == "embeddings.word_embeddings.weight" ? $1.dropLast(32) : $1 })
    let model = try BiEncoder(folder: folder.path)
    #expect(
      try model.encode(["find a file"], as: .query).elements
        == BiEncoder(folder: goldenFolder).encode(["find a file"], as: .query).elements)
    let message = TestSupport.message {
      _ = try model.encode(["search", last?.replacing("##", with: "x") ?? ""], as: .query)
    }
    #expect(
      message
        == "a text has the token \"\(last ?? "")\" with the id \(rows), but the model has \(rows) word embeddings; "
        + "tokenizer and weights are from different models")
    // Without the closing token no text can be encoded at all.
    let closing = try model.tokenize(["a"], as: .query)[0].ids.last ?? 0
    try folder.rewrite("config.json") { $0["vocab_size"] = JSONValue(Int(closing)) }
    let refusal = TestSupport.message { _ = try BiEncoder(folder: folder.path) }
    #expect(refusal?.contains("the tokenizer puts the token [SEP] with the id \(closing) into every text") == true)
  }
}
