import Files
import TestSupport
import Testing

@testable import Retrieval

@Suite struct PorterStemmerTests {
  private func stem(_ word: String) -> String { String(decoding: PorterStemmer.stem(Array(word.utf8)), as: UTF8.self) }

  /// The examples of the paper, step by step, with what all steps together make of them.
  @Test(arguments: [
    [
      ("caresses", "caress"), ("ponies", "poni"), ("ties", "ti"), ("caress", "caress"), ("cats", "cat"),
      ("feed", "feed"), ("agreed", "agre"), ("plastered", "plaster"), ("bled", "bled"), ("motoring", "motor"),
      ("sing", "sing"), ("conflated", "conflat"), ("troubled", "troubl"), ("sized", "size"), ("hopping", "hop"),
      ("tanned", "tan"), ("falling", "fall"), ("hissing", "hiss"), ("fizzed", "fizz"), ("failing", "fail"),
      ("filing", "file"), ("happy", "happi"), ("sky", "sky"),
    ],
    [
      ("relational", "relat"), ("conditional", "condit"), ("rational", "ration"), ("valenci", "valenc"),
      ("hesitanci", "hesit"), ("digitizer", "digit"), ("conformabli", "conform"), ("radicalli", "radic"),
      ("differentli", "differ"), ("vileli", "vile"), ("analogousli", "analog"), ("vietnamization", "vietnam"),
      ("predication", "predic"), ("operator", "oper"), ("feudalism", "feudal"), ("decisiveness", "decis"),
      ("hopefulness", "hope"), ("callousness", "callous"), ("formaliti", "formal"), ("sensitiviti", "sensit"),
      ("sensibiliti", "sensibl"),
    ],
    [
      ("triplicate", "triplic"), ("formative", "form"), ("formalize", "formal"), ("electriciti", "electr"),
      ("electrical", "electr"), ("hopeful", "hope"), ("goodness", "good"),
    ],
    [
      ("revival", "reviv"), ("allowance", "allow"), ("inference", "infer"), ("airliner", "airlin"),
      ("gyroscopic", "gyroscop"), ("adjustable", "adjust"), ("defensible", "defens"), ("irritant", "irrit"),
      ("replacement", "replac"), ("adjustment", "adjust"), ("dependent", "depend"), ("adoption", "adopt"),
      ("homologou", "homolog"), ("communism", "commun"), ("activate", "activ"), ("angulariti", "angular"),
      ("homologous", "homolog"), ("effective", "effect"), ("bowdlerize", "bowdler"),
    ],
    [("probate", "probat"), ("rate", "rate"), ("cease", "ceas"), ("controll", "control"), ("roll", "roll")],
    [
      ("generalizations", "gener"), ("oscillators", "oscil"), ("connect", "connect"), ("connected", "connect"),
      ("connecting", "connect"), ("connection", "connect"), ("connections", "connect"),
    ],
  ])
  func examplesOfThePaper(_ examples: [(word: String, stem: String)]) {
    for example in examples { #expect(stem(example.word) == example.stem, "\(example.word)") }
  }

  /// Words of real texts with the stems of NLTK (Tests/Goldens/make/make_stems.py).
  @Test func frequentWordsEqualNLTK() throws {
    let file = try Files.read(Files.join(Locations.repositoryRoot, "Tests/Goldens/stems/stems.txt"))
    let lines = String(decoding: file, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 4000)
    for line in lines {
      let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      #expect(stem(words[0]) == words[1], "\(words[0])")
    }
  }

  @Test func yIsAVowelAfterAConsonant() {
    #expect(["toy", "syzygy", "say", "", "y", "yyyy"].map(stem) == ["toi", "syzygi", "sai", "", "y", "yyyi"])
  }
}
