/// A text, or a pair of texts, as numbers for a model.
///
/// - Shape: `ids` and `typeIDs` have one element per token, special tokens included.
public struct Encoding: Sendable, Equatable {
  /// The id of each token.
  public var ids: [Int32]
  /// Which of the two texts each token belongs to, as the post-processor says.
  public var typeIDs: [Int32]

  /// Makes an encoding of two arrays of one length.
  public init(ids: [Int32], typeIDs: [Int32]) {
    self.ids = ids
    self.typeIDs = typeIDs
  }
}
