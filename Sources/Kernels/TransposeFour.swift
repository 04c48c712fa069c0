/// The transpose of four rows of four.
@inline(__always)
func transposeFour(
  _ source: UnsafePointer<Float>, stride sourceStride: Int, into target: UnsafeMutablePointer<Float>,
  stride targetStride: Int
) {
  let (a, b) = (four(source), four(source + sourceStride))
  let (c, d) = (four(source + 2 * sourceStride), four(source + 3 * sourceStride))
  let (ac0, ac1) = (SIMD4(a.x, c.x, a.y, c.y), SIMD4(a.z, c.z, a.w, c.w))
  let (bd0, bd1) = (SIMD4(b.x, d.x, b.y, d.y), SIMD4(b.z, d.z, b.w, d.w))
  store(SIMD4(ac0.x, bd0.x, ac0.y, bd0.y), target)
  store(SIMD4(ac0.z, bd0.z, ac0.w, bd0.w), target + targetStride)
  store(SIMD4(ac1.x, bd1.x, ac1.y, bd1.y), target + 2 * targetStride)
  store(SIMD4(ac1.z, bd1.z, ac1.w, bd1.w), target + 3 * targetStride)
}

@inline(__always)
private func four(_ source: UnsafePointer<Float>) -> SIMD4<Float> {
  UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Float>.self)
}
