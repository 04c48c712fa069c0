import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct ProcessorTests {
  @Test func thisMachineCanBeTrusted() throws {
    try Processor.check()
    #expect(Processor.missingInstructionSet == nil)
    #expect(!Processor.blasCore.isEmpty)
    #expect(Processor.compiledInstructionSets.hasPrefix("baseline"))
    #expect(Processor.blasConfiguration.contains("OpenBLAS"))
  }

  @Test func packagesHaveABuildForEachInstructionSet() throws {
    let script = try String(contentsOfFile: Locations.repositoryRoot + "/scripts/package", encoding: .utf8)
    let names = Processor.InstructionSet.allCases.map(\.rawValue)
    let defaults = try #require(script.firstMatch(of: #/default=(x86-64-v3\S+)/#)?.1)
    #expect(Set(defaults.split(separator: ",").map(String.init)) == Set(names + ["x86-64-v3"]))
  }

  @Test func whatThisBuildUsesIsThere() {
    if Processor.compiledInstructionSets.contains("AVX-512F") { #expect(Processor.InstructionSet.avx512.isThere) }
    if Processor.InstructionSet.cooperlake.isThere { #expect(Processor.InstructionSet.avx512.isThere) }
  }

  @Test func errorsSayWhatToDo() {
    #expect(
      ProcessorError.missingInstructionSet("AVX2").description
        == "this hone was built for a processor with AVX2, which this one lacks; build it here, or with HONE_MARCH=none"
    )
    #expect(
      ProcessorError.wrongProduct(shape: "[7, 65] × [65, 33]", core: "Zen").description
        == "OpenBLAS (core Zen) gives a wrong product for [7, 65] × [65, 33]; try OPENBLAS_CORETYPE=Haswell, or another "
        + "version of OpenBLAS")
  }
}
