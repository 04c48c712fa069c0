package import Datasets
import Files
package import Runs
import Words

extension Corpus {
  /// The documents that can be found for a query or mined: all that are not blank.
  ///
  /// - Parameter warn: Receives a warning about the others.
  /// - Throws: `RunError` where all documents are blank.
  package func candidates(warn: (String) -> Void) throws(RunError) -> Corpus {
    let blank = documents.filter(\.isBlank)
    guard let first = blank.first else { return self }
    if blank.count == documents.count {
      throw RunError(.badData, "every document of the corpus has neither title nor text; name another corpus")
    }
    warn(
      "\(NumberText.counted(blank.count, "document")) of \(NumberText.count(documents.count)) "
        + "\(blank.count == 1 ? "has" : "have") neither title nor text and \(blank.count == 1 ? "is" : "are") no "
        + "\(blank.count == 1 ? "candidate" : "candidates"), for example \"\(first.id)\"")
    return withoutBlankDocuments()
  }
}
