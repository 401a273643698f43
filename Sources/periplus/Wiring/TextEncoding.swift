import Glibc

/// The encoding that the locale asks for (LC_ALL, LC_CTYPE, LANG, in that order).
enum TextEncoding {
  /// The codeset's name, such as `UTF-8`; `ANSI_X3.4-1968` is plain ASCII.
  static let name: String = {
    setlocale(LC_CTYPE, "")
    return nl_langinfo(Int32(CODESET)).flatMap { String(validatingCString: $0) } ?? ""
  }()

  static var isUTF8: Bool { name == "UTF-8" }
}
