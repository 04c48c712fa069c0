import JSONText
import Files
import Runs
import Tokenizers
import Words

/// The texts of the training data that are longer than the model reads, so that their ends are cut off.
struct CutTexts {
  /// The most tokens that the model reads of a text.
  let limit: Int
  let sides: [Side]

  /// The share of a side's texts above which cutting is a warning.
  static let usualShare = 0.1
  /// The texts of a side that are looked at: all, or so many at equal distances.
  static let mostTexts = 10_000

  /// One kind of text: queries, documents, or pairs of both.
  struct Side {
    /// The plural of the kind: "queries".
    let name: String
    /// True if that were all.
    private(set) var isWhole = true
    /// The lengths in tokens of those that are cut, in ascending order.
    private(set) var lengths: [Int] = []
    /// The lengths in tokens of all that were looked at.
    private(set) var allLengths: [Int] = []
    /// The number of different texts that were looked at.
    var looked: Int { allLengths.count }
    /// The place of the longest.
    private(set) var longestPlace = ""
    /// The number of texts that are the same as another after cutting, though not before, and the places of two such.
    private(set) var merged = 0
    private(set) var mergedPlaces: (String, String)?
    /// True if all texts are the same for the model.
    private(set) var isUniform = false

    /// Counts the texts of a side.
    ///
    /// - Parameters:
    ///   - groups: The texts that are compared with each other, by number; no group has a text twice.
    ///   - place: The place of a text for a message.
    ///   - whole: The tokens of a text of any length.
    ///   - cut: The tokens that the model reads.
    init(
      _ name: String, groups: [[Int]], limit: Int, place: (Int) -> String, whole: (Int) throws -> Encoding,
      cut: (Int) throws -> Encoding
    ) rethrows {
      self.name = name
      var longest = 0
      /// The hashes of all sequences of tokens, before cutting and after.
      var (all, kept): (Set<Int>, Set<Int>) = ([], [])
      var hasSeveral = false
      for group in Self.chosen(from: groups, isWhole: &isWhole) {
        /// The first text of each sequence of tokens that the model reads, and the hashes of all before cutting.
        var read: [[Int32]: Int] = [:]
        var before: Set<Int> = []
        for text in group {
          let tokens = try whole(text).ids
          allLengths.append(tokens.count)
          if tokens.count > limit {
            lengths.append(tokens.count)
            if tokens.count > longest { (longest, longestPlace) = (tokens.count, place(text)) }
          }
          let seen = tokens.count > limit ? try cut(text).ids : tokens
          all.insert(tokens.hashValue)
          kept.insert(seen.hashValue)
          let isNew = before.insert(tokens.hashValue).inserted
          if let other = read[seen] {
            if isNew, mergedPlaces == nil { mergedPlaces = (place(other), place(text)) }
          } else {
            read[seen] = text
          }
        }
        merged += max(0, before.count - read.count)
        hasSeveral = hasSeveral || group.count > 1
      }
      isUniform = kept.count == 1 && (all.count > 1 || hasSeveral)
      lengths.sort()
    }

    /// The groups, or at equal distances as many of them, or of the one group's texts, as are looked at.
    private static func chosen(from groups: [[Int]], isWhole: inout Bool) -> [[Int]] {
      func spread<Element>(_ elements: [Element], _ count: Int) -> [Element] {
        (0..<count).map { elements[$0 * elements.count / count] }
      }
      let texts = groups.reduce(0) { $0 + $1.count }
      if texts <= CutTexts.mostTexts { return groups }
      isWhole = false
      if groups.count == 1 { return [spread(groups[0], CutTexts.mostTexts)] }
      return spread(groups, max(1, groups.count * CutTexts.mostTexts / texts))
    }

    /// "7 of 8 queries".
    fileprivate var share: String {
      "\(NumberText.count(lengths.count)) of \(NumberText.count(looked)) \(name)" + (isWhole ? "" : " looked at")
    }

    fileprivate var median: Int { lengths.isEmpty ? 0 : lengths[lengths.count / 2] }
    fileprivate var longest: Int { lengths.last ?? 0 }
  }

  /// Reports what is cut, and throws where no two texts of any side differ for the model, or its vocabulary lacks all words.
  ///
  /// Where cutting makes the texts of one side the same, the others still differ, and pairs may: this is a warning.
  ///
  /// - Parameter source: The file of the texts.
  func report(source: String, _ report: (RunEvent) -> Void) throws {
    let cut = sides.filter { !$0.lengths.isEmpty }
    if !cut.isEmpty {
      let counts = cut.map {
        "\($0.share) (median \(NumberText.count($0.median)), longest \(NumberText.count($0.longest)), \($0.longestPlace))"
      }
      let sentence =
        "\(counts.joined(separator: ", ")) longer than 'model.maximumLength' of \(NumberText.counted(limit, "token")), and "
        + "cut"
      let isUsual = cut.allSatisfy { Double($0.lengths.count) <= Self.usualShare * Double($0.looked) }
      report(isUsual ? .note(sentence) : .warning("\(sentence); raise it where the model allows, or shorten the texts"))
    }
    let uniform = sides.filter(\.isUniform)
    for side in uniform where side.lengths.isEmpty {
      throw RunError(
        .badData,
        "\(source): all \(NumberText.count(side.looked)) \(side.name) are the same tokens for the model, whose vocabulary "
          + "lacks their words; use a model of this language")
    }
    if !uniform.isEmpty {
      let all = uniform.map { "all \(NumberText.count($0.looked)) \($0.name)" }.joined(separator: " and ")
      let sentence =
        "'model.maximumLength': cut to \(NumberText.counted(limit, "token")), \(all) are the same for the model"
      if sides.count > 1 && uniform.count == sides.count { throw RunError(.badRecipe, "\(sentence); raise it") }
      report(.warning("\(sentence), which can learn nothing from them; raise it"))
    }
    for side in sides where side.merged > 0 && !side.isUniform {
      guard let (first, second) = side.mergedPlaces else { continue }
      report(
        .warning(
          "\(NumberText.count(side.merged)) of \(NumberText.count(side.looked)) \(side.name) \(side.merged == 1 ? "is" : "are") the same as another "
            + "after cutting, such as \(first == second ? "two of \(first)" : "\(second) as \(first)"); raise 'model.maximumLength'"
        ))
    }
  }

  /// The texts that are cut, in words for the report: "7 of 8 queries to 6 tokens".
  var fact: String {
    let cut = sides.filter { !$0.lengths.isEmpty }
    if cut.isEmpty { return "none" }
    return cut.map(\.share).joined(separator: ", ") + " to \(NumberText.counted(limit, "token"))"
  }

  /// The distribution of the lengths of every side, with a mark where texts are cut.
  var histograms: [Histogram] {
    sides.compactMap { side in
      Histogram(
        "Tokens of \(side.name)", [(name: side.name, values: side.allLengths.map(Double.init))],
        mark: side.lengths.isEmpty ? nil : ("cut", Double(limit)), isWhole: true)
    }
  }

  /// The counts for `result.json`.
  var json: JSONValue {
    var object = JSONObject([("limit", JSONValue(limit))])
    for side in sides {
      object[side.name] = [
        "looked": JSONValue(side.looked), "cut": JSONValue(side.lengths.count), "median": JSONValue(side.median),
        "longest": JSONValue(side.longest), "merged": JSONValue(side.merged),
      ]
    }
    return .object(object)
  }
}
