// How far the engine goes. A file that imports nothing: bundlers put its numbers where they are used.

/** How deep runs may lie inside one another, below the outermost. */
export const DEEPEST_CHILD = 5
/** How deep the record of an error keeps causes. */
export const DEEPEST_CAUSE = 5
/** How deep the input of a run may be nested. */
export const DEEPEST_INPUT = 200
export const DEFAULT_MAX_ATTEMPTS = 3
/** How many problems of a build its message lists. */
export const MOST_SHOWN = 50
/** Enough to see what is wrong; looking for likely names among very many stages is slow. */
export const MOST_GUESSES = 20
export const LONGEST_CYCLE = 12
/** How many dependencies make a search by name worth an index. */
export const MANY_DEPENDENCIES = 8
/** Up to how many stages a graph gets a hidden class of its own for its data. */
export const MOST_FIELDS = 64
/** How many stages share a signal. */
export const SHARED_SIGNAL = 64
/** How many events a reader may be behind before chunks wait for it. */
export const MOST_BEHIND = 1_000
export const DEFAULT_GRACE_MS = 5_000
export const DEFAULT_CLEANUP_MS = 5_000
/** In the place of a time: the clock has not been read. */
export const UNREAD = -1
