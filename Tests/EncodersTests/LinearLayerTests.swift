import Encoders
import Layers
import Tensors
import Testing

/// A visitor finds every linear layer of a model, under the path of its module.
@Suite struct LinearLayerTests {
  private struct Paths: ParameterVisitor {
    var path: [String] = []
    var layers: [String] = []

    mutating func visit(linear: inout Linear) { layers.append(path.joined(separator: ".")) }
    mutating func visit(key: String, _ parameter: inout Tensor) {}
  }

  @Test func ofABERTCrossEncoder() throws {
    var model = try CrossEncoder(folder: crossEncoderFolder)
    var paths = Paths()
    model.visitParameters(&paths)
    let layers = [0, 1].flatMap { layer in
      [
        "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
        "intermediate.dense", "output.dense",
      ].map { "bert.encoder.layer.\(layer).\($0)" }
    }
    #expect(paths.layers == layers + ["bert.pooler.dense", "classifier"])
    let queries = NamePattern("**.query")
    #expect(paths.layers.filter(queries.covers) == [layers[0], layers[6]])
  }
}
