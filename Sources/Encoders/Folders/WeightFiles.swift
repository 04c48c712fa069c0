import Files
import Safetensors

/// The files of weights in the folder of a module.
enum WeightFiles {
  /// Opens `model.safetensors`, or its shards.
  static func open(in folder: String) throws -> SafetensorsFolder {
    try require(in: folder)
    return try SafetensorsFolder(folder)
  }

  /// Checks that there are weights in the form that is read.
  static func require(in folder: String) throws {
    if ["model.safetensors", "model.safetensors.index.json"].contains(where: { Files.exists(Files.join(folder, $0)) }) {
      return
    }
    throw missing(from: folder, try OtherWeights(in: folder))
  }

  /// The error for a folder without weights that are read.
  static func missing(from folder: String, _ others: OtherWeights?) -> ModelError {
    ModelError(
      path: folder,
      problem: others.map { "has no model.safetensors, only \($0.list); \($0.remedy)" }
        ?? "has no weights: expected model.safetensors; fetch the model again", kind: .missingInput)
  }
}

/// Weights in forms of other software, which are not read.
struct OtherWeights {
  /// A form of weights, known by the ends of its files' names.
  private enum Form: CaseIterable {
    case pickle, safetensors, onnx, openVINO, gguf, flax, tensorFlow, coreML, rust

    var endings: [String] {
      switch self {
      case .pickle: [".bin", ".pt", ".pth", ".ckpt", ".bin.index.json"]
      case .safetensors: [".safetensors", ".safetensors.index.json"]
      case .onnx: [".onnx"]
      case .openVINO: [".xml"]
      case .gguf: [".gguf"]
      case .flax: [".msgpack"]
      case .tensorFlow: [".h5", ".tflite", ".pb"]
      case .coreML: [".mlmodel", ".mlpackage"]
      case .rust: [".ot"]
      }
    }

    var title: String {
      switch self {
      case .pickle: "pickled by PyTorch"
      case .safetensors: "safetensors under another name"
      case .onnx: "ONNX"
      case .openVINO: "OpenVINO"
      case .gguf: "GGUF of llama.cpp"
      case .flax: "Flax"
      case .tensorFlow: "TensorFlow"
      case .coreML: "Core ML"
      case .rust: "rust-bert"
      }
    }
  }

  /// The folders in a model's folder that some forms lie in.
  private static let folders = ["onnx", "openvino", "coreml", "gguf"]

  private let found: [(name: String, form: Form)]

  /// Looks for weights; nil if there are none.
  init?(in folder: String) throws {
    var names = try Files.list(folder)
    for inner in Self.folders where Files.isFolder(Files.join(folder, inner)) {
      names += try Files.list(Files.join(folder, inner)).map { "\(inner)/\($0)" }
    }
    self.init(among: names)
  }

  /// Looks for weights among the files of a folder and of the folders in it; nil if there are none.
  init?(among files: [String]) {
    var names = files.filter { name in
      !name.contains("/") || Self.folders.contains { name.hasPrefix($0 + "/") }
    }
    // State of a training is no weights, nor is the part of OpenVINO's weights beside its .xml.
    let state = ["training_args.bin", "optimizer.pt", "scheduler.pt", "optimizer.safetensors"]
    names.removeAll { name in
      state.contains(name) || name.hasPrefix("rng_state") || (name.hasPrefix("openvino") && name.hasSuffix(".bin"))
    }
    found = Form.allCases.compactMap { form in
      names.first { name in form.endings.contains(where: name.hasSuffix) }.map { ($0, form) }
    }
    if found.isEmpty { return nil }
  }

  /// The first file of each form.
  var list: String { found.map { "\($0.name) (\($0.form.title))" }.joined(separator: " and ") }

  /// What to do with the form that is the easiest to use.
  var remedy: String {
    switch found[0].form {
    case .pickle:
      "convert the model: load it with sentence-transformers, SentenceTransformer(…) or CrossEncoder(…), and write it "
        + "with save_pretrained(…)"
    case .safetensors: "rename it to model.safetensors if it is the whole model"
    default: "fetch the model's model.safetensors, or convert its PyTorch weights"
    }
  }
}
