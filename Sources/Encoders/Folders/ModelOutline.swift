import Files

/// What is known of a model without its weights; also the check that a folder holds a model.
public struct ModelOutline: Sendable {
  /// The sizes of the transformer.
  public let shape: TransformerShape
  /// The width of a bi-encoder's vectors before their truncation; nil where only the modules' own files tell it.
  public let vectorWidth: Int?

  /// Reads the outline of a folder.
  ///
  /// - Throws: `ModelError` or `FileError` if the folder holds no model that is read.
  public init(folder: String) throws {
    let contents = try FolderContents(folder)
    shape = try contents.configuration().family.shape
    try WeightFiles.require(in: contents.transformerPath)
    if let kind = try contents.kind { _ = try contents.settings(of: kind) }
    let hasDense = contents.modules?.entries.contains { $0.name == "Dense" } ?? false
    vectorWidth = hasDense ? nil : shape.width
  }
}
