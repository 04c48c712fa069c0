package import Layers
import OrderedCollections

/// A model whose linear layers can have adapters, which are read and written in the layout of PEFT.
package protocol AdaptableModel: Module {
  /// The folder that the model was loaded from.
  var folder: ModelFolder { get }
  /// The name of the encoder in front of its parameters' keys, with a dot; empty where there is none.
  var encoderPrefix: String { get }
  /// The names of the modules that the model of transformers, which PEFT adapts, does not have.
  var otherModules: [String] { get }
  /// The value of `task_type` in PEFT.
  static var adapterTask: String { get }
}

extension AdaptableModel {
  /// The names of the linear layers that can have an adapter.
  package var adaptableLayers: [String] {
    linearLayers.keys.filter { name in !otherModules.contains { name.hasPrefix($0 + ".") } }
  }
}

extension BiEncoder: AdaptableModel {
  package static var adapterTask: String { "FEATURE_EXTRACTION" }
  package var encoderPrefix: String { "" }

  /// The modules behind the transformer, which sentence-transformers adds.
  package var otherModules: [String] {
    let folders = moduleFolders
    return [folders.layerPooling] + folders.tokenHeads + folders.heads
  }
}

extension CrossEncoder: AdaptableModel {
  package static var adapterTask: String { "SEQ_CLS" }
  package var encoderPrefix: String { folder.family.encoderName + "." }
  package var otherModules: [String] { [] }
}
