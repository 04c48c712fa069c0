import Kernels
import Tensors

/// The moments of the rows of a table that had a gradient, in the order in which they first had one.
struct RowMoments: Sendable {
  /// The most rows of a table: the numbers of all are saved as floats.
  static let mostTableRows = 1 << 24

  private(set) var rows: [Int32] = []
  /// The place of each row of the table among `rows`; −1 for one that had no gradient.
  private var places: [Int32]
  private let width: Int
  /// `[at least rows, width]`: there is room for more rows, so that few steps make new tensors.
  private var first: Tensor
  private var second: Tensor

  /// Makes the moments of a table none of whose rows had a gradient.
  init(of table: Shape) {
    places = Array(repeating: -1, count: table[0])
    width = table[1]
    first = Tensor(repeating: 0, shape: [0, width])
    second = first
  }

  /// The number of scalars in one of the moments.
  var count: Int { rows.count * width }

  /// The update of the table by a gradient, whose new rows get moments of 0.
  ///
  /// - Parameter gradient: of the whole table or of some rows.
  mutating func update(of table: FloatBuffer, gradient: Tensor, rate: Float, decay: Float) -> AdamWRows {
    let touched = gradient.selection?.rows ?? places.indices.map { Int32($0) }
    add(touched.filter { places[Int($0)] < 0 })
    var gradientRows = [Int32](repeating: -1, count: rows.count)
    for (index, row) in touched.enumerated() { gradientRows[Int(places[Int(row)])] = Int32(index) }
    return AdamWRows(
      table: table, rows: rows, gradient: gradient.buffer, gradientRows: gradientRows,
      firstMoment: first.withUniqueBuffer { $0 }, secondMoment: second.withUniqueBuffer { $0 }, width: width,
      rate: rate, decay: decay)
  }

  private mutating func add(_ new: [Int32]) {
    for row in new {
      places[Int(row)] = Int32(rows.count)
      rows.append(row)
    }
    let capacity = first.shape[0]
    if rows.count <= capacity { return }
    let wanted = max(rows.count, min(capacity * 3 / 2, places.count))
    let more = Tensor(repeating: 0, shape: [wanted - capacity, width])
    first = .concatenated([first, more])
    second = .concatenated([second, more])
  }

  // MARK: - Saving

  /// The rows, as numbers, and their moments.
  var saved: (rows: Tensor, first: Tensor, second: Tensor) {
    (
      Tensor(rows.map { Float($0) }, shape: [rows.count]), first.slice(0..<rows.count), second.slice(0..<rows.count)
    )
  }

  /// Restores what was saved; nil if it cannot have been.
  init?(of table: Shape, rows saved: Tensor, first: Tensor, second: Tensor) {
    self.init(of: table)
    let numbers = saved.elements
    let limit = Float(table[0])
    guard saved.shape.rank == 1, first.shape == [numbers.count, width], second.shape == first.shape,
      numbers.allSatisfy({ $0 >= 0 && $0 < limit && $0.rounded() == $0 })
    else { return nil }
    let rows = numbers.map { Int32($0) }
    guard Set(rows).count == rows.count else { return nil }
    add(rows)
    (self.first, self.second) = (first, second)
  }

  /// True if the next step can go on from every moment.
  var isFinite: Bool { AdamW.Moments(first: first, second: second).isFinite }
}
