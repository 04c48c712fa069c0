extension BiEncoder {
  /// The warning about a model whose checkpoint has adapters of tasks and that was loaded without one, as its authors'
  /// code does where no task is given; nil for any other model.
  ///
  /// - Parameter setting: the setting that chooses a task; nil where nothing does.
  package func taskWarning(choosing setting: String? = nil) -> String? {
    guard task == nil, let tasks = folder.encoder.taskAdapters?.tasks else { return nil }
    return "\(folder.path) is read without the adapter of any of its tasks (\(tasks.joined(separator: ", ")))"
      + (setting.map { "; choose one with \($0)" } ?? "")
  }
}
