package import Files

/// An error of a run that the user can fix.
package struct RunError: UserFacingError, Equatable {
  package let kind: FailureKind
  package let description: String

  package init(_ kind: FailureKind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
