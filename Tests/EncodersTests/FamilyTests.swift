import Files
import JSONText
import Kernels
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Encoders

/// What every family in the table must do; `GoldenTests` and `CrossEncoderGoldenTests` hold each one's numbers.
@Suite struct FamilyTests {
  private let texts = ["find a file", "Fast network packets, sounding the board!", ""]
  private let pairs: [(query: String, document: String)] = [("find a file", "search text"), ("chess", "game board")]

  @Test func eachFamilyHasTypesOfItsOwnAndGoldens() throws {
    #expect(!Families.all.isEmpty && Set(Families.modelTypes).count == Families.modelTypes.count)
    #expect(GoldenFamily.all.count == Families.all.count)
    for family in GoldenFamily.all {
      #expect(try family.biEncoder != family.crossEncoder)
    }
  }

  // MARK: - Folders

  @Test(arguments: GoldenFamily.all)
  func aBiEncoderSurvivesSavingAndLoading(_ family: GoldenFamily) throws {
    let model = try BiEncoder(folder: family.biEncoder)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    #expect(try saved.object("config.json")["architectures"] == [JSONValue(model.folder.family.encoderClass)])
    try expectSameTensors(saved.path, family.biEncoder)
    let loaded = try BiEncoder(folder: saved.path)
    #expect(try loaded.encode(texts, as: .query).elements == model.encode(texts, as: .query).elements)
    let again = try ModelCopy(empty: true)
    try loaded.save(to: again.path)
    try expectSameFiles(again.path, saved.path)
  }

  @Test(arguments: GoldenFamily.all)
  func aCrossEncoderSurvivesSavingAndLoading(_ family: GoldenFamily) throws {
    let model = try CrossEncoder(folder: family.crossEncoder)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    #expect(try saved.object("config.json")["architectures"] == [JSONValue(model.folder.family.scorerClass)])
    try expectSameTensors(saved.path, family.crossEncoder)
    let loaded = try CrossEncoder(folder: saved.path)
    #expect(try loaded.score(pairs).elements == model.score(pairs).elements)
    let again = try ModelCopy(empty: true)
    try loaded.save(to: again.path)
    try expectSameFiles(again.path, saved.path)
  }

  @Test(arguments: GoldenFamily.all)
  func keysBehindTheEncodersNameLoadAsTheSameModel(_ family: GoldenFamily) throws {
    let model = try BiEncoder(folder: family.biEncoder)
    let copy = try ModelCopy(of: family.biEncoder)
    try copy.rewriteWeights { model.folder.family.encoderName + "." + $0 }
    let renamed = try BiEncoder(folder: copy.path)
    #expect(try renamed.encode(texts, as: .document).elements == model.encode(texts, as: .document).elements)
  }

  @Test(arguments: GoldenFamily.all)
  func aBiEncoderGetsAFreshHead(_ family: GoldenFamily) throws {
    let base = try BiEncoder(folder: family.biEncoder)
    let model = try CrossEncoder(folder: family.biEncoder, headSeed: 17)
    #expect(model.hasFreshClassifier)
    let prefix = model.folder.family.encoderName + "."
    let parameters = model.parameters
    #expect(base.parameters.count > 15)
    for (key, parameter) in base.parameters {
      #expect(parameters[prefix + key]?.elements == parameter.elements, "\(key)")
    }
    let scores = try model.score(pairs).elements
    #expect(scores.count == 2 && scores[0] != scores[1])
    #expect(try CrossEncoder(folder: family.biEncoder, headSeed: 17).score(pairs).elements == scores)
    #expect(try CrossEncoder(folder: family.biEncoder, headSeed: 18).score(pairs).elements != scores)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    #expect(try CrossEncoder(folder: saved.path).score(pairs).elements == scores)
  }

  // MARK: - The model

  @Test(arguments: GoldenFamily.all)
  func modulesVisitWhatTheyStore(_ family: GoldenFamily) throws {
    try checkModule(CrossEncoder(folder: family.crossEncoder))
  }

  @Test(arguments: GoldenFamily.all)
  func aStepChangesTheBuffersInPlace(_ family: GoldenFamily) throws {
    var biEncoder = try BiEncoder(folder: family.biEncoder).appendingNewDense(dimensions: 5, seed: 1)
    expectInPlace(&biEncoder)
    var crossEncoder = try CrossEncoder(folder: family.crossEncoder)
    expectInPlace(&crossEncoder)
  }

  private func expectInPlace(_ model: inout some Module) {
    func buffers(_ model: inout some Module) -> [ObjectIdentifier] {
      var found: [ObjectIdentifier] = []
      model.updateParameters { _, parameter in found.append(ObjectIdentifier(parameter.buffer)) }
      return found
    }
    let before = buffers(&model)
    model.updateParameters { _, parameter in parameter.withUniqueBuffer { $0[0] += 1 } }
    let after = buffers(&model)
    #expect(before.count == model.parameters.count && before.count > 15)
    for (index, key) in model.parameters.keys.enumerated() {
      #expect(after[index] == before[index], "\(key) was copied")
    }
  }

  @Test(arguments: GoldenFamily.all)
  func oneTokenOfEachSequenceIsTheSameAloneAsAmongAll(_ family: GoldenFamily) throws {
    let model = try BiEncoder(folder: family.biEncoder)
    let batch = TokenBatch(try model.tokenize(texts, as: .document))
    var context = ForwardContext.evaluation
    let all = model.transformer(batch, &context)
    for tokens in [batch.firstTokens, batch.offsets.dropFirst().map { $0 - 1 }] {
      let some = model.transformer(batch, of: .oneEach(tokens), &context)
      let expected = all.gatherRows(tokens)
      #expect(some.shape == expected.shape)
      #expect(zip(some.elements, expected.elements).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  /// What is counted as the cost of one token is what the model computes of one token.
  @Test func aPoolingTakesOneTokenIfItNamesOneOfEachSequence() {
    #expect(Pooling.single.filter(\.takesOneToken) == [.cls, .last])
    let encodings = [3, 1, 4].map {
      Encoding(ids: Array(repeating: 7, count: $0), typeIDs: Array(repeating: 0, count: $0))
    }
    let batch = TokenBatch(encodings, excludedTokens: 1)
    // Of a sequence of one token none is excluded.
    let tokens: [Pooling: [Int]] = [.cls: [1, 3, 5], .last: [2, 3, 7]]
    for pooling in Pooling.single { #expect(pooling.tokens(of: batch) == tokens[pooling], "\(pooling)") }
  }

  /// The operations of one token and of two tell apart what is counted of weights and of attention.
  @Test(arguments: GoldenFamily.all)
  func shapeAndOperationsAreThoseOfTheParameters(_ family: GoldenFamily) throws {
    let model = try BiEncoder(folder: family.biEncoder)
    let (shape, configuration) = (model.transformer.shape, model.transformer.configuration)
    #expect(try ModelOutline(folder: family.biEncoder).shape == shape)
    let matrices = model.parameters.filter { $0.value.shape.rank == 2 }
    let tables = Set(model.embeddingTables)
    #expect(matrices[model.folder.family.wordEmbeddings]?.shape[0] == shape.vocabulary && !tables.isEmpty)
    var context = ForwardContext.evaluation
    let batch = TokenBatch(try model.tokenize(texts, as: .document))
    #expect(model.transformer(batch, &context).shape == [batch.tokenCount, shape.width])
    func operations(_ lengths: [Int], oneToken: Bool = false) -> Double {
      configuration.forwardOperations(lengths: lengths, oneToken: oneToken)
    }
    let attention = (operations([2]) - 2 * operations([1])) / 2
    // A bias of scores by relative position is added and not multiplied.
    let products = matrices.filter { !tables.contains($0.key) && !$0.key.contains("relative_attention_bias") }
    let weights = products.values.reduce(0) { $0 + $1.shape.count }
    #expect(attention > 0 && operations([1]) - attention == 2 * Double(weights))
    #expect(operations([7, 9], oneToken: true) < operations([7, 9]))
    #expect(operations([1], oneToken: true) == operations([1]))
  }

  // MARK: - Configurations that do not fit

  @Test(arguments: GoldenFamily.all)
  func everyKeyThatIsMissingOrMistypedIsInOneError(_ family: GoldenFamily) throws {
    let copy = try ModelCopy(of: family.biEncoder)
    let whole = try copy.object("config.json")
    func problems(_ change: (inout JSONObject) -> Void) throws -> [String] {
      var object = whole
      change(&object)
      try copy.write("config.json", JSONValue.object(object).text())
      do {
        _ = try BiEncoder(folder: copy.path)
        return []
      } catch let error as ModelError {
        #expect(error.path == Files.join(copy.path, "config.json"))
        return error.problems
      }
    }
    func key(of problem: String) -> String { String(problem.dropFirst().prefix { $0 != "'" }) }
    let missing = try problems { $0.members.removeAll { $0.name != "model_type" } }
    let keys = missing.map(key)
    #expect(keys.count >= 5 && missing.allSatisfy { $0.contains("' is missing (") })
    #expect(Set(keys).isSubset(of: whole.members.map(\.name)))
    let mistyped = try problems { object in for key in keys { object[key] = [] } }
    #expect(mistyped.map(key) == keys && mistyped.allSatisfy { $0.contains("' should be ") })
    for name in keys {
      #expect(try problems { $0[name] = nil }.map(key) == [name])
      #expect(try problems { $0[name] = ["x": 1] }.map(key) == [name])
    }
    #expect(try problems { _ in }.isEmpty)
  }

  /// What `BertConfig()` and `DistilBertConfig()` of transformers 5.24 have under the keys that a file may leave out.
  @Test func aMissingKeyTakesTheDefaultOfItsClass() throws {
    func configuration(of folder: String, without keys: [String]) throws -> any EncoderFamily {
      let copy = try ModelCopy(of: folder)
      try copy.rewrite("config.json") { object in
        for key in keys {
          #expect(object[key] != nil, "\(key)")
          object[key] = nil
        }
      }
      return try FolderContents(copy.path).configuration().family
    }
    let bert = try #require(
      configuration(
        of: goldenFolder,
        without: [
          "max_position_embeddings", "type_vocab_size", "hidden_dropout_prob", "attention_probs_dropout_prob",
          "layer_norm_eps", "hidden_act",
        ]) as? BERTConfiguration)
    #expect(bert.maximumPositions == 512 && bert.typeCount == 2 && bert.activation == .gelu)
    #expect(bert.hiddenDropout == 0.1 && bert.attentionDropout == 0.1 && bert.layerNormEpsilon == 1e-12)
    let folder = try #require(GoldenFamily.all.first { $0.name == "distilbert" }).biEncoder
    let distilBERT = try #require(
      configuration(of: folder, without: ["max_position_embeddings", "dropout", "attention_dropout", "activation"])
        as? DistilBERTConfiguration)
    #expect(distilBERT.maximumPositions == 512 && distilBERT.activation == .gelu)
    #expect(distilBERT.dropout == 0.1 && distilBERT.attentionDropout == 0.1)
  }

  @Test(arguments: GoldenFamily.all)
  func aKeyOfTheHeadThatIsMistypedIsAnErrorToo(_ family: GoldenFamily) throws {
    let copy = try ModelCopy(of: family.crossEncoder)
    let rates = try copy.object("config.json").members.map(\.name).filter { $0.contains("drop") }
    try #require(rates.count >= 2)
    let whole = try copy.object("config.json")
    for rate in rates {
      var object = whole
      object[rate] = "much"
      try copy.write("config.json", JSONValue.object(object).text())
      let error = #expect(throws: ModelError.self) { _ = try CrossEncoder(folder: copy.path) }
      #expect(error?.problems == ["'\(rate)' should be a number from 0.0 to below 1.0, found \"much\""])
    }
  }

  @Test func anUnknownFamilyIsRefusedByItsName() throws {
    let known = Families.modelTypes
    let copies = [try ModelCopy(), try ModelCopy(of: crossEncoderFolder)]
    func problem(_ copy: ModelCopy) -> String {
      do {
        if Files.exists(Files.join(copy.path, "modules.json")) { _ = try BiEncoder(folder: copy.path) }
        _ = try CrossEncoder(folder: copy.path)
        return "it loaded"
      } catch {
        return "\(error)"
      }
    }
    for copy in copies {
      let file = Files.join(copy.path, "config.json")
      try copy.rewrite("config.json") { $0["model_type"] = "no-such-family" }
      #expect(
        problem(copy)
          == "\(file): 'model_type' should be \(known.joined(separator: " or ")), found \"no-such-family\"")
      try copy.rewrite("config.json") { $0["model_type"] = nil }
      #expect(problem(copy) == "\(file): 'model_type' is missing (\(known.joined(separator: ", ")))")
    }
  }

  // MARK: - Helpers

  /// Expects the tensors of two folders to have the same names and numbers.
  private func expectSameTensors(_ found: String, _ expected: String) throws {
    let (found, expected) = (try SafetensorsFolder(found), try SafetensorsFolder(expected))
    #expect(Set(found.entries.map(\.name)) == Set(expected.entries.map(\.name)) && expected.entries.count > 15)
    for entry in expected.entries {
      #expect(try found.floats(named: entry.name) == expected.floats(named: entry.name), "\(entry.name)")
    }
  }
}

/// Expects two folders to hold the same files, those in folders of theirs included.
func expectSameFiles(_ found: String, _ expected: String) throws {
  let names = try Files.list(expected)
  #expect(try Files.list(found) == names && !names.isEmpty)
  for name in names {
    let (found, expected) = (Files.join(found, name), Files.join(expected, name))
    if Files.isFolder(expected) {
      if try !Files.list(expected).isEmpty { try expectSameFiles(found, expected) }
    } else {
      #expect(try Files.read(found) == Files.read(expected), "\(name)")
    }
  }
}
