import Encoders
import Files
import JSONText
import Kernels
import Layers
import OrderedCollections
import Runs
import Settings
import Tensors
import TestSupport
import Testing

@testable import Recipes

/// Training whose layers compute in bfloat16.
@Suite struct TrainingPrecisionTests {
  private static let programs = ["trainBiEncoder-steps", "trainCrossEncoder"]

  /// Of twenty steps with dropout, each loss is within 2 % of that in 32 bits, and the weights moved to nearly the same
  /// place.
  @Test(arguments: programs) func theCourseOfTrainingIsNearlyTheSame(program: String) throws {
    let training = try DropoutTraining()
    let settings = [
      "schedule={name: linear, warmup: 0.1, steps: 20}", "optimizer.rate=1e-4",
      "loss={name: infoNCE, temperature: 1, inBatchNegatives: \(program == "trainBiEncoder-steps")}",
    ]
    func course(_ precision: String) throws -> (losses: [Double], weights: ParameterDictionary) {
      _ = try training.weights(program, settings + ["precision=\(precision)"])
      return (try training.losses(), try training.parameters())
    }
    let (exact, near) = (try course("float32"), try course("bfloat16"))
    #expect(exact.losses.count == 20 && near.losses.count == 20 && near.losses != exact.losses)
    for (exact, near) in zip(exact.losses, near.losses) {
      #expect((near - exact).magnitude <= 0.02 * exact, "a loss of \(near) in place of \(exact)")
    }
    let first = try training.startingParameters(of: program)
    var (distance, path) = (0.0, 0.0)
    for (key, start) in first {
      guard let a = exact.weights[key], let b = near.weights[key] else { continue }
      for ((start, a), b) in zip(zip(start.elements, a.elements), b.elements) {
        distance += Double(a - b) * Double(a - b)
        path += Double(a - start) * Double(a - start)
      }
    }
    // AdamW divides by the size of a gradient, so that small ones of an uncertain sign count as much as large ones.
    #expect(path > 0 && distance.squareRoot() < 0.2 * path.squareRoot(), "\(distance) of \(path)")
  }

  /// Each has a process of its own, since all computations share the number of threads.
  @Test func theBitsDoNotDependOnTheThreads() async {
    await #expect(processExitsWith: .success) {
      for program in ["trainBiEncoder-steps", "trainCrossEncoder"] {
        let training = try DropoutTraining()
        Threads.configure(count: 1)
        let one = try training.weights(program, "precision=bfloat16")
        for threads in [2, 3] {
          Threads.configure(count: threads)
          #expect(try training.weights(program, "precision=bfloat16") == one)
        }
      }
    }
  }

  @Test(arguments: programs) func anInterruptedRunGoesOnToTheSameBits(program: String) throws {
    let training = try DropoutTraining()
    let whole = try training.weights(program, "precision=bfloat16")
    #expect(throws: RunInterrupted.self) { try training.weights(program, "precision=bfloat16", until: 1) }
    // Another precision is another run.
    #expect(throws: FileError.self) { try training.weights(program, "precision=float32", resume: true) }
    #expect(try training.weights(program, "precision=bfloat16", resume: true) == whole)
  }

  /// The report and the card say it, and the weights are 32-bit floats that are not rounded.
  @Test func theRunSaysIt() throws {
    let recipes = try WholeRecipes()
    let notes = try recipes.run("trainBiEncoder", ["precision=bfloat16"])
    #expect(notes.contains { $0.hasPrefix("layers compute in bfloat16, ") }, "\(notes)")
    let result = try JSONReader.parse(Files.read(recipes.folder.file("run/result.json")))
    #expect(result.objectValue?["precision"]?.stringValue == "bfloat16")
    let card = String(decoding: try Files.read(recipes.folder.file("run/model/README.md")), as: UTF8.self)
    #expect(card.contains("| precision | bfloat16"))
    let weights = try ParameterFile.read(recipes.folder.file("run/model/model.safetensors"))
    #expect(weights.values.contains { $0.elements.contains { $0.bitPattern & 0xFFFF != 0 } })
    try Files.remove(recipes.folder.file("run"))
    #expect(try !recipes.run("trainBiEncoder").contains { $0.contains("layers compute") })
  }

  @Test(arguments: ["trainBiEncoder", "trainCrossEncoder"]) func eightBitsAreRefused(program: String) throws {
    let recipes = try WholeRecipes()
    do {
      _ = try recipes.read(program, ["precision=int8"])
      Issue.record("int8 was taken")
    } catch {
      #expect("\(error)".contains("precision") && "\(error)".contains("bfloat16"), "\(error)")
    }
  }

  // MARK: - Programs that only compute

  /// Every program says at which precision it computes, and gives other numbers at a lower one.
  @Test(arguments: [
    "evaluate", "mineNegatives", "reduceVectors", "scoreRows", "evaluateReranking", "calibrate",
  ])
  func aProgramComputesAtThePrecision(program: String) throws {
    func files(_ precision: String) throws -> [String: [UInt8]] {
      let recipes = try WholeRecipes()
      let untimed = program == "evaluateReranking" ? ["latency=null"] : []
      let notes = try recipes.run(program, ["precision=\(precision)"] + untimed)
      let isSaid = notes.contains { $0.hasPrefix("layers compute in \(precision), ") }
      #expect(isSaid == (precision != "float32"), "\(notes)")
      let run = recipes.folder.file("run")
      let page = String(decoding: try Files.read(Files.join(run, "report.html")), as: UTF8.self)
      #expect(page.contains(precision))
      var found: [String: [UInt8]] = [:]
      for name in try Files.list(run) where name.hasSuffix(".run") || name == "rows.jsonl" {
        found[name] = try Files.read(Files.join(run, name))
      }
      for place in ["model/calibration.json", "model-4/2_Dense/model.safetensors"] {
        let file = Files.join(run, place)
        if Files.exists(file) { found[place] = try Files.read(file) }
      }
      return found
    }
    let exact = try files("float32")
    #expect(!exact.isEmpty)
    for precision in ["bfloat16", "int8"] {
      let near = try files(precision)
      #expect(Set(near.keys) == Set(exact.keys) && near != exact, "\(near.keys)")
    }
  }
}

extension DropoutTraining {
  /// The loss of each step of the last run.
  fileprivate func losses() throws -> [Double] {
    try RunLog.records(of: Files.join(run, RunLog.name)).compactMap { $0["loss"]?.doubleValue }
  }

  /// The weights of the last run.
  fileprivate func parameters() throws -> ParameterDictionary {
    try ParameterFile.read(Files.join(run, "model/model.safetensors"))
  }

  /// The weights before the first step.
  fileprivate func startingParameters(of program: String) throws -> ParameterDictionary {
    try ParameterFile.read(Files.join(model(of: program), "model.safetensors"))
  }
}
