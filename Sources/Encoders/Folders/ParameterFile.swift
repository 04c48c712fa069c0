package import Layers
import OrderedCollections
package import Safetensors
import Tensors

/// Parameters in a safetensors file.
package enum ParameterFile {
  /// Writes parameters, rounded to the nearest numbers of a type.
  package static func write(
    _ parameters: ParameterDictionary, as type: WeightType = .float32, to path: String
  ) throws(SafetensorsError) {
    let tensors = parameters.map { key, tensor in
      PendingTensor(
        name: key, type: type.dataType, shape: tensor.shape.dimensions,
        content: .pieces(count: tensor.shape.count, tensor.elements(in:)))
    }
    try SafetensorsWriter.write(tensors, metadata: [("format", "pt")], to: path)
  }

  /// Reads every tensor of a file.
  package static func read(_ path: String) throws(SafetensorsError) -> ParameterDictionary {
    let file = try SafetensorsFile(path)
    var parameters: ParameterDictionary = [:]
    for entry in file.entries {
      parameters[entry.name] = Tensor(try file.floats(named: entry.name), shape: Shape(entry.shape))
    }
    return parameters
  }
}
