import Encoders
import Files
import Layers
import OrderedCollections
import Runs
import Tensors
import TestSupport
import Testing

@testable import Recipes

/// Runs whose tables of embeddings have moments for touched rows only.
@Suite struct TouchedRowsTests {
  private let recipes: WholeRecipes
  private var run: String { recipes.folder.file("run") }

  init() throws { recipes = try WholeRecipes() }

  /// Recipes with the settings that meet the tables: best weights and mining, new tokens, adapters, chunks, frozen parts.
  private static let variants: [(name: String, settings: [String])] = [
    ("trainBiEncoder", []),
    (
      "trainBiEncoder-steps",
      ["model.addTokens=['[Q]', '[D]']", "model.prompts={query: '[Q] ', document: '[D] '}", "optimizer.clip=0.5"]
    ),
    ("trainBiEncoder-steps", ["batch.tokens=16", "optimizer.freeze=['**.position_embeddings']"]),
    ("trainBiEncoder-lora", []),
    ("trainCrossEncoder", ["optimizer.rates={'**.word_embeddings': 3}"]),
  ]

  /// Runs a recipe until some steps are taken, and returns the bytes of its weights.
  private func weights(
    _ variant: (name: String, settings: [String]), _ settings: String..., until last: Int = .max, resume: Bool = false
  ) throws -> [UInt8] {
    if !resume { try? Files.remove(run) }
    try recipes.run(
      variant.name, ["optimizer.rate=1e-2"] + variant.settings + settings, until: last, resume: resume)
    return try Files.read(Files.join(run, "model/model.safetensors"))
  }

  @Test(arguments: variants) func withoutDecayTheWeightsAreThoseOfMomentsForAllRows(
    _ variant: (name: String, settings: [String])
  ) throws {
    let all = try weights(variant, "optimizer.rows=all", "optimizer.decay=0")
    #expect(try weights(variant, "optimizer.rows=touched", "optimizer.decay=0") == all)
    #expect(try weights(variant, "optimizer.decay=0") == all)
    #expect(try weights(variant, "optimizer.decay=0", "optimizer.rate=2e-2") != all)
  }

  /// With decay the rows that were not touched differ, and those only where the rest has not seen the difference.
  @Test func withDecayUntouchedRowsStay() throws {
    let variant = (name: "trainBiEncoder-steps", settings: ["optimizer.decay=0.5"])
    let key = "embeddings.word_embeddings.weight"
    let base = try ParameterFile.read(
      Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny/model.safetensors"))
    let start = try #require(base[key])
    func changedRows(_ rows: String) throws -> Int {
      _ = try weights(variant, "optimizer.rows=\(rows)")
      let table = try #require(try ParameterFile.read(Files.join(run, "model/model.safetensors"))[key])
      return (0..<start.shape[0]).count { table.row($0) != start.row($0) }
    }
    #expect(try changedRows("all") == start.shape[0])
    let touched = try changedRows("touched")
    #expect(touched > 3 && touched < 40)
  }

  @Test(arguments: variants) func anInterruptedRunGoesOnToTheSameWeights(
    _ variant: (name: String, settings: [String])
  ) throws {
    let whole = try weights(variant, "optimizer.rows=touched")
    let last = variant.name == "trainBiEncoder" ? 3 : 2
    #expect(throws: RunInterrupted.self) { try weights(variant, "optimizer.rows=touched", until: last) }
    let moments = try ParameterFile.read(Files.join(run, "checkpoint-\(last)/optimizer.safetensors"))
    let tables = moments.filter { $0.key.hasPrefix("rows.") && $0.key.hasSuffix("word_embeddings.weight") }
    #expect(tables.count == (variant.name.hasSuffix("lora") ? 0 : 1))
    for (name, rows) in tables {
      #expect(rows.shape.count > 3 && rows.shape.count < 98)
      #expect(moments["firstMoment" + name.dropFirst("rows".count)]?.shape == [rows.shape.count, 32])
    }
    #expect(try weights(variant, "optimizer.rows=touched", resume: true) == whole)
  }

  @Test func theTablesOfAModelAreItsEmbeddings() throws {
    let model = try BiEncoder(folder: Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny"))
    #expect(
      model.embeddingTables
        == ["word_embeddings", "position_embeddings", "token_type_embeddings"].map { "embeddings.\($0).weight" })
  }
}
