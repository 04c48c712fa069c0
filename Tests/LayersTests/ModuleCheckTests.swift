import Layers
import Tensors
import TestSupport
import Testing

/// The check of modules must be able to fail.
@Suite struct ModuleCheckTests {
  private func complaint(of module: some Module) -> String? {
    message { try checkModule(module) }.map { String($0.split(separator: " (LayersTests")[0]) }
  }

  @Test func aForgottenParameterIsFound() {
    struct Forgetful: Module {
      var inner = [Linear(inputs: 1, outputs: 1), Linear(inputs: 1, outputs: 1)]
      var scale = Tensor(1)

      mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("inner", &inner[0]) }
    }
    #expect(
      complaint(of: Forgetful())
        == "Forgetful: stored but not visited: inner.1.weight, inner.1.bias, scale")
  }

  @Test func aParameterThatIsNotStoredIsFound() {
    struct Inventive: Module {
      mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
        var made = Tensor(1)
        visitor.visit("made", &made)
      }
    }
    #expect(complaint(of: Inventive()) == "Inventive: made is visited but not stored")
  }

  @Test func namesMustDifferAndHaveNoEmptyParts() {
    struct Named: Module {
      var names: [String]
      var a = Tensor(1)
      var b = Tensor(2)

      mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
        visitor.visit(names[0], &a)
        visitor.visit(names[1], &b)
      }
    }
    #expect(complaint(of: Named(names: ["a", "b.c"])) == nil)
    #expect(complaint(of: Named(names: ["a", "a"])) == "Named: two parameters are named a")
    #expect(complaint(of: Named(names: ["a", "b..c"])) == "Named: the key \"b..c\" has an empty part")
  }

  @Test func visitsMustNotReplaceParameters() {
    struct Restless: Module {
      var weight = Tensor(1)

      mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
        visitor.visit("weight", &weight)
        weight = weight + 0
      }
    }
    #expect(complaint(of: Restless()) != nil)
  }

  @Test func parametersMustBeValues() {
    /// Shared by all copies of the module; `@unchecked Sendable` since this test uses one thread.
    final class Box: @unchecked Sendable { var weight = Tensor(1) }
    struct Shared: Module {
      let box = Box()

      mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("weight", &box.weight) }
    }
    #expect(
      complaint(of: Shared()) == "Shared: weight after a copy was changed: element 0 is 2.0, expected the bits of 1.0")
  }
}
