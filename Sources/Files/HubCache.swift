/// The folders in which `huggingface_hub` keeps what it fetched: `models--OWNER--NAME`, with the files by their hash under
/// `blobs`, and for each revision a folder of links to them under `snapshots`.
///
/// Upstream: huggingface_hub, "Understand caching".
public enum HubCache {
  /// The model in the folder of a repository: that of the branch `main`, or the only one there is.
  ///
  /// - Returns: nil if the folder is none of a repository.
  /// - Throws: `FileError` if the choice is not clear.
  public static func snapshot(in folder: String) throws(FileError) -> String? {
    let snapshots = Files.join(folder, "snapshots")
    guard Files.name(of: folder).hasPrefix("models--"), Files.isFolder(snapshots) else { return nil }
    let revisions = try Files.list(snapshots).filter { Files.isFolder(Files.join(snapshots, $0)) }
    let branch = Files.join(folder, "refs", "main")
    if Files.exists(branch) {
      let name = String(decoding: try Files.read(branch, maximumBytes: 1 << 10), as: UTF8.self)
      if let main = revisions.first(where: { name.split(whereSeparator: \.isWhitespace).first.map(String.init) == $0 })
      {
        return Files.join(snapshots, main)
      }
    }
    if revisions.count == 1 { return Files.join(snapshots, revisions[0]) }
    let list = revisions.isEmpty ? "none" : revisions.joined(separator: ", ")
    throw FileError(
      path: folder, kind: .missingInput,
      description:
        "\(folder): the cache of the Hub has no revision main here; give the folder of one of snapshots: \(list)")
  }

  /// True if a file that was reached through a folder really lies in it, or is the blob that a link in a snapshot stands
  /// for.
  public static func holds(_ file: String, in folder: String) throws(FileError) -> Bool {
    let (file, folder) = (try Files.resolve(file), try Files.resolve(folder))
    let place = Files.parent(of: file)
    if place.utf8.elementsEqual(folder.utf8) { return true }
    // The folder of a module lies further down in the snapshot.
    var inner = folder
    while inner != "/" {
      let outer = Files.parent(of: inner)
      if Files.name(of: outer) == "snapshots" {
        return place.utf8.elementsEqual(Files.join(Files.parent(of: outer), "blobs").utf8)
      }
      inner = outer
    }
    return false
  }
}
