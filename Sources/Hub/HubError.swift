package import Files

/// A model of the Hub that cannot be fetched.
package struct HubError: UserFacingError, Equatable {
  package let kind: FailureKind
  package let description: String

  package init(_ kind: FailureKind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
