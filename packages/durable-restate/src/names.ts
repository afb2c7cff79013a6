// Names in the journal, the promises and the state of a run. The step of a call has the key of the call, which contains no space.

/** The step that a run begins with. */
export const START = 'run start'
/** The step that keeps the result of a run: its report has times that differ between attempts. */
export const END = 'run end'
/** The promise that cancels a run, and the step that records it. */
export const CANCEL = 'run cancel'
/** The promise of an answer, and the step that records it: followed by the key of the call that asked. */
export const ANSWER = 'answer '
/** The step that records that a timer has passed: followed by the key of the timer. */
export const TIMER = 'timer '
/** The step that records the end of a call on another machine: followed by the key of the call. */
export const CALLED = 'called '
/** What aborts a call on another machine: followed by the key of the call. */
export const ABORT = 'abort '
/** The sleep of a timer. */
export const SLEEP = 'sleep '
/** The state that tells how far the run is. */
export const RUN = 'run'
/** The state that keeps a request: followed by the key of the call that asked. */
export const WAIT = 'wait '

/** The reason of a run that was cancelled in Restate, which gives none. */
export const BY_ENGINE = 'cancelled in Restate'
