import JSONText
import Settings

/// The JSON schema of recipes, by which editors complete keys and mark wrong ones.
///
/// JSON Schema draft 2020-12. Sections stand under `$defs`, equal ones once.
extension RecipeReference {
  /// The schema as text.
  public var schema: String {
    var writer = SchemaWriter()
    let names = programs.map { JSONValue($0.name) }
    let forms = programs.map { program -> (name: String, schema: JSONValue) in
      (program.name, writer.closed(program.keys.keys, adding: ["recipe": [:]], program.keys, at: program.name))
    }
    let schema: JSONObject = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "A recipe of Hone",
      "type": "object",
      "properties": [
        "recipe": ["description": "The program, which decides the other keys of the recipe.", "enum": .array(names)]
      ],
      "required": ["recipe"],
      "allOf": .array(forms.map { SchemaWriter.condition("recipe", is: $0.name, isUsual: false, then: $0.schema) }),
      "$defs": .object(JSONObject(writer.definitions)),
    ]
    return JSONValue.object(schema).text(indented: true) + "\n"
  }
}

/// Makes the schemas of sections and collects them.
private struct SchemaWriter {
  private(set) var definitions: [(name: String, value: JSONValue)] = []

  /// The condition that a section of one form has the keys of that form.
  ///
  /// - Parameter isUsual: True if the form is meant where the key is left out.
  static func condition(_ key: String, is name: String, isUsual: Bool, then schema: JSONValue) -> JSONValue {
    let wanted: JSONValue = ["const": JSONValue(name)]
    var test: JSONObject = ["properties": .object(JSONObject([(name: key, value: wanted)]))]
    if !isUsual { test["required"] = [JSONValue(key)] }
    return ["if": .object(test), "then": schema]
  }

  /// The schema of an object that has no other keys than these.
  ///
  /// - Parameter others: Keys that are described elsewhere.
  mutating func closed(
    _ keys: [KeyOutline], adding others: JSONObject = [:], _ section: SectionOutline, at path: String
  ) -> JSONValue {
    var properties = others
    for key in keys { properties[key.name] = schema(of: key, at: path) }
    let required = keys.filter(section.requires)
    var schema: JSONObject = ["type": "object", "properties": .object(properties)]
    if !section.isOpen { schema["additionalProperties"] = false }
    if !required.isEmpty { schema["required"] = .array(required.map { JSONValue($0.name) }) }
    let choices = section.alternatives.map { names -> JSONValue in
      ["anyOf": .array(names.map { ["required": [JSONValue($0)]] })]
    }
    if !choices.isEmpty { schema["allOf"] = .array(choices) }
    return .object(schema)
  }

  private mutating func schema(of key: KeyOutline, at path: String) -> JSONValue {
    var schema: JSONObject = ["description": JSONValue(key.sentence)]
    schema.members += self.schema(of: key.kind, at: "\(path).\(key.name)").members
    if case .means(let usual) = key.absence { schema["default"] = usual.json }
    return .object(schema)
  }

  private mutating func schema(of kind: KindOutline, at path: String) -> JSONObject {
    switch kind {
    case .number: ["type": "number"]
    case .wholeNumber: ["type": "integer"]
    case .seed: ["type": "integer", "minimum": 0]
    case .truth: ["type": "boolean"]
    case .text: ["type": "string"]
    case .word(_, examples: []): ["type": "string"]
    case .word(_, let examples): ["type": "string", "examples": .array(examples.map { JSONValue($0) })]
    case .choice(let names): ["enum": .array(names.map { JSONValue($0) })]
    case .list(let item): ["type": "array", "items": .object(schema(of: item, at: path))]
    case .map(let value): ["type": "object", "additionalProperties": .object(schema(of: value, at: path))]
    case .section(let section): ["$ref": JSONValue("#/$defs/\(define(section, at: path))")]
    }
  }

  /// The name of a section's definition.
  private mutating func define(_ section: SectionOutline, at path: String) -> String {
    let schema: JSONValue
    if let naming = section.variantKey {
      let isOptional = naming.absence != .isProblem
      var forms: [JSONValue] = []
      for variant in section.variants {
        let form = closed(section.keys + variant.keys, section, at: path)
        forms.append(
          Self.condition(
            naming.name, is: variant.name, isUsual: isOptional && variant.name == section.usual, then: form))
      }
      var common = JSONObject()
      for key in section.keys { common[key.name] = self.schema(of: key, at: path) }
      var object: JSONObject = ["type": "object", "properties": .object(common)]
      if !isOptional { object["required"] = [JSONValue(naming.name)] }
      object["allOf"] = .array(forms)
      schema = .object(object)
    } else {
      schema = closed(section.keys, section, at: path)
    }
    let short = path.split(separator: ".").dropFirst().joined(separator: ".")
    for name in [short, path] {
      guard let known = definitions.first(where: { $0.name == name }) else {
        definitions.append((name, schema))
        return name
      }
      if known.value == schema { return name }
    }
    return path
  }
}
