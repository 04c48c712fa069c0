public import Files

/// A tokenizer's files cannot be used, or a text cannot be encoded as asked.
public struct TokenizerError: UserFacingError, Equatable {
  /// The kind of failure.
  public let kind: FailureKind
  /// The whole message for the user: where, what was found and expected.
  public let description: String

  init(_ description: String, kind: FailureKind = .badData) {
    self.kind = kind
    self.description = description
  }

  init(_ error: FileError) {
    self.init(error.description, kind: error.kind)
  }
}
