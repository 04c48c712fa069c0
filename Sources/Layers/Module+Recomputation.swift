import OrderedCollections
public import Tensors

extension Module {
  /// Calls `body` on this module, without keeping its intermediate values if the context asks for that.
  ///
  /// - Parameters:
  ///   - inputs: everything that `body` reads beside the module's parameters and that may be on a tape; it must not
  ///     capture any such tensor.
  public func recomputing(
    _ inputs: [Tensor], _ context: inout ForwardContext,
    _ body: @escaping @Sendable (_ module: Self, _ inputs: [Tensor], _ context: inout ForwardContext) -> Tensor
  ) -> Tensor {
    guard context.recomputesLayers else { return body(self, inputs, &context) }
    let parameters = Array(self.parameters.values)
    // What the reverse pass keeps must not hold the tape that holds it.
    var detached = self
    detached.updateParameters { _, parameter in parameter = parameter.detached }
    return Tensor.recomputed(inputs + parameters, state: &context) { [detached, count = inputs.count] all, context in
      var module = detached
      var next = count
      module.updateParameters { _, parameter in
        parameter = all[next]
        next += 1
      }
      return body(module, Array(all[..<count]), &context)
    }
  }
}

extension Array where Element: Module {
  /// Runs layers one after the other.
  ///
  /// If the context asks for recomputation, what goes from layer to layer is kept, and the intermediate values of one
  /// layer at a time: at first those of the last, whose gradients are taken first.
  ///
  /// - Parameters:
  ///   - shared: what all layers read and may be on a tape, such as a table of relative biases.
  ///   - body: one layer; it must not capture a tensor on a tape.
  public func applied(
    to x: Tensor, sharing shared: [Tensor] = [], _ context: inout ForwardContext,
    _ body:
      @escaping @Sendable (
        _ layer: Element, _ index: Int, _ x: Tensor, _ shared: [Tensor], _ context: inout ForwardContext
      ) -> Tensor
  ) -> Tensor {
    var x = x
    for (index, layer) in enumerated() {
      if index == count - 1 {
        x = body(layer, index, x, shared, &context)
      } else {
        x = layer.recomputing([x] + shared, &context) { layer, inputs, context in
          body(layer, index, inputs[0], Array<Tensor>(inputs.dropFirst()), &context)
        }
      }
    }
    return x
  }
}
