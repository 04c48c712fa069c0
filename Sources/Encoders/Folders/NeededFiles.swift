import Files
import Safetensors

/// The files of a repository that make a model folder: configuration, tokenizer, modules and their weights, and the card.
///
/// Only names that are known here are taken, so no code, no pickle and no other form of the weights. The files that must
/// be read to know more come first: the list of modules, then the settings, then the weights.
package struct NeededFiles {
  /// The list of modules, where the repository has one.
  package static let modules = "modules.json"

  /// The configuration, the tokenizer, the card, and the index of weights in shards; of the list what is there.
  package let settings: [String]
  /// The indices among the settings.
  private let indices: [String]
  /// The weights in one file.
  private let single: [String]
  private let folder: String

  /// The names in the folder of the model.
  private static let modelNames = [
    "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE", "config_sentence_transformers.json",
    "calibration.json", "hone.json",
  ]
  /// The names in the folder of any module: configurations of modules, and all from which tokenizers are made.
  private static let moduleNames = [
    "config.json", "sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json",
    "sentence_camembert_config.json", "sentence_albert_config.json", "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json", AdapterConfiguration.fileName, "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model",
    "spiece.model", "tokenizer.model",
  ]

  /// Chooses files.
  ///
  /// - Parameters:
  ///   - paths: All files of the repository.
  ///   - folder: A folder that holds its list of modules, if there is one.
  /// - Throws: `ModelError` if there are no weights that are read, or the list of modules is malformed.
  package init(among paths: [String], in folder: String) throws {
    self.folder = folder
    let known = Set(paths)
    let modules = try ModuleList(folder: folder)?.entries.map(\.path) ?? [""]
    var (settings, indices, single) = (Self.modelNames + [Self.modules], [String](), [String]())
    for module in [""] + modules {
      func path(_ name: String) -> String { Files.join(module, name) }
      settings += Self.moduleNames.map(path)
      guard modules.contains(module) else { continue }
      let weights = ["model.safetensors", AdapterFolder.weightsName].map(path).filter(known.contains)
      let index = path("model.safetensors.index.json")
      if !weights.isEmpty {
        single += weights
      } else if known.contains(index) {
        indices.append(index)
      } else {
        let start = module.isEmpty ? "" : module + "/"
        let others = OtherWeights(among: paths.filter { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) })
        // The transformer must have weights; many other modules have none.
        if module == modules[0] || others != nil { throw WeightFiles.missing(from: Files.join(folder, module), others) }
      }
    }
    var seen: Set<String> = []
    self.settings = (settings + indices).filter { known.contains($0) && seen.insert($0).inserted }
    (self.indices, self.single) = (indices, single.filter { seen.insert($0).inserted })
  }

  /// The files of weights, once the settings are in the folder.
  ///
  /// - Throws: `SafetensorsError` for an index that is malformed.
  package func weights() throws -> [String] {
    try single
      + indices.flatMap { index -> [String] in
        let module = index.dropLast(Files.name(of: index).count)
        return try SafetensorsFolder.files(ofIndex: Files.join(folder, index)).map { "\(module)\($0)" }
      }
  }

  /// Checks the settings in a folder: that the model is of a family that is read.
  ///
  /// - Throws: `ModelError`, with all that is wrong.
  package static func check(_ folder: String) throws { _ = try FolderContents(folder).configuration() }
}
