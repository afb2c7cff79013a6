// One idea has one word in all packages. These are the words that packages have used for an idea by mistake, and the right ones.
// docs/reference/plugin-conventions.md has the right ones for authors of plugins.

/** Refused names of options, and what the option is called instead. */
const OPTIONS = {
  columns: 'width',
  dropPolicy: 'overflow',
  file: 'path',
  fileName: 'path',
  filePath: 'path',
  filename: 'path',
  idleMs: 'idleTimeoutMs',
  includeData: 'data',
  keepMs: 'ttlMs for a record, retentionMs for an ended run',
  lifetimeMs: 'ttlMs for a record, retentionMs for an ended run',
  maxAgeMs: 'ttlMs for a record, retentionMs for an ended run',
  maxRetries: 'attempts, inside retry',
  ms: 'timeoutMs',
  onFull: 'overflow',
  redact: 'redaction',
  retries: 'attempts, inside retry',
  shouldRetry: 'isRetryable',
}

/** Refused second halves of codes, and what they are called instead. */
const CODES = [
  [/(^|-)timeout$|^exceeded$|^no-answer$/, 'timed-out'],
  [/^invalid-(option|argument)s?$|^illegal-(argument|options)$/, 'illegal-option'],
  [/^misfit$|^(other|wrong|new)-graph$|^graph-/, 'changed-graph'],
  [/unreachable$|.-unavailable$|^offline$|^down$/, 'unavailable'],
  [/.-full$/, 'full'],
  [/serializ|^unstorable/, 'not-json'],
  [/^value-too-(large|long)$|^too-(big|long)$/, 'too-large'],
  [/^parameter-mismatch$|^key-reused$/, 'other-input (another input) or other-work (another stage)'],
]

/** The right word for an option; undefined if its name isn't refused. */
export const otherOption = (name) => (Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined)

/** The right word for the second half of a code, such as `full` of `streaming/full`; undefined if it isn't refused. */
export const otherCode = (half) => CODES.find(([pattern]) => pattern.test(half))?.[1]
