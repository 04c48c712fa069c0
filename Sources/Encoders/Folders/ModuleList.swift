import Files
import JSONText

/// `modules.json` of sentence-transformers: the modules of a model, in order.
struct ModuleList {
  /// A module.
  struct Entry {
    /// Its class with the package.
    let type: String
    /// Its folder in the model folder, without "." and needless "/"; empty for the model folder itself.
    let path: String

    /// Its class.
    var name: String { type.split(separator: ".").last.map(String.init) ?? type }

    /// True if the class is one of sentence-transformers and not code of somebody else.
    var isKnown: Bool { type.hasPrefix("sentence_transformers.") }
  }

  /// The file.
  let file: String
  /// The modules; at least one.
  let entries: [Entry]
  private let folder: String

  /// The first module, whose folder is that of the transformer.
  var first: Entry { entries[0] }

  /// The folders of the modules.
  var folders: [String] { entries.filter { !$0.path.isEmpty }.map { Files.join(folder, $0.path) } }

  /// Reads the list; nil if the folder has none, as with a plain transformer.
  ///
  /// - Throws: `ModelError` if it is no list of modules, or a path leads out of the folder.
  init?(folder: String) throws {
    self.folder = folder
    file = Files.join(folder, "modules.json")
    guard Files.exists(file) else { return nil }
    guard let elements = try JSONFile.read(file).arrayValue, (1...64).contains(elements.count) else {
      throw ModelError(path: file, problem: "should be a list of 1 to 64 modules, the first a Transformer")
    }
    var entries: [Entry] = []
    var names: Set<[UInt8]> = []
    for (position, element) in elements.enumerated() {
      guard let module = element.objectValue, let type = module["type"]?.stringValue,
        let written = module["path"]?.stringValue
      else { throw ModelError(path: file, problem: "module \(position) should have a 'type' and a 'path'") }
      guard let path = try Self.path(written, in: folder) else {
        throw ModelError(path: file, problem: "module \(position): the path \"\(written)\" leaves the folder")
      }
      // Of two modules with one name, sentence-transformers runs only the second.
      if let name = module["name"]?.stringValue, !names.insert(Array(name.utf8)).inserted {
        throw ModelError(path: file, problem: "module \(position) has the name \"\(name)\" of another; number them")
      }
      entries.append(Entry(type: type, path: path))
    }
    self.entries = entries
  }

  /// A path without "." and needless "/"; nil if it leads out of the folder, by itself or through a link.
  private static func path(_ written: String, in folder: String) throws -> String? {
    if written.hasPrefix("/") || written.contains("\\") || written.contains("\0") { return nil }
    let parts = written.split(separator: "/").filter { $0 != "." }
    // "C:" leads to another disk on some systems.
    if parts.contains("..") || parts.first?.dropFirst().first == ":" { return nil }
    let path = parts.joined(separator: "/")
    let place = Files.join(folder, path)
    guard !path.isEmpty, Files.exists(place) else { return path }
    let (inner, outer) = (try Files.resolve(place), try Files.resolve(folder))
    return inner.utf8.starts(with: Files.join(outer, "/").utf8) ? path : nil
  }
}
