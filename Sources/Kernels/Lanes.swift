/// Sixteen floats at once: one AVX-512 register, two of AVX2, four of SSE or NEON.
///
/// The Swift compiler does not reorder float sums, so every reduction here is written in lanes by hand. Rounding and
/// conversions between SIMD types become scalar calls; the functions below use bit patterns instead.
typealias Lanes = SIMD16<Float>
typealias IntegerLanes = SIMD16<UInt32>

/// Eight floats at once, where sixteen would need more registers than AVX2 has.
typealias HalfLanes = SIMD8<Float>

/// The number of floats in `Lanes`.
let laneCount = 16

/// A count rounded up to whole lanes.
@inline(__always)
func roundedToLanes(_ count: Int) -> Int { (count + laneCount - 1) / laneCount * laneCount }

/// a · b + c in each lane, fused where the target has the instruction.
@inline(__always)
func multiplyAdd<Vector: SIMD>(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector where Vector.Scalar == Float {
  #if FUSED_MULTIPLY_ADD || arch(arm64)
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}

/// a · b + c for one float, rounded as `multiplyAdd` on lanes rounds.
@inline(__always)
func multiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float {
  #if FUSED_MULTIPLY_ADD || arch(arm64)
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}

/// The larger of two lanes; the first if either is NaN.
@inline(__always)
func larger(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: a .< b) }

/// The smaller of two lanes; the first if either is NaN.
@inline(__always)
func smaller(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: a .> b) }

@inline(__always)
func bitPattern(_ lanes: Lanes) -> IntegerLanes { unsafeBitCast(lanes, to: IntegerLanes.self) }

@inline(__always)
func floats(_ bits: IntegerLanes) -> Lanes { unsafeBitCast(bits, to: Lanes.self) }

@inline(__always)
func load(_ source: UnsafePointer<Float>) -> Lanes { UnsafeRawPointer(source).loadUnaligned(as: Lanes.self) }

@inline(__always)
func load(_ source: UnsafeMutablePointer<Float>) -> Lanes { UnsafeRawPointer(source).loadUnaligned(as: Lanes.self) }

@inline(__always)
func loadHalf(_ source: UnsafePointer<Float>) -> HalfLanes {
  UnsafeRawPointer(source).loadUnaligned(as: HalfLanes.self)
}

@inline(__always)
func store(_ lanes: Lanes, _ target: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(target).storeBytes(of: lanes, as: Lanes.self)
}

@inline(__always)
func store(_ lanes: SIMD4<Float>, _ target: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(target).storeBytes(of: lanes, as: SIMD4<Float>.self)
}

/// Loads fewer than sixteen floats and fills the other lanes.
@inline(__always)
func load(_ source: UnsafePointer<Float>, count: Int, filling value: Float = 0) -> Lanes {
  var lanes = Lanes(repeating: value)
  for lane in 0..<count { lanes[lane] = source[lane] }
  return lanes
}

/// Stores the first lanes only.
@inline(__always)
func store(_ lanes: Lanes, _ target: UnsafeMutablePointer<Float>, count: Int) {
  for lane in 0..<count { target[lane] = lanes[lane] }
}

/// The sum of the lanes, added in a fixed tree.
@inline(__always)
func sum(_ lanes: Lanes) -> Float {
  let eight = lanes.lowHalf + lanes.highHalf
  let four = eight.lowHalf + eight.highHalf
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}

/// The largest lane.
///
/// By halves, each with its own type, because `max()` and comparisons in a generic function go lane by lane.
@inline(__always)
func maximum(_ lanes: Lanes) -> Float {
  let (a, b) = (lanes.lowHalf, lanes.highHalf)
  let eight = a.replacing(with: b, where: a .< b)
  let (c, d) = (eight.lowHalf, eight.highHalf)
  let four = c.replacing(with: d, where: c .< d)
  let (e, f) = (four.lowHalf, four.highHalf)
  let two = e.replacing(with: f, where: e .< f)
  return two.x < two.y ? two.y : two.x
}

/// Calls `body` for every full group of lanes, then once for the rest with its size.
@inline(__always)
func forEachLanes(_ count: Int, _ body: (_ offset: Int) -> Void, rest: (_ offset: Int, _ count: Int) -> Void) {
  var offset = 0
  while offset + laneCount <= count {
    body(offset)
    offset += laneCount
  }
  if offset < count { rest(offset, count - offset) }
}

/// y[i] = f(x[i]), with the same arithmetic for full groups and for the rest.
@inline(__always)
func mapLanes(
  _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ function: (Lanes) -> Lanes
) {
  forEachLanes(count) {
    store(function(load(x + $0)), y + $0)
  } rest: { offset, rest in
    store(function(load(x + offset, count: rest)), y + offset, count: rest)
  }
}

/// z[i] = f(x[i], y[i]), with the same arithmetic for full groups and for the rest.
@inline(__always)
func mapLanes(
  _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ z: UnsafeMutablePointer<Float>, _ count: Int,
  _ function: (Lanes, Lanes) -> Lanes
) {
  forEachLanes(count) {
    store(function(load(x + $0), load(y + $0)), z + $0)
  } rest: { offset, rest in
    store(function(load(x + offset, count: rest), load(y + offset, count: rest)), z + offset, count: rest)
  }
}
