public import Tensors

/// A table of rows, picked by index.
public struct Embedding: Module {
  /// `[rows, width]`.
  public var weight: Tensor

  /// Makes a table of zeros, to be loaded.
  public init(rows: Int, width: Int) { weight = Tensor(repeating: 0, shape: [rows, width]) }

  /// Shows the table as a whole; by default, a visitor then sees its parameter.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit(embedding: &self) }

  /// Shows `weight`.
  public mutating func visitTensors(_ visitor: inout some ParameterVisitor) { visitor.visit("weight", &weight) }
}
