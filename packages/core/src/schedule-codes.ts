// The integers that a schedule and its plan are made of. A file that imports nothing: bundlers put them where they are used.

// Facts, which the runner feeds.
/** A stage ended; the detail is its state, with STAYS added where its code still runs. */
export const SETTLED = 1
/** The code of a stage ended, or was given up, later than its status. */
export const LEFT = 2
/** Nothing new may start. */
export const STOP = 3

// Commands, which the runner takes.
export const START = 1
export const SKIP = 2
export const ABORT = 3
/** Nothing runs, and nothing can start any more. */
export const END = 4

// States of a stage.
export const WAITING = 0
export const READY = 1
export const RUNNING = 2
export const OK = 3
export const SKIPPED = 4
export const FAILED = 5
export const CANCELLED = 6
export const STAYS = 8

// The cells of a stage in the one array of a run.
export const CELLS = 4
/** Dependencies that have not settled. */
export const PENDING = 0
/** Dependencies that must still end ok. */
export const NEED = 1
export const STATE = 2
/** The dependency that released or skipped the stage; −1: none; the stage itself: nobody can read it any more. */
export const WHY = 3

/** In the place of a count of readers: the stage was told to stop, since nobody can read it. */
export const ABORTED = -1
export const STATE_BITS = 7
const OPERATION_BITS = 3
export const operationOf = (command: number): number => command & 7
export const stageOf = (command: number): number => command >> OPERATION_BITS
export const commandOf = (operation: number, stage: number): number => (stage << OPERATION_BITS) | operation
