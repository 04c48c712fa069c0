import Files
import JSONText

/// `modules.json` of sentence-transformers: the modules of a model, in order.
struct ModuleList {
  /// A module.
  struct Entry {
    /// Its class with the package.
    let type: String
    /// Its folder in the model folder; empty for the model folder itself.
    let path: String

    /// Its class.
    var name: String { type.split(separator: ".").last.map(String.init) ?? type }
  }

  /// The file.
  let file: String
  private let elements: [JSONValue]?

  /// Reads the list; nil if the folder has none, as with a plain transformer.
  init?(folder: String) throws {
    file = Files.join(folder, "modules.json")
    guard Files.exists(file) else { return nil }
    elements = try JSONFile.read(file).arrayValue
  }

  /// The number of modules.
  var count: Int { elements?.count ?? 0 }

  /// The path of the first module, which must be a transformer.
  var transformerPath: String {
    get throws(ModelError) {
      guard let first = elements?.first.flatMap(Self.entry), first.name == "Transformer", Self.isPlainName(first.path)
      else {
        throw ModelError(path: file, problem: "should begin with a Transformer whose 'path' stays in the folder")
      }
      return first.path
    }
  }

  /// All modules.
  var entries: [Entry] {
    get throws(ModelError) {
      guard let elements else { throw ModelError(path: file, problem: "should be a list of modules") }
      var entries: [Entry] = []
      for (position, element) in elements.enumerated() {
        guard let entry = Self.entry(element) else {
          throw ModelError(path: file, problem: "module \(position) should have a 'type' and a 'path'")
        }
        guard Self.isPlainName(entry.path) else {
          throw ModelError(path: file, problem: "module \(position): the path \"\(entry.path)\" leaves the folder")
        }
        entries.append(entry)
      }
      return entries
    }
  }

  private static func entry(_ value: JSONValue) -> Entry? {
    guard let module = value.objectValue, let type = module["type"]?.stringValue, let path = module["path"]?.stringValue
    else { return nil }
    return Entry(type: type, path: path)
  }

  /// True if a path names something in its own folder, or the folder itself.
  private static func isPlainName(_ path: String) -> Bool {
    path.isEmpty || (!path.contains("/") && !path.contains("\\") && !path.contains("\0") && path != ".." && path != ".")
  }
}
