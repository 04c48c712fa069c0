import Synchronization

/// Counts the operations of matrix products, so that tests can check what is skipped.
///
/// Products inside attention and in search are not counted.
package final class ProductCounter: Sendable {
  @TaskLocal private static var current: ProductCounter?

  private let total = Atomic<Int>(0)

  /// The multiplications and additions of the products that a computation starts on the calling thread.
  package static func operations(of body: () throws -> Void) rethrows -> Int {
    let counter = ProductCounter()
    try $current.withValue(counter, operation: body)
    return counter.total.load(ordering: .relaxed)
  }

  /// Adds a product of `[rows, inner]` and `[inner, columns]`.
  static func add(rows: Int, columns: Int, inner: Int) {
    current?.total.add(2 * rows * columns * inner, ordering: .relaxed)
  }
}
