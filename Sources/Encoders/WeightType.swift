import Kernels
public import Layers
import Safetensors
import Tensors

/// The type of the numbers in an exported file of weights, under its name in a recipe and in `config.json`.
public enum WeightType: String, Sendable, Codable, CaseIterable {
  /// 32 bits: the weights as they are.
  case float32
  /// 16 bits: 11 of precision, up to 65,504.
  case float16
  /// 16 bits: 8 of precision, with the range of 32.
  case bfloat16

  /// The type in a safetensors file.
  var dataType: DataType {
    switch self {
    case .float32: .f32
    case .float16: .f16
    case .bfloat16: .bf16
    }
  }
}

extension Module {
  /// The model with every parameter rounded to the nearest number of a type, ties to even: what a reader of an export of
  /// that type computes with.
  ///
  /// - Parameter path: the folder that the model comes from, for the message.
  /// - Throws: `ModelError` if a parameter has a number beyond the range of the type.
  public func rounded(to type: WeightType, path: String) throws -> Self {
    if type == .float32 { return self }
    var model = self
    var tooLarge: String?
    model.updateParameters { key, parameter in
      let rounded = Tensor(parameter.elements.map(type.dataType.nearest(to:)), shape: parameter.shape)
      if tooLarge == nil && !rounded.isFinite { tooLarge = key }
      parameter = rounded
    }
    if let tooLarge {
      throw ModelError(
        path: path,
        problem:
          "\(tooLarge) has numbers beyond the range of \(type.rawValue) after training; export bfloat16 or float32")
    }
    return model
  }
}
