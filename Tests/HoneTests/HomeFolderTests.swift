import Files
import TestSupport
import Testing

/// A path that begins with `~/` is in the home folder, in a recipe and on the command line.
@Suite struct HomeFolderTests: HoneSuite {
  let folder: TemporaryFolder

  init() throws {
    folder = TemporaryFolder()
    try SmallCollection.write(to: folder.path)
    try Files.makeFolder(folder.file("home"))
    try Files.copyFolder(folder.file("collection"), to: folder.file("home/collection"))
    try Files.copyFolder(HoneProcess.model, to: folder.file("home/model"))
    try Files.write(Files.read(folder.file("recipe.yaml")), to: folder.file("home/recipe.yaml"))
  }

  private func hone(home: String = "HOME=$PWD/home", _ arguments: String) throws -> HoneProcess.Ended {
    try HoneProcess.shell("env \(home) $HONE \(arguments)", in: folder.path)
  }

  @Test func everyPathOfARecipeMayBeInTheHomeFolder() throws {
    let ended = try hone(
      "run '~/recipe.yaml' --quiet --set 'model.folder=~/model' --set 'data.collection=~/collection' "
        + "--set 'evaluate.collection=~/collection' --set 'cache={folder: ~/cache}' --set 'output.folder=~/case'")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(Files.exists(folder.file("home/case/model/model.safetensors")))
    #expect(try !Files.list(folder.file("home/cache")).isEmpty)
    #expect(!Files.exists(folder.file("~")))
  }

  @Test func everyPathOfACommandMayBeInTheHomeFolder() throws {
    let ended = try hone(
      "encode --quiet --model='~/model' --input='~/collection/corpus.jsonl' --output='~/vectors.npy'")
    #expect(ended.status == 0, "\(ended.messages)")
    #expect(Files.exists(folder.file("home/vectors.npy")) && Files.exists(folder.file("home/vectors.npy.ids.txt")))
  }

  @Test func aFolderOfThatNameIsWrittenWithADot() throws {
    #expect(try hone("run recipe.yaml --quiet --set 'output.folder=./~'").status == 0)
    #expect(Files.exists(folder.file("~/result.json")))
  }

  @Test func aHomeFolderThatNobodyKnowsIsAnError() throws {
    for home in ["-u HOME", "HOME="] {
      let ended = try hone(home: home, "run recipe.yaml --set 'output.folder=~/case' --set 'model.folder=~/model'")
      #expect(ended.status == 78)
      for key in ["output", "model"] {
        let path = key == "output" ? "~/case" : "~/model"
        #expect(
          ended.messages.contains(
            "error: '\(key).folder': \(path): '~' is the home folder, and HOME is not set; set HOME, or write the whole path"
          ), "\(ended.messages)")
      }
      let encoded = try hone(home: home, "encode --model='~/model' --input=collection/corpus.jsonl --output=v.npy")
      #expect(encoded.status == 66 && encoded.messages.contains("HOME is not set"), "\(encoded.messages)")
    }
  }

  @Test func theHomeFolderOfSomebodyElseIsAnError() throws {
    let ended = try hone("run recipe.yaml --set 'output.folder=~root/case'")
    #expect(ended.status == 78)
    #expect(
      ended.messages.contains(
        "'output.folder': ~root/case: only '~/' stands for a home folder; write the whole path, or './~…' for a name that "
          + "begins with '~'"), "\(ended.messages)")
    #expect(try Files.list(folder.path) == ["collection", "home", "recipe.yaml"])
  }
}
