import Files
public import Testing

extension Trait where Self == ConditionTrait {
  /// Skips a test where there are no collections beside the repository.
  public static var needsCollections: Self {
    .enabled(if: Files.exists(Locations.collections), "there is no folder ../shared/collections beside the repository")
  }

  /// Skips a test where the model is not fetched.
  public static var needsCheckpoint: Self {
    .enabled(
      if: Files.exists(Locations.checkpoint + "/tokenizer.json"),
      "checkpoints/all-MiniLM-L6-v2 is not there; scripts/fetch-checkpoint all-MiniLM-L6-v2 brings it")
  }
}
