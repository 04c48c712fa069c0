import Files

/// An error of a run that the user can mend.
struct RunError: UserFacingError, Equatable {
  let kind: FailureKind
  let description: String

  init(_ kind: FailureKind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
