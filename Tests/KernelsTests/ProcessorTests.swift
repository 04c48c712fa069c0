import Kernels
import Testing

@Suite struct ProcessorTests {
  @Test func thisMachineCanBeTrusted() throws {
    try Processor.check()
    #expect(Processor.missingInstructionSet == nil)
    #expect(!Processor.blasCore.isEmpty)
    #expect(Processor.compiledInstructionSets.hasPrefix("baseline"))
    #expect(Processor.blasConfiguration.contains("OpenBLAS"))
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
