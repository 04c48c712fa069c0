package import Files

/// Files of which no project can be made, or a folder that cannot hold one.
package struct ProjectError: UserFacingError, Equatable {
  package let kind: FailureKind
  package let description: String

  init(_ kind: FailureKind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
