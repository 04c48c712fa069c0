import Datasets
import Encoders
import Evaluation
import Files
import JSONText
package import Kernels
import Retrieval
package import Runs
import Safetensors
import Tensors
import Words

/// `hone encode`: the vectors of texts, to a file that other software reads.
///
/// The format follows the extension of the output:
///
/// - `.safetensors`: the tensor `embeddings`, `[texts, dimensions]` F32, and the identifiers in a file of their own
/// - `.npy`: the same matrix for NumPy, and the identifiers in a file of their own
/// - `.jsonl`: an object `{"_id": …, "embedding": […]}` per text
///
/// That file is `OUTPUT.ids.txt`, one identifier per line. Everything is in the order of the input.
package struct EncodingTool {
  /// The extensions of outputs.
  package enum Form: String, CaseIterable, Sendable {
    case safetensors
    case npy
    case jsonl
  }

  package var model: String
  package var input: String
  package var output: String
  /// The side of a search the texts are on; it decides the prompt.
  private var role: TextRole
  /// The task whose adapter is merged into the model.
  private var task: String?
  /// A folder that keeps vectors between runs.
  package var cache: String?
  /// The precision of the products of the model's layers.
  package var precision: Precision
  package var report: (RunEvent) -> Void

  /// - Parameter isQuery: nil for the side that the task is for, and for documents where it is for both.
  package init(
    model: String, input: String, output: String, isQuery: Bool?, task: String? = nil, cache: String? = nil,
    precision: Precision = .float32,
    report: @escaping (RunEvent) -> Void
  ) {
    self.model = model
    self.input = input
    self.output = output
    role = isQuery.map { $0 ? .query : .document } ?? task.flatMap(TextRole.init(task:)) ?? .document
    self.task = task
    self.cache = cache
    self.precision = precision
    self.report = report
  }

  package func callAsFunction() throws -> Outcome {
    let form = try Self.form(of: output)
    try DurableFile.check(output, inputs: [model, input])
    let corpus = try Corpus(file: input)
    corpus.warnings.forEach { report(.warning($0)) }
    let texts = corpus.documents
    BlankTexts.warning(texts.map { ("\"\($0.id)\"", $0.content) }, "text").map { report(.warning($0)) }
    precision.note.map { report(.note($0)) }
    let model = try BiEncoder(folder: model, task: task, as: role).computing(in: precision)
    model.taskWarning(choosing: "--task").map { report(.warning($0)) }
    let embeddings = try model.embeddings(
      of: texts.map(\.content), as: role, task: "encoding", cache: try cache.map { try EncodingCache($0) },
      report: report)
    guard embeddings.isFinite else {
      throw FileError(
        path: self.model, kind: .badData,
        description:
          "\(self.model): gives vectors that are no finite numbers: its weights are too large; fetch or train the model again"
      )
    }
    let ids = texts.map(\.id)
    // It is on the disk before the vectors are, and gets its name after them: the two appear together.
    let sidecar = try form == .jsonl ? nil : Self.draft(of: ids, for: output)
    switch form {
    case .safetensors:
      let tensor = PendingTensor(
        name: "embeddings", type: .f32, shape: [ids.count, model.dimensions],
        content: .floats { () throws(SafetensorsError) in embeddings.elements })
      try SafetensorsWriter.write([tensor], metadata: [("ids", Self.sidecar(of: Files.name(of: output)))], to: output)
    case .npy: try NumpyFile.write(embeddings.elements, rows: ids.count, columns: model.dimensions, to: output)
    case .jsonl: try Self.writeLines(embeddings.elements, ids: ids, width: model.dimensions, to: output)
    }
    try sidecar?.commit()
    let result: JSONValue = [
      "output": JSONValue(output), "texts": JSONValue(ids.count), "dimensions": JSONValue(model.dimensions),
    ]
    return Outcome(
      result, lines: ["\(output): \(NumberText.counted(ids.count, "vector")) of \(model.dimensions) numbers"])
  }

  /// The format for the extension of an output.
  private static func form(of output: String) throws(FileError) -> Form {
    let ending = output.split(separator: ".").last.map(String.init) ?? ""
    guard let form = Form(rawValue: ending), output.utf8.count > ending.utf8.count + 1 else {
      throw FileError(
        path: output, kind: .usage,
        description: "cannot write \(output): expected a name that ends in .safetensors, .npy or .jsonl")
    }
    return form
  }

  /// The file of an output's identifiers.
  static func sidecar(of output: String) -> String { output + ".ids.txt" }

  private static func draft(of ids: [String], for output: String) throws(FileError) -> DurableFile {
    let file = try DurableFile(sidecar(of: output))
    let lines = Array(ids.map { $0 + "\n" }.joined().utf8)
    try file.reserve(lines.count)
    try file.write(lines)
    return file
  }

  private static func writeLines(_ numbers: [Float], ids: [String], width: Int, to path: String) throws {
    let file = try DurableFile(path)
    for (row, id) in ids.enumerated() {
      let vector = numbers[row * width..<(row + 1) * width].map { JSONValue($0) }
      let object: JSONValue = ["_id": JSONValue(id), "embedding": .array(vector)]
      try file.write(Array((object.text() + "\n").utf8))
    }
    try file.commit()
  }
}

/// NumPy's file of one array: a header of a fixed form, then the numbers (`numpy/lib/format.py`, version 1.0).
enum NumpyFile {
  /// Writes a row-major matrix of 32-bit floats, durably.
  static func write(_ numbers: [Float], rows: Int, columns: Int, to path: String) throws(FileError) {
    let file = try DurableFile(path)
    try file.write(header(rows: rows, columns: columns))
    try file.write(numbers: numbers)
    try file.commit()
  }

  /// The header: padded with spaces so that the numbers start at a multiple of 64 bytes.
  static func header(rows: Int, columns: Int) -> [UInt8] {
    let description = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    let length = (10 + description.utf8.count + 1 + 63) / 64 * 64 - 10
    let padding = [UInt8](repeating: UInt8(ascii: " "), count: length - description.utf8.count - 1)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(description.utf8)
      + padding + [UInt8(ascii: "\n")]
  }
}
