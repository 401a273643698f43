import CNcurses
import Glibc
import Screen

/// The screen of a terminal, from `init` to `close`.
///
/// ncurses is not re-entrant and holds one terminal in globals: one thread opens the session and makes every call on it, and it is not
/// Sendable for that reason.
final class TerminalSession {
  let capabilities: TerminalCapabilities
  private(set) var size: Size
  private let device: TerminalDevice
  private let options: TerminalOptions
  private var guardian: TerminalGuard?
  private var errors: HeldErrors?
  private var reader = InputReader(source: CursesInput())
  private var pairs: ColorPairs
  private var shown: CellBuffer?
  /// Whether the terminal shows something else than `shown`.
  private var isLost = true
  private var screen: OpaquePointer?
  private var streams: [UnsafeMutablePointer<FILE>] = []
  private var isOpen = true

  /// The descriptor to wait on for input.
  var inputDescriptor: Int32 { device.input }

  init(_ options: TerminalOptions) throws(TerminalError) {
    self.options = options
    device = try TerminalDevice()
    guard let name = TerminalSession.variable("TERM"), !name.isEmpty else { throw .noTerminalType }
    let isUTF8 = TerminalSession.chooseLocale(options.symbols)
    try TerminalSession.checkDescription(name, output: device.output)

    if options.guarded { guardian = TerminalGuard.start(device: device) }
    errors = HeldErrors()
    FatalSignals.install(
      device: device, guardian: guardian?.pipe ?? -1, errors: errors?.descriptor ?? -1, report: options.crashReport)
    guard let output = fdopen(dup(device.output), "w"), let input = fdopen(dup(device.input), "r") else {
      TerminalSession.letGo(guardian, errors)
      throw .refused("its descriptors could not be duplicated")
    }
    streams = [output, input]
    screen = newterm(name, output, input)
    guard screen != nil else {
      TerminalSession.letGo(guardian, errors)
      throw .refused("ncurses could not start on a terminal of type \(Visible.text(name))")
    }
    raw()
    noecho()
    nonl()
    keypad(periplus_stdscr(), true)
    nodelay(periplus_stdscr(), true)
    leaveok(periplus_stdscr(), false)
    set_escdelay(Int32(options.escapeDelay ?? (TerminalSession.isRemote ? 100 : 25)))
    KeyDecoder.defineSequences()

    var depth = ColorDepth.mono
    if has_colors(), start_color() == OK {
      use_default_colors()
      let isDirect = tigetflag("RGB") > 0 || tigetnum("RGB") > 0
      depth = ColorDepth.detect(
        colors: Int(periplus_colors()), hasRGB: isDirect, colorTerm: TerminalSession.variable("COLORTERM"),
        noColor: TerminalSession.variable("NO_COLOR"))
    }
    if let most = options.maximumDepth { depth = min(depth, most) }
    capabilities = TerminalCapabilities(name: name, depth: depth, isUTF8: isUTF8)
    pairs = ColorPairs(depth: depth)
    let window = device.windowSize
    size = Size(columns: window?.columns ?? Int(getmaxx(periplus_stdscr())), rows: window?.rows ?? Int(getmaxy(periplus_stdscr())))
    enableExtras()
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  private static var isRemote: Bool { variable("SSH_CONNECTION") != nil || variable("SSH_TTY") != nil }

  /// Sets the locale ncurses encodes by and tells whether symbols may be Unicode.
  private static func chooseLocale(_ symbols: TerminalOptions.Symbols) -> Bool {
    setlocale(LC_CTYPE, "")
    if periplus_is_utf8() == 0, symbols == .unicode { setlocale(LC_CTYPE, "C.UTF-8") }
    return periplus_is_utf8() != 0 && symbols != .ascii
  }

  private static func checkDescription(_ name: String, output: Int32) throws(TerminalError) {
    var result: Int32 = 0
    guard setupterm(name, output, &result) == OK else { throw .unknownTerminalType(name) }
    // tigetstr answers (char *)-1 for what is no string capability at all.
    guard let move = tigetstr("cup"), move != UnsafeMutablePointer(bitPattern: -1), move.pointee != 0 else {
      throw .cannotMoveCursor(name)
    }
  }

  private func enableExtras() {
    if options.mouse {
      mouseinterval(0)
      mousemask(periplus_mouse_mask, nil)
      device.write(TerminalSequence.mouseNumbersOn)
    }
    device.write(TerminalSequence.pasteOn + (options.reportsFocus ? TerminalSequence.focusOn : ""))
  }

  private func disableExtras() {
    if options.mouse {
      mousemask(0, nil)
      device.write(TerminalSequence.mouseOff)
    }
    device.write(TerminalSequence.pasteOff + (options.reportsFocus ? TerminalSequence.focusOff : ""))
  }

  /// Shows `buffer`, writing only what changed since the last frame; nil shows the last one again where the screen was lost.
  func draw(_ buffer: CellBuffer?) {
    guard let buffer = buffer ?? (isLost ? shown : nil) else { return }
    let known = isLost ? nil : shown
    if known?.size != buffer.size { werase(periplus_stdscr()) }
    isLost = false
    let rows = Int(getmaxy(periplus_stdscr()))
    let columns = Int(getmaxx(periplus_stdscr()))
    let runs = buffer.diff(from: known)
    for run in runs where run.y < rows {
      var x = run.x
      for cell in run.cells {
        if cell.width > 0, x + Int(cell.width) <= columns { put(cell, x: x, y: run.y) }
        x += 1
      }
    }
    // ncurses would move lines by the terminal's scrolling, which not every terminal that calls itself xterm has (CSI S, CSI T). A line
    // whose present content it does not trust is written instead.
    let rewritten = known.map { buffer.movedRows(since: $0, runs) } ?? Array(0..<rows)
    for row in rewritten where row < rows { wredrawln(periplus_stdscr(), Int32(row), 1) }
    if let cursor = buffer.cursor, cursor.x < columns, cursor.y < rows {
      wmove(periplus_stdscr(), Int32(cursor.y), Int32(cursor.x))
      curs_set(1)
    } else {
      curs_set(0)
    }
    wrefresh(periplus_stdscr())
    shown = buffer
  }

  private func put(_ cell: Cell, x: Int, y: Int) {
    let (pair, attributes) = pairs.resolve(cell.style)
    if cell.grapheme.isASCII, let byte = cell.grapheme.asciiValue {
      write([wchar_t(byte), 0], x: x, y: y, attributes, pair)
      return
    }
    var x = x
    for piece in CellGlyphs.pieces(of: cell, isUTF8: periplus_is_utf8() != 0) {
      write(piece.characters, x: x, y: y, attributes, pair)
      x += piece.width
    }
  }

  private func write(_ characters: [wchar_t], x: Int, y: Int, _ attributes: attr_t, _ pair: Int32) {
    // The last cell of the screen is written though the call fails: the cursor has nowhere to go (curs_add_wch(3x)).
    _ = characters.withUnsafeBufferPointer { periplus_put(Int32(y), Int32(x), $0.baseAddress, attributes, pair) }
  }

  func readEvents() -> [InputEvent] {
    reader.events()
  }

  /// Takes over the terminal's present size; the new size if it changed.
  func updateSize() -> Size? {
    guard let window = device.windowSize, window.columns != size.columns || window.rows != size.rows else { return nil }
    size = Size(columns: window.columns, rows: window.rows)
    resizeterm(Int32(window.rows), Int32(window.columns))
    isLost = true
    return size
  }

  /// Forgets what the terminal shows: the next frame is written whole.
  func redrawAll() {
    isLost = true
    clearok(periplus_curscr(), true)
  }

  /// Sends `text` to the terminal's clipboard; false when it is too long.
  func copy(_ text: String) -> Bool {
    guard let sequence = TerminalSequence.copy(text) else { return false }
    device.write(sequence)
    return true
  }

  func bell() {
    device.write("\u{07}")
  }

  /// Gives the terminal to the shell and stops the program until it is continued. Does nothing where no shell would continue it.
  func suspend() {
    // A shell with job control is in the same session and gave the program a process group of its own.
    guard getsid(getppid()) == getsid(0), getpgrp() != getsid(0) else { return }
    disableExtras()
    endwin()
    guardian?.release()
    FatalSignals.arm(false)
    TerminalSignals.stopJob()
    resume()
  }

  /// Takes the terminal again after the program was stopped.
  func resume() {
    FatalSignals.arm(true)
    guardian?.take()
    reset_prog_mode()
    enableExtras()
    redrawAll()
  }

  /// Gives the terminal back as it was. Any call after the first does nothing.
  func close() {
    guard isOpen else { return }
    isOpen = false
    disableExtras()
    curs_set(1)
    endwin()
    device.restoreSettings()
    TerminalSession.letGo(guardian, errors)
    if let screen { delscreen(screen) }
    for stream in streams { fclose(stream) }
  }

  /// Nothing stands by for a crash any more.
  private static func letGo(_ guardian: TerminalGuard?, _ errors: HeldErrors?) {
    FatalSignals.remove()
    guardian?.finish()
    errors?.release()
  }

  deinit {
    close()
  }
}
