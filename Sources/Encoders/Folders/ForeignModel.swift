import Files
import JSONText

/// Models that look like others but compute something else: they are refused by name before their details are read.
enum ForeignModel {
  /// Refuses a `config.json` of a supported family that asks for more than the family.
  static func refuse(_ reader: ConfigurationReader, of family: any EncoderFamily.Type) throws(ModelError) {
    func refuse(_ problem: String) throws(ModelError) { throw ModelError(path: reader.path, problem: problem) }
    let architectures = reader.object["architectures"]?.arrayValue?.compactMap(\.stringValue) ?? []
    if let name = architectures.first(where: { $0.lowercased().contains("colbert") }) {
      try refuse(
        "'architectures' is \(name): a ColBERT, with a vector for each token; hone reads bi-encoders and rerankers")
    }
    if let code = reader.object.stated("auto_map"), !family.folder.hasOwnCode {
      try refuse("'auto_map' \(ownCodeProblem(code))")
    }
    if reader.object.stated("quantization_config") != nil {
      try refuse("'quantization_config': the weights are quantized; give the model that they were made from")
    }
  }

  /// The problem with an `auto_map` that names code which computes something else.
  static func ownCodeProblem(_ code: JSONValue) -> String {
    "says that the model needs code of its own, which hone does not run: \(code.shortText); "
      + "give a model of the families \(Families.modelTypes.joined(separator: ", ")) without it"
  }
}

extension FolderContents {
  /// Refuses a folder that is no bi-encoder, no cross-encoder and no plain transformer.
  func refuseOtherKinds() throws {
    let adapter = Files.join(transformerPath, "adapter_config.json")
    if Files.exists(adapter) {
      let base = try ConfigurationReader(adapter).object["base_model_name_or_path"]?.stringValue
      throw ModelError(
        path: transformerPath,
        problem:
          "is an adapter (adapter_config.json) of \(base ?? "another model"), no whole model; merge it into its base "
          + "with peft (merge_and_unload) and save the result")
    }
    _ = try kind
    guard let modules else { return }
    for (position, module) in modules.entries.enumerated()
    where try !module.isKnown && !(position == 0 && isOwnTransformer(module)) {
      throw ModelError(
        path: modules.file,
        problem:
          "module \(position) is \(module.type), which is no class of sentence-transformers: hone runs no code of models"
      )
    }
    if modules.first.name != "Transformer" { throw modules.unsupported(0) }
  }

  /// True if a module is the transformer in the code of its authors, and of a family that computes the same here.
  private func isOwnTransformer(_ module: ModuleList.Entry) throws -> Bool {
    let file = Files.join(transformerPath, "config.json")
    guard Files.exists(file), let configuration = try JSONFile.read(file).objectValue else { return false }
    return Families.all.first { $0.reads(configuration) }?.folder.ownTransformer == module.type
  }

  /// The error for a folder without `config.json`.
  var withoutConfiguration: ModelError {
    get throws {
      func has(_ name: String) -> Bool { Files.exists(Files.join(transformerPath, name)) }
      func error(_ problem: String) -> ModelError {
        ModelError(path: transformerPath, problem: problem, kind: .missingInput)
      }
      if has("MANIFEST.json") && has("progress.json") {
        return error(
          "is a checkpoint of an unfinished run, no model; go on with hone run --resume, which writes the model")
      }
      if ["trainer_state.json", "optimizer.pt", "scheduler.pt"].contains(where: has) {
        return error(
          "is a checkpoint of a training without config.json; copy the base model's config and tokenizer to it")
      }
      if let inner = try innerModel { return error("has no config.json; the model is in \(inner)") }
      if let others = try OtherWeights(in: transformerPath) {
        return error("has no config.json and no model.safetensors, only \(others.list); \(others.remedy)")
      }
      return error("has no config.json; give a folder with config.json, model.safetensors and a tokenizer")
    }
  }

  /// A model folder in this one, such as the `model` of a run.
  private var innerModel: String? {
    get throws {
      let inner = try Files.list(transformerPath).map { Files.join(transformerPath, $0) }.filter(Files.isFolder)
      // The folder of a module has a config.json too, but no tokenizer.
      return inner.first { folder in
        func has(_ name: String) -> Bool { Files.exists(Files.join(folder, name)) }
        return has("modules.json") || (has("config.json") && (has("tokenizer.json") || has("vocab.txt")))
      }
    }
  }
}

extension ModuleList {
  /// The error for a module that is not read in its place.
  func unsupported(_ position: Int) -> ModelError {
    let entry = entries[position]
    let kind: String? =
      switch entry.name {
      case "MLMTransformer", "SpladePooling", "SparseAutoEncoder", "SparseStaticEmbedding":
        "of a sparse encoder (SPLADE)"
      case "MultiVectorMask", "TokenPooling": "of a ColBERT, with a vector for each token"
      case "StaticEmbedding", "WordEmbeddings", "BoW": "of a model of words without a transformer"
      case "CLIPModel": "of a model of images"
      case "Router", "Asym": "of a model with an encoder for each role"
      default: nil
      }
    return ModelError(
      path: file,
      problem:
        "module \(position) is \(entry.type)\(kind.map { ", \($0)" } ?? ""); hone reads Transformer, then Pooling, then "
        + "any of Dense, LayerNorm, Dropout and Normalize, and WeightedLayerPooling, Dense and Normalize before Pooling"
    )
  }
}
