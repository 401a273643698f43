import RecordStore
import Recorder
import StateDirectory

extension StoreReader {
  /// The store of this installation, whose recorder tells what is new.
  convenience init(home: Home) {
    let recorder = ControlClient(socket: home.socket("recorder"))
    self.init(directory: home.store, pushes: { recorder.commits() })
  }
}
