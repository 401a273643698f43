@preconcurrency import Dispatch
import Glibc

/// Says when a descriptor can be read, without a thread of its own and without asking. It owns the descriptor, and closes it with itself.
package final class DescriptorWatch: Sendable {
  private let source: any DispatchSourceRead

  /// - Parameter isReadable: called with the descriptor, not at the same time as itself, while there is something to read; what it leaves there
  ///   is told again. It answers whether to go on.
  ///
  /// `nil` for a descriptor that could not be opened: a process has a limited number of them.
  package init?(_ descriptor: Int32, _ isReadable: @escaping @Sendable (Int32) -> Bool) {
    guard descriptor >= 0 else { return nil }
    source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
    source.setEventHandler { [source] in if !isReadable(descriptor) { source.cancel() } }
    source.setCancelHandler { close(descriptor) }
    source.activate()
  }

  deinit { source.cancel() }
}
