import Registry
import Runs
import Settings

extension RegistrySection {
  /// The registry; nothing is read or made.
  func open() throws(RunError) -> ModelRegistry { try ModelRegistry(folder, name: name) }

  func validate(_ checks: SettingChecks) {
    checks.outputFolder("registry.folder", folder)
    do {
      _ = try open()
    } catch {
      checks.require(false, "registry.name", else: "\(error)")
    }
  }
}
