// What goes wrong in each row, and how often. The first model of a contender is on the faulty server, and its spare on one that is well. Both
// answer with the same text, so that a reader sees at once if a part came twice.

export const CHUNKS = ['Your ', 'balance ', 'is ', '7.']
export const RUNS = 5
/** A run that has not ended by then counts as one without an end. */
export const PATIENCE_MS = 3_000
/** How long the first model may be silent, in the row in which it is, for those who take a limit. */
export const FIRST_CHUNK_MS = 300
/** In the last row: after so many chunks the reader stops. */
export const STOP_AFTER = 2

const faulted = (kind, afterChunks) => ({ text: CHUNKS, fault: { kind, afterChunks } })

export const faults = [
  { id: 'http-503', title: 'HTTP 503', main: { status: 503 } },
  { id: 'http-401', title: 'HTTP 401', main: { status: 401 } },
  { id: 'cut-before', title: 'the connection breaks before the headers', main: faulted('cut', 0) },
  { id: 'error-before', title: 'an error event before the text', main: faulted('overloaded', 0) },
  {
    id: 'stall-before',
    title: 'silence after the headers, before the text',
    main: faulted('stall', 0),
    limitMs: FIRST_CHUNK_MS,
  },
  { id: 'cut-after', title: 'the connection breaks after 3 of 4 chunks', main: faulted('cut', 3) },
  { id: 'error-after', title: 'an error event after 3 of 4 chunks', main: faulted('overloaded', 3) },
  { id: 'end-after', title: 'the response ends after 3 of 4 chunks, without a finish reason', main: faulted('end', 3) },
  {
    id: 'stop',
    title: 'the usage, after the reader stopped at 2 chunks',
    main: { text: CHUNKS, chunkMs: 50 },
    stops: true,
  },
]
