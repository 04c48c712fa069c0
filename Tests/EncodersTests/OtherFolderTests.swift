import Encoders
import Files
import JSONText
import TestSupport
import Testing

/// What is said of a folder that is no model for hone: one line with what it is and what to do, before anything else.
@Suite struct OtherFolderTests {
  /// The message of every way to load a folder, without its path.
  private func message(_ path: String, kind: FailureKind = .missingInput) throws -> String {
    var messages: [String] = []
    let ways: [() throws -> Void] = [
      { _ = try BiEncoder(folder: path) }, { _ = try CrossEncoder(folder: path, headSeed: 1) },
      { _ = try ModelOutline(folder: path) },
    ]
    for load in ways {
      do {
        try load()
        messages.append("it loaded")
      } catch let error as any UserFacingError {
        #expect(error.kind == kind, "\(error)")
        messages.append(error.description.replacing(path, with: "…"))
      }
    }
    #expect(messages.count == 3 && Set(messages).count == 1, "\(messages)")
    return messages[0]
  }

  /// Moves the weights away and puts empty files in their place.
  private func withoutWeights(_ files: String...) throws -> ModelCopy {
    let copy = try ModelCopy()
    try Files.remove(Files.join(copy.path, "model.safetensors"))
    for file in files {
      try Files.makeFolder(Files.parent(of: Files.join(copy.path, file)))
      try copy.write(file, "x")
    }
    return copy
  }

  // MARK: - Paths

  @Test func aNameOfTheHubIsNoPath() throws {
    #expect(
      try message("sentence-transformers/all-MiniLM-L6-v2")
        == "there is no folder …; for a model of the Hub, hone fetch … brings it into checkpoints/all-MiniLM-L6-v2; then "
        + "give that folder")
    #expect(
      try message("checkpoints/no-such-model")
        == "there is no folder …; hone fetch OWNER/no-such-model brings a model of the Hub there")
    #expect(try message("./sentence-transformers/x") == "there is no folder …; check the path")
  }

  @Test func aFileIsNoFolder() throws {
    let folder = TemporaryFolder()
    let file = try folder.write("model.safetensors", "x")
    #expect(
      try message(file, kind: .badData)
        == "…: is a file; give the folder of a model, with config.json and model.safetensors")
    let quantized = try folder.write("model.Q4_0.gguf", "x")
    #expect(try message(quantized, kind: .badData).hasPrefix("…: is a GGUF file of llama.cpp; give the folder"))
  }

  @Test func aFolderWithoutAModelSaysWhatItIs() throws {
    let folder = TemporaryFolder()
    #expect(try message(folder.path) == "…: is an empty folder; fetch the model again")
    try folder.write("README.md", "x")
    #expect(
      try message(folder.path)
        == "…: has no config.json; give a folder with config.json, model.safetensors and a tokenizer")
    try folder.write("trainer_state.json", "{}")
    #expect(try message(folder.path).hasPrefix("…: is a checkpoint of a training without config.json; "))
    try folder.write("MANIFEST.json", "{}")
    try folder.write("progress.json", "{}")
    #expect(try message(folder.path).hasPrefix("…: is a checkpoint of an unfinished run, no model; "))
  }

  @Test func aModelFurtherInIsNamed() throws {
    let run = TemporaryFolder()
    try run.write("model/modules.json", "[]")
    #expect(try message(run.path) == "…: has no config.json; the model is in …/model")
  }

  // MARK: - Weights

  @Test(arguments: [
    ("pytorch_model.bin", "pytorch_model.bin (pickled by PyTorch); convert the model: "),
    ("pytorch_model-00001-of-00002.bin", "pytorch_model-00001-of-00002.bin (pickled by PyTorch); convert the model: "),
    ("onnx/model.onnx", "onnx/model.onnx (ONNX); fetch the model's model.safetensors"),
    ("openvino/openvino_model.xml", "openvino/openvino_model.xml (OpenVINO); fetch the model's model.safetensors"),
    ("model-q8.gguf", "model-q8.gguf (GGUF of llama.cpp); fetch the model's model.safetensors"),
    ("flax_model.msgpack", "flax_model.msgpack (Flax); fetch the model's model.safetensors"),
    ("tf_model.h5", "tf_model.h5 (TensorFlow); fetch the model's model.safetensors"),
    ("weights.safetensors", "weights.safetensors (safetensors under another name); rename it to model.safetensors"),
  ])
  func weightsOfOtherSoftwareAreNamed(file: String, expected: String) throws {
    let copy = try withoutWeights(file)
    let found = try message(copy.path)
    #expect(found.hasPrefix("…: has no model.safetensors, only \(expected)"), "\(found)")
  }

  @Test func theFormThatIsEasiestToUseGivesTheRemedy() throws {
    let two = try withoutWeights("onnx/model.onnx", "pytorch_model.bin", "training_args.bin")
    let found = try message(two.path)
    #expect(
      found.hasPrefix(
        "…: has no model.safetensors, only pytorch_model.bin (pickled by PyTorch) and onnx/model.onnx (ONNX); convert"))
    let none = try withoutWeights("training_args.bin")
    #expect(
      try message(none.path)
        == "…: has no weights: expected model.safetensors; fetch the model again")
  }

  @Test(arguments: ["model.safetensors", "config.json", "tokenizer.json", "modules.json", "1_Pooling/config.json"])
  func aPointerOfGitLFSIsNotTheFile(_ file: String) throws {
    let copy = try ModelCopy()
    try copy.write(
      file,
      "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "0", count: 64))\nsize 90868376\n")
    #expect(
      try message(copy.path).hasPrefix("…/\(file): is a Git LFS pointer, not the file it stands for; run git lfs pull"))
  }

  @Test func pointersOfFilesThatAreNotReadDoNotMatter() throws {
    let copy = try ModelCopy()
    try copy.write("pytorch_model.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    #expect(throws: Never.self) { try BiEncoder(folder: copy.path) }
  }

  // MARK: - Other kinds of model

  @Test func anAdapterIsNoWholeModel() throws {
    let copy = try ModelCopy()
    try copy.write("adapter_config.json", #"{"base_model_name_or_path": "x/base"}"#)
    #expect(
      try message(copy.path, kind: .badData).hasPrefix(
        "…: is an adapter (adapter_config.json) of x/base, no whole model; merge it into its base"))
  }

  @Test(arguments: [
    (
      "auto_map", #"{"AutoModel": "x/y--modeling.JinaBertModel"}"#,
      "'auto_map' says that the model needs code of its own"
    ),
    ("architectures", #"["HF_ColBERT"]"#, "'architectures' is HF_ColBERT: a ColBERT, with a vector for each token;"),
    ("quantization_config", #"{"quant_method": "gptq"}"#, "'quantization_config': the weights are quantized;"),
    ("model_type", #""deberta-v2""#, "'model_type' should be bert or "),
    ("is_decoder", "true", "'is_decoder' is true: each token sees only those before it"),
    ("is_causal", "true", "'is_causal' is true: each token sees only those before it"),
    ("is_decoder", "1", "'is_decoder' should be true or false, found 1"),
    ("add_cross_attention", "true", "'add_cross_attention' is true: "),
    ("position_embedding_type", #""relative_key""#, "'position_embedding_type' should be absolute"),
  ])
  func aConfigurationThatAsksForMoreIsRefusedFirst(key: String, value: String, expected: String) throws {
    let copy = try ModelCopy()
    // The weights do not fit either: nothing is said of them.
    try copy.rewriteWeights { "x." + $0 }
    let read = try JSONReader.parse(Array(value.utf8))
    try copy.rewrite("config.json") { $0[key] = read }
    let found = try message(copy.path, kind: .badData)
    #expect(found.hasPrefix("…/config.json: \(expected)") && !found.contains("\n"), "\(found)")
  }

  @Test(arguments: [
    ("is_decoder", "false"), ("auto_map", "{}"), ("auto_map", "null"), ("position_embedding_type", "null"),
  ])
  func keysThatAskForNothingAreTaken(key: String, value: String) throws {
    let copy = try ModelCopy()
    let read = try JSONReader.parse(Array(value.utf8))
    try copy.rewrite("config.json") { $0[key] = read }
    #expect(throws: Never.self) { try BiEncoder(folder: copy.path) }
  }

  @Test(arguments: [
    ("models.Transformer", "custom_st.Transformer", "module 0 is custom_st.Transformer, which is no class of"),
    ("models.Pooling", "pylate.models.Dense.Dense", "module 1 is pylate.models.Dense.Dense, which is no class of"),
    (
      "models.Transformer", "sentence_transformers.models.StaticEmbedding",
      "module 0 is sentence_transformers.models.StaticEmbedding, of a model of words without a transformer; hone reads"
    ),
    (
      "models.Transformer", "sentence_transformers.sparse_encoder.models.MLMTransformer",
      "module 0 is sentence_transformers.sparse_encoder.models.MLMTransformer, of a sparse encoder (SPLADE); hone reads"
    ),
  ])
  func modulesOfOtherModelsAreNamed(old: String, new: String, expected: String) throws {
    let copy = try ModelCopy()
    let list = String(decoding: try Files.read(Files.join(copy.path, "modules.json")), as: UTF8.self)
    try copy.write("modules.json", list.replacingFirst("sentence_transformers." + old, new))
    let found = try message(copy.path, kind: .badData)
    #expect(found.hasPrefix("…/modules.json: \(expected)"), "\(found)")
  }

  @Test(arguments: [("MultiVectorEncoder", "a ColBERT"), ("SparseEncoder", "a sparse encoder (SPLADE)")])
  func otherKindsOfSentenceTransformersAreNamed(type: String, meaning: String) throws {
    let copy = try ModelCopy()
    try copy.rewrite("config_sentence_transformers.json") { $0["model_type"] = JSONValue(type) }
    let found = try message(copy.path, kind: .badData)
    #expect(
      found.hasPrefix("…/config_sentence_transformers.json: 'model_type' is \"\(type)\", \(meaning)"), "\(found)")
  }

  @Test func aParameterWithTwoTensorsIsRefused() throws {
    let copy = try ModelCopy()
    try copy.addTensors {
      "bert." + $0
    } values: {
      $0.map { $0 + 1 }
    }
    do {
      _ = try BiEncoder(folder: copy.path)
      Issue.record("it loaded")
    } catch let error as ModelError {
      #expect(
        error.problems == [
          "the parameter embeddings.LayerNorm.bias has two tensors, bert.embeddings.LayerNorm.bias and "
            + "embeddings.LayerNorm.bias, and so have 38 more; keep one of each pair"
        ])
    }
  }
}
