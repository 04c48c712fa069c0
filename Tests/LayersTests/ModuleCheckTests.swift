import Layers
import Tensors
import TestSupport
import Testing

/// The check of modules must be able to fail.
@Suite struct ModuleCheckTests {
  private func message(of module: some Module) -> String? {
    do {
      try checkModule(module)
      return nil
    } catch {
      return String("\(error)".split(separator: " (LayersTests")[0])
    }
  }

  @Test func aForgottenParameterIsFound() {
    struct Forgetful: Module {
      var inner = [Linear(inputs: 1, outputs: 1), Linear(inputs: 1, outputs: 1)]
      var scale = Tensor(1)

      mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("inner", &inner[0]) }
    }
    #expect(
      message(of: Forgetful())
        == "Forgetful: stored but not visited: inner.1.weight, inner.1.bias, scale")
  }

  @Test func aParameterThatIsNotStoredIsFound() {
    struct Inventive: Module {
      mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
        var made = Tensor(1)
        visitor.visit("made", &made)
      }
    }
    #expect(message(of: Inventive()) == "Inventive: made is visited but not stored")
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
    #expect(message(of: Named(names: ["a", "b.c"])) == nil)
    #expect(message(of: Named(names: ["a", "a"])) == "Named: two parameters are named a")
    #expect(message(of: Named(names: ["a", "b..c"])) == "Named: the key \"b..c\" has an empty part")
  }

  @Test func visitsMustNotReplaceParameters() {
    struct Restless: Module {
      var weight = Tensor(1)

      mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
        visitor.visit("weight", &weight)
        weight = weight + 0
      }
    }
    #expect(message(of: Restless()) != nil)
  }

  @Test func parametersMustBeValues() {
    /// Shared by all copies of the module; `@unchecked Sendable` since this test uses one thread.
    final class Box: @unchecked Sendable { var weight = Tensor(1) }
    struct Shared: Module {
      let box = Box()

      mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("weight", &box.weight) }
    }
    #expect(
      message(of: Shared()) == "Shared: weight after a copy was changed: element 0 is 2.0, expected the bits of 1.0")
  }
}
