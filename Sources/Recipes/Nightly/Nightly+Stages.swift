import Files
import Settings
import Words

/// The stages as far as they can be checked before the first has run.
///
/// A model that an earlier stage will make is stood in for by the model that it starts from, which has the same shape; a file
/// of rows is promised.
extension Nightly {
  /// A stage by its name, and what it makes.
  typealias KnownStages = [(name: String, product: StageProduct?)]

  /// The names that stages cannot have.
  static let ownReferences = ["start", "startReranker", "base", "rows"]

  /// Checks all stages in their order.
  ///
  /// - Returns: The stages, as far as they could be read.
  func validateStages(_ checks: SettingChecks) -> KnownStages {
    checks.require(!stages.isEmpty, "stages", else: "the list is empty; name at least one stage")
    guard checks.isSound("stages") else { return stages.map { (name: $0.name, product: nil) } }
    let rows = Files.join(output.folder, "rows.jsonl")
    var values = ["start": base.folder, "base": base.folder, "rows": rows]
    if let reranker = base.reranker { values["startReranker"] = reranker }
    var promised: Set<String> = [rows]
    var known: KnownStages = []
    for (index, stage) in stages.enumerated() {
      let place = "stages[\(index)]"
      guard validateName(of: stage, at: place, known.map(\.name), checks) else {
        known.append((stage.name, nil))
        continue
      }
      let folder = Files.join(output.folder, stage.name)
      let source = stage.source(in: folder) { values[$0] }
      guard let (program, inner) = try? checks.read(RecipeProgram.self, from: source, at: place, promised: promised)
      else {
        known.append((stage.name, nil))
        continue
      }
      inner.require(
        stage.source.value(of: "output.folder") == nil, "output.folder",
        else: "a stage has a folder of its own in \(output.folder); remove the key")
      inner.require(
        !(program.recipe is Nightly), "recipe", else: "a night has no nights as stages; name another program")
      let wrong = stage.references.filter { values[$0] == nil }
      inner.require(
        wrong.isEmpty, "recipe", else: wrong.map { objection(to: $0, in: index, known) }.joined(separator: "; "))
      if wrong.isEmpty { program.recipe.validate(inner) }
      let product = inner.isSound("recipe") ? program.recipe.product : nil
      known.append((stage.name, product))
      switch product {
      case .biEncoder, .crossEncoder: values[stage.name] = (program.recipe as? any TrainingRecipe)?.training.base
      case .rows(let file):
        values[stage.name] = file
        promised.insert(file)
      case nil: break
      }
    }
    return known
  }

  private func validateName(of stage: StageSection, at place: String, _ earlier: [String], _ checks: SettingChecks)
    -> Bool
  {
    let name = stage.name
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    let problem: String? =
      if name.isEmpty || name.utf8.count > 40 || !allowed {
        "'\(name.shortened)' cannot be the name of a stage; use up to 40 letters, digits, '-' and '_'"
      } else if Self.ownReferences.contains(name) {
        "'$\(name)' has a meaning already; choose another name"
      } else if earlier.contains(name) {
        "two stages have the name '\(name)'; choose another one"
      } else {
        nil
      }
    if let problem { checks.require(false, "stages", else: "\(place): \(problem)") }
    return problem == nil
  }

  /// The problem of a reference that means nothing, in words.
  private func objection(to name: String, in index: Int, _ known: KnownStages) -> String {
    if name == "startReranker" { return "'$startReranker' needs 'base.reranker', the reranker of the first night" }
    if known.contains(where: { $0.name == name }) {
      return "'$\(name)': the stage '\(name)' makes no model and no rows"
    }
    if let place = stages.firstIndex(where: { $0.name == name }) {
      return place == index
        ? "'$\(name)' is this stage itself" : "'$\(name)' is a later stage; move that one before this"
    }
    let names = known.filter { $0.product != nil }.map(\.name) + Self.ownReferences
    let advice =
      EditDistance.nearest(to: name, among: names).map { "did you mean '$\($0)'?" }
      ?? "there are \(names.map { "$\($0)" }.joined(separator: ", "))"
    return "'$\(name)' stands for nothing; \(advice)"
  }
}
