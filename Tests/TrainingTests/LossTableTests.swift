import Testing
import Training

/// Every loss of the table has what a loss needs: a name of its own, a formula in Float64 and a golden.
@Suite struct LossTableTests {
  private static let names = Losses.all.map { $0.name }

  @Test func namesAreDifferent() {
    #expect(!Self.names.isEmpty && Set(Self.names).count == Self.names.count)
  }

  @Test(arguments: names)
  func equalsItsFormulas(_ name: String) throws {
    let formulas = (LossConformanceTests.formulas + RankingLossConformanceTests.formulas).filter { $0.name == name }
    #expect(!formulas.isEmpty, "no formula of \(name)")
    for formula in formulas { try formula.check() }
  }

  /// The golden suites compare all their cases.
  @Test(arguments: names)
  func hasAGolden(_ name: String) throws {
    let ofEmbeddings = try LossGoldens().cases.map { try LossGoldenTests.loss($0.settings).ranking }
    let ofGroups = try RankingLossGolden.all().map(RankingLossGoldenTests.loss)
    #expect((ofEmbeddings + ofGroups).contains { type(of: $0).name == name }, "no golden of \(name)")
  }

  @Test func formulasAreOfLossesInTheTable() {
    let formulas = LossConformanceTests.formulas + RankingLossConformanceTests.formulas
    #expect(Set(formulas.map(\.name)) == Set(Self.names))
  }
}
