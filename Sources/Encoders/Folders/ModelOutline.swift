import Files

/// What is known of a model without its weights; also the check that a folder holds a model.
public struct ModelOutline: Sendable {
  /// The sizes of the transformer.
  public let shape: TransformerShape
  /// The pooling that the folder of a bi-encoder states; nil where it states none, as the folder of a bare transformer.
  public let pooling: Pooling?
  private let path: String
  private let family: any EncoderFamily
  /// True if a Dense module, whose width only its own file tells, changes that of the vectors.
  private let hasDense: Bool

  /// Reads the outline of a folder.
  ///
  /// - Throws: `ModelError` or `FileError` if the folder holds no model that is read.
  public init(folder: String) throws {
    let contents = try FolderContents(folder)
    path = contents.path
    family = try contents.configuration().family
    shape = family.shape
    try WeightFiles.require(in: contents.transformerPath)
    if let kind = try contents.kind { _ = try contents.settings(of: kind) }
    let modules = contents.modules?.entries ?? []
    hasDense = modules.contains { $0.name == "Dense" }
    var pooling: Pooling?
    if let module = modules.first(where: { $0.name == "Pooling" }) {
      var reader = try ConfigurationReader(Files.join(contents.path, module.path, "config.json"))
      pooling = PoolingConfiguration(&reader).pooling
      try reader.finish()
    }
    self.pooling = pooling
  }

  /// Checks that the checkpoint has an adapter for a task.
  ///
  /// - Throws: `ModelError`.
  public func requireTask(_ name: String) throws(ModelError) {
    _ = try family.adapters(forTask: name, as: nil, in: path)
  }

  /// The width of a bi-encoder's vectors before their truncation; nil where only a Dense module's own file tells it.
  ///
  /// - Parameter pooling: the pooling in the place of the folder's own.
  public func vectorWidth(pooledBy pooling: Pooling? = nil) -> Int? {
    hasDense ? nil : (pooling ?? self.pooling ?? .mean).outputWidth(of: shape.width)
  }
}
