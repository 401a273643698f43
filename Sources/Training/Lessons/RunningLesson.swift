/// Which lesson is meant when none is named: the one that was started last and is not done.
package struct RunningLesson {
  private let lessons: [Lesson]
  private let events: [LessonEvent]

  package init(lessons: [Lesson], events: [LessonEvent]) {
    self.lessons = lessons
    self.events = events
  }

  package var lesson: Lesson? {
    for event in events.reversed() where event.kind == .started {
      guard let lesson = lessons.first(where: { $0.id == event.lesson }) else { continue }
      if LessonState(lesson, events: events).phase == .running { return lesson }
    }
    return nil
  }
}
