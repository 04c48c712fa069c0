public import Files

/// A fault in a run, a measure's name or anything else a user gave to be searched, fused or evaluated.
public struct RetrievalError: UserFacingError, Equatable {
  /// The kind of failure.
  public let kind: FailureKind
  /// The whole message for the user.
  public let description: String

  init(_ kind: FailureKind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// An error in data, the most frequent kind.
  init(_ description: String) {
    self.init(.badData, description)
  }

  init(_ error: FileError) {
    self.init(error.kind, error.description)
  }
}
