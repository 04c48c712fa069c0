import Kernels

/// The random key of a named place: the same in every run and on every machine.
func mixed(_ key: UInt64, name: String) -> UInt64 { name.utf8.reduce(key) { mixed($0, UInt64($1)) } }
