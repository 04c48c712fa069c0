/// Tokens and their ids, both unique.
struct Vocabulary: Sendable {
  /// The tokens, numbered as they came.
  let table: ByteTable
  /// The id of each token of `table`.
  let ids: [Int32]
  /// The numbers of the tokens in the order of their ids, or nil where that is the order they came in.
  private let order: [Int32]?

  /// The two tokens that share an id.
  struct Clash: Error {
    let id: Int32
    let first: Int
    let second: Int
  }

  init(table: ByteTable, ids: [Int32]) throws(Clash) {
    self.table = table
    self.ids = ids
    var isAscending = true
    for index in ids.indices.dropFirst() where ids[index - 1] >= ids[index] {
      isAscending = false
      break
    }
    if isAscending {
      order = nil
      return
    }
    let order = ids.indices.map(Int32.init).sorted { (ids[Int($0)], $0) < (ids[Int($1)], $1) }
    for (first, second) in zip(order, order.dropFirst()) where ids[Int(first)] == ids[Int(second)] {
      throw Clash(id: ids[Int(first)], first: Int(first), second: Int(second))
    }
    self.order = order
  }

  var count: Int { ids.count }

  /// The largest id, or nil where there is no token.
  var largestID: Int32? { order.map { ids[Int($0[$0.count - 1])] } ?? ids.last }

  /// The id of a token.
  func id(of token: some Collection<UInt8>) -> Int32? {
    table.index(of: token).map { ids[$0] }
  }

  /// The token of an id.
  func token(_ id: Int32) -> String? {
    var low = 0
    var high = ids.count
    while low < high {
      let middle = (low + high) / 2
      if ids[index(middle)] < id { low = middle + 1 } else { high = middle }
    }
    guard low < ids.count, ids[index(low)] == id else { return nil }
    return text(of: index(low))
  }

  /// Token number `index` as text.
  func text(of index: Int) -> String {
    String(decoding: table.key(index), as: UTF8.self)
  }

  /// The index of the token whose id is the `rank`-th in ascending order.
  private func index(_ rank: Int) -> Int { order.map { Int($0[rank]) } ?? rank }
}
