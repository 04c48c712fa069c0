/// Rotary positions of one head, in halves: the number k of a row and the number k + width / 2 are the coordinates of a
/// point that turns with the position.
///
/// Su et al. 2021, arXiv:2104.09864, eq. 34.
///
///     x cos a − y sin a,  y cos a + x sin a        with the angle a of the position and of k
package struct Rotation: Sendable {
  let width: Int
  let positions: Int
  /// A row for each position: the cosines of its angles, then their sines.
  package let table: FloatBuffer

  /// Makes the rotation of a head of this width.
  ///
  /// - Shape: table `[positions, width]`
  package init(table: FloatBuffer, width: Int) {
    require(
      width > 0 && width % 2 == 0 && table.count % width == 0,
      "rotation: \(table.count) numbers are no rows of \(width)")
    self.table = table
    self.width = width
    positions = table.count / width
  }

  /// Turns a row to its position and multiplies it by `scale`; `target` may be `source`.
  @inline(__always)
  func turn(
    _ source: UnsafePointer<Float>, to position: Int, scale: Float, into target: UnsafeMutablePointer<Float>
  ) {
    turn(source, position, scale, 1, target)
  }

  /// Turns a row back: the gradient of `turn`.
  @inline(__always)
  func turnBack(
    _ source: UnsafePointer<Float>, from position: Int, scale: Float, into target: UnsafeMutablePointer<Float>
  ) {
    turn(source, position, scale, -1, target)
  }

  @inline(__always)
  private func turn(
    _ source: UnsafePointer<Float>, _ position: Int, _ scale: Float, _ direction: Float,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let half = width / 2
    let cosines = UnsafePointer(table.base + position * width)
    let sines = cosines + half
    forEachLanes(half) { offset in
      let (x, y) = (load(source + offset), load(source + half + offset))
      let (cosine, sine) = (load(cosines + offset), load(sines + offset) * direction)
      store(multiplyAdd(x, cosine, -(y * sine)) * scale, target + offset)
      store(multiplyAdd(y, cosine, x * sine) * scale, target + half + offset)
    } rest: { offset, rest in
      let (x, y) = (load(source + offset, count: rest), load(source + half + offset, count: rest))
      let (cosine, sine) = (load(cosines + offset, count: rest), load(sines + offset, count: rest) * direction)
      store(multiplyAdd(x, cosine, -(y * sine)) * scale, target + offset, count: rest)
      store(multiplyAdd(y, cosine, x * sine) * scale, target + half + offset, count: rest)
    }
  }
}
