/// A text, or a pair of texts, as numbers for a model.
///
/// - Shape: `ids` and `typeIDs` have one element per token, special tokens included.
public struct Encoding: Sendable, Equatable {
  /// The id of each token.
  public var ids: [Int32]
  /// The number of the text that each token belongs to, from the post-processor.
  public var typeIDs: [Int32]

  /// Makes an encoding of two arrays of one length.
  public init(ids: [Int32], typeIDs: [Int32]) {
    self.ids = ids
    self.typeIDs = typeIDs
  }
}
