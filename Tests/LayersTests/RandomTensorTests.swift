import Tensors
import Testing

@testable import Layers

@Suite struct RandomTensorTests {
  @Test func numbersAreNormal() {
    let tensor = Tensor(normalWithDeviation: 2, shape: [200, 100], key: 17)
    let numbers = tensor.elements.map { Double($0) / 2 }
    func moment(_ power: Int) -> Double {
      numbers.reduce(0) { sum, x in sum + (0..<power).reduce(1.0) { product, _ in product * x } } / 20_000
    }
    // Five standard errors of each moment.
    #expect(abs(moment(1)) < 0.035)
    #expect(abs(moment(2) - 1) < 0.05)
    #expect(abs(moment(3)) < 0.14)
    #expect(abs(moment(4) - 3) < 0.35)
    let neighbours = zip(numbers, numbers.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / 20_000
    #expect(abs(neighbours) < 0.035)
  }

  @Test func aKeyAlwaysGivesTheSameNumbers() {
    let tensor = Tensor(normalWithDeviation: 1, shape: [5], key: 1)
    #expect(tensor.elements == Tensor(normalWithDeviation: 1, shape: [5], key: 1).elements)
    #expect(tensor.elements == Array(Tensor(normalWithDeviation: 1, shape: [3, 2], key: 1).elements.prefix(5)))
    #expect(tensor.elements != Tensor(normalWithDeviation: 1, shape: [5], key: 2).elements)
  }
}
