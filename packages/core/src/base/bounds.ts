// The fixed bounds and defaults of the engine. This file imports nothing, so that bundlers can inline them.

// Messages

/** How many nested causes of an error are looked at, and kept in its record. */
export const DEEPEST_CAUSE = 5
/** How many characters of a value a message shows. */
export const LONGEST_SHOWN = 80
/** A long password is cut out before the text is cut. In characters. */
export const LONGEST_READ = 1_000
/** How many names or problems a message lists. */
export const MOST_LISTED = 12
/** How many problems the message of a `PipelineBuildError` lists. */
export const MOST_PROBLEMS = 50
/** At most this many unknown names are listed: audio passed instead of options would have thousands. */
export const MOST_UNKNOWN = 5

// Builds

/** Guessing names among very many stages is slow; this many guesses are enough to see what is wrong. */
export const MOST_GUESSES = 20
export const LONGEST_CYCLE = 12
/** A pipeline may have thousands of stages; this many are listed. */
export const MOST_STAGES_LISTED = 50
/** Above this many dependencies, an index is faster than a search by name. */
export const MANY_DEPENDENCIES = 8
/** Up to this many stages, a graph has its own class for `result.data`. */
export const MOST_FIELDS = 64
/** How deep the value of an option is looked at. Deeper ones aren't written as JSON. */
export const OPTION_DEPTH = 5

// Runs

/** How deep the input of a run may be nested. */
export const DEEPEST_INPUT = 200
/** How many levels of child runs may be nested below the outermost run. */
export const DEEPEST_CHILD = 5
export const DEFAULT_GRACE_MS = 5_000
export const DEFAULT_CLEANUP_MS = 5_000
/** How many items of a map are in progress at once. */
export const DEFAULT_CONCURRENCY = 16
/** How deep a note is checked before it is serialized instead. Most notes are flat. */
export const QUICK_DEPTH = 3
/** How many stages share a signal. Adding a listener walks the signal's list of listeners, so a very long list is slow. */
export const SHARED_SIGNAL = 64
/** What a timer of JavaScript can hold: 24.8 days. */
export const LONGEST_TIMER_MS = 2_147_483_647
/** How many events a reader may be behind before chunks wait for it, and how many are kept until a reader begins. */
export const MOST_BEHIND = 1_000
