/// The description of one tensor in a safetensors file.
public struct TensorEntry: Sendable, Equatable {
  /// The name, to be compared by its UTF-8 bytes.
  public let name: String
  /// The type of its numbers.
  public let type: DataType
  /// The dimensions, the slowest first; none for a single number.
  public let shape: [Int]
  /// The range of the bytes, counted from the start of the file.
  public let range: Range<Int>

  /// The numbers in the tensor: the product of the dimensions.
  public var count: Int { range.count * 8 / type.bits }

  /// True if two entries are the same, names by their bytes.
  public static func == (left: TensorEntry, right: TensorEntry) -> Bool {
    left.name.utf8.elementsEqual(right.name.utf8) && left.type == right.type && left.shape == right.shape
      && left.range == right.range
  }
}
