import Files
import Safetensors

/// What lies in a model folder, before any of its files is read in detail.
///
/// Whoever reads a model folder begins here, so all commands read the same folders, and a folder that is something else
/// is called by its name first.
struct FolderContents {
  /// The folder as it was given, or the model in it if that is one of the cache of the Hub.
  let path: String
  /// The modules of sentence-transformers; nil for a plain transformer.
  let modules: ModuleList?
  /// The folder with the transformer and its tokenizer: that of the first module, or the model folder itself.
  let transformerPath: String
  /// `config_sentence_transformers.json`; nil if there is none.
  let sharedSettings: ConfigurationReader?

  /// Recognises a folder.
  ///
  /// - Throws: `ModelError` or `FileError` if the path is no folder, or one whose files are not there.
  init(_ path: String) throws {
    try MissingFolder.require(path)
    let path = try HubCache.snapshot(in: path) ?? path
    self.path = path
    if try Files.list(path).allSatisfy({ $0.hasPrefix(".") }) {
      throw ModelError(path: path, problem: "is an empty folder; fetch the model again", kind: .missingInput)
    }
    try PointerFile.refuse(in: path)
    modules = try ModuleList(folder: path)
    transformerPath = modules.map { Files.join(path, $0.first.path) } ?? path
    if let modules, !Files.isFolder(transformerPath) {
      throw ModelError(
        path: modules.file, problem: "module 0: there is no folder \(transformerPath); fetch the model again",
        kind: .missingInput)
    }
    for folder in modules?.folders ?? [] { try PointerFile.refuse(in: folder) }
    let settings = Files.join(path, "config_sentence_transformers.json")
    sharedSettings = Files.exists(settings) ? try ConfigurationReader(settings) : nil
  }

  /// The family and the configuration of the transformer, after everything that is no model for hone is refused.
  func configuration() throws -> (family: any EncoderFamily, reader: ConfigurationReader) {
    try refuseOtherKinds()
    let file = Files.join(transformerPath, "config.json")
    guard Files.exists(file) else { throw try withoutConfiguration }
    var reader = try ConfigurationReader(file)
    let family = try Families.family(of: reader)
    try ForeignModel.refuse(reader, of: family)
    let configuration = family.init(&reader)
    reader.requireBidirectional("is_causal")
    try reader.finish()
    return (configuration, reader)
  }

  /// The weights of the transformer.
  func weights() throws -> SafetensorsFolder { try WeightFiles.open(in: transformerPath) }
}
