// The phases of a run, which only go forward. This file imports nothing, so that bundlers can inline them.

/** Its interceptors are asked. */
export const OPENING = 0
/** Its stages may start. */
export const STAGES = 1
/** Its stages have ended. Its cleanups and its last event follow, each for a limited time. */
export const CLEANUPS = 2
/** None of its stages is running, and no child run can start. */
export const ENDED = 3
/** Its outcome is decided: nothing can end it in another way. Its interceptors and its last event are told. */
export const DECIDED = 4
/** Its last event has been made, so no other may follow. */
export const LAST_EVENT = 5
/** Its last event is published, and its facts no longer change. */
export const CLOSED = 6
