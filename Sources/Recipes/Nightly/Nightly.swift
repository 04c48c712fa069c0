import Files
import Runs
import SettingKeys
import Settings

/// Trains on the rows that have arrived, stage by stage, and promotes the result if it is better than the champion.
///
/// Every stage is a recipe, written where it stands, and runs in a folder of its own that is named by its settings and the
/// content of what it reads. So a stage of which neither has changed is found finished, and a night that was killed goes on
/// where it was.
struct Nightly: Recipe {
  static let name = "nightly"
  static let summary =
    "Trains on the rows that have arrived, stage by stage, and promotes the result if it is better than the champion."

  var registry: RegistrySection
  var base: FirstModelsSection
  var start: StartSetting
  var arrivals: ArrivalsSection
  var stages: [StageSection]
  var gate: GateSection
  var cache: CacheSection?
  var notify: [String]?
  var output: NightOutput

  var inputs: [RunInput] { base.inputs + arrivals.inputs + gate.inputs }

  var outputFolder: String { output.folder }

  /// Nights are alike that differ in these alone.
  var freeSettings: [String] { ["cache", "notify", "output"] }

  func validate(_ checks: SettingChecks) {
    registry.validate(checks)
    base.validate(checks)
    arrivals.validate(checks)
    let known = validateStages(checks)
    gate.validate(checks, stages: known)
    cache?.validate(checks)
    checks.require(
      notify?.first?.isEmpty != true && notify?.isEmpty != true, "notify",
      else: "the list names no command; give a program and its arguments, or remove it")
    output.validate(checks)
  }

  func run(in context: RunContext) throws -> Outcome {
    try Files.makeFolder(output.folder)
    let lock = try FolderLock(output.folder, name: RunFolder.lockName, advice: "choose another output folder")
    return try withExtendedLifetime(lock) {
      var night = try Night(self, context)
      return try night.run()
    }
  }
}

extension Nightly {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    registry = try keys.required(.registry, "The versions of the model, of which one is the champion.")
    base = try keys.required(.base, "The models of the first night, which the first candidate must beat.")
    start = try keys.value(
      .start, default: .champion, "The model that $start stands for; before the first promotion it is the base.")
    arrivals = try keys.required(
      .arrivals, "The rows to train on, which $rows stands for; new ones arrive as new files.")
    stages = try keys.required(
      .stages, example: StageSection.example,
      "The stages in their order; $NAME stands for the model or the rows that an earlier one makes.")
    gate = try keys.required(.gate, "The comparison with the champion, and the rules by which the candidate wins.")
    cache = try keys.optional(.cache, "Keeps the gate's vectors between nights; without it all texts are encoded.")
    notify = try keys.optional(
      .notify, example: ["scripts/tell", "search-team"],
      "A program and its arguments, which gets every decision as a line of JSON on its standard input.")
    output = try keys.required(.output, "The folder of all nights.")
  }
}

/// The model from which a night starts.
enum StartSetting: String, ChoiceSetting {
  /// The champion, once there is one.
  case champion
  /// The model of the first night, every night.
  case base
}
