import Files
import TestSupport
import Testing
import Training

@testable import Recipes
@testable import Settings

/// The pages say what the code reads: their recipes, the files that they name and the links between them.
@Suite struct PageTests {
  /// A recipe, or a part of one.
  struct Excerpt: Sendable, CustomTestStringConvertible {
    var page: String
    var text: String

    var testDescription: String { "\(page): \(text)" }
  }

  /// The fenced recipes, and sections within sentences such as `loss: { name: mse }`.
  static let excerpts = Page.all.flatMap { page in
    let sections = page.spans.filter { $0.wholeMatch(of: /[A-Za-z]+: \{[^…]*\}/) != nil }
    return (page.blocks("yaml") + sections).map { Excerpt(page: page.file, text: $0) }
  }

  /// The problems of the text of a recipe, or of a part of one, which may leave out keys.
  ///
  /// It may leave out neither a key of its loss, nor a name by which the other keys of a section are known.
  /// A tiny model stands in for the pages' own, which need not be there and tells some defaults.
  private func problems(_ text: String, isWhole: Bool) -> [String] {
    let record = DecodingRecord()
    let model = Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny")
    do {
      let root = try RecipeTree.parse(Array(text.replacing("checkpoints/all-MiniLM-L6-v2", with: model).utf8))
      let settings = try SettingDecoder.decode(RecipeProgram.self, from: root, record: record)
      let found = record.problems.map(\.message).filter {
        isWhole || !$0.hasPrefix("missing key") || $0.hasPrefix("missing key 'loss.") || $0.contains(".name'")
      }
      return found + lossProblems(of: settings.recipe, record)
    } catch let error as RecipeProblems {
      return error.list.map(\.message)
    } catch {
      return ["\(error)"]
    }
  }

  private func lossProblems(of recipe: any Recipe, _ record: DecodingRecord) -> [String] {
    guard record.isSound("loss") else { return [] }
    return switch recipe {
    case let recipe as TrainBiEncoder: recipe.loss.loss.problems(for: .cosines).map(\.message)
    case let recipe as TrainCrossEncoder: recipe.loss.loss.problems(for: .logits).map(\.message)
    default: []
    }
  }

  @Test(arguments: excerpts)
  func recipeIsRead(_ excerpt: Excerpt) {
    let isWhole = excerpt.text.split(separator: "\n").contains { $0.hasPrefix("recipe:") }
    // A section, or a key of the optimizer's.
    let texts = [excerpt.text, "optimizer: { name: adamW, \(excerpt.text) }"]
    let found = (isWhole ? [""] : Programs.all.map { "recipe: \($0.name)\n" }).flatMap { head in
      texts.map { problems(head + $0, isWhole: isWhole) }
    }
    #expect(found.contains([]), "\(found.min { $0.count < $1.count } ?? [])")
  }

  @Test func thereAreRecipes() { #expect(Self.excerpts.count > 10) }

  // MARK: - What pages name

  @Test(arguments: Page.all)
  func linksLeadToFiles(_ page: Page) {
    let folder = Files.parent(of: Files.join(Locations.repositoryRoot, page.file))
    for link in page.links where !link.hasPrefix("#") {
      #expect(Files.exists(Files.join(folder, link)), "no \(link)")
    }
  }

  /// A Swift file is named by its path, from the repository or from `Sources`.
  @Test(arguments: Page.all)
  func namedFilesAreThere(_ page: Page) {
    for span in page.spans where span.contains("/") && !span.contains("<") && !span.contains(" ") {
      guard span.hasSuffix(".swift") || span.hasSuffix(".py") || span.hasPrefix("scripts/") else { continue }
      let places = [span, "Sources/\(span)"].map { Files.join(Locations.repositoryRoot, $0) }
      #expect(places.contains { Files.exists($0) }, "no \(span)")
    }
  }

  @Test func everyGuideIsATopicOfTheFirst() throws {
    let root = try #require(Page.guides.first { $0.name == "Hone" })
    let names = Page.guides.map(\.name).filter { $0 != root.name }
    #expect(names.count > 10)
    for name in names { #expect(root.lines.contains("- <doc:\(name)>"), "no topic \(name)") }
  }

  @Test func everyLossIsChosenSomewhere() throws {
    let page = try #require(Page.guides.first { $0.name == "ChoosingALoss" })
    let shown = page.spans.filter { $0.hasPrefix("loss: {") }
    for loss in Losses.all {
      #expect(shown.contains { $0.hasPrefix("loss: { name: \(loss.name)") }, "no line for \(loss.name)")
    }
  }

  @Test func theReadmeIsShort() { #expect(Page("README.md").lines.count <= 101) }

  // MARK: - The program in Swift

  @Test func thePagesProgramIsTheOneThatRuns() throws {
    let page = try #require(Page.guides.first { $0.name == "UsingTheLibrary" })
    let file = Files.join(Files.parent(of: #filePath), "LibraryExample.swift")
    let program = String(decoding: try Files.read(file), as: UTF8.self)
    #expect(page.blocks("swift").contains { $0 + "\n" == program })
  }

  @Test func theProgramRuns() throws {
    let folder = TemporaryFolder()
    let base = Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny")
    try example(from: base, to: folder.file("tuned"))
    #expect(Files.exists(folder.file("tuned/model.safetensors")))
    let recipes = try WholeRecipes()
    let recipe = try folder.write("recipe.yaml", recipes.text("trainBiEncoder-lora"))
    #expect(try !run(recipe: recipe, into: folder.file("run")).isEmpty)
  }
}
