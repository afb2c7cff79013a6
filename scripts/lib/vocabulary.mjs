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
  [/(^|-)timeout$|(^|-)slow$|^exceeded$|^no-answer$/, 'timed-out'],
  [
    /^invalid-(option|argument)s?$|^illegal-(argument|options|redaction|seed|time)$|^(build|run)-option$/,
    'illegal-option',
  ],
  [/^misfit$|^(other|wrong|new)-graph$|^graph-/, 'changed-graph'],
  [/unreachable$|.-unavailable$|^offline$|^down$/, 'unavailable'],
  [/.-full$|(^|-)overflow$/, 'full'],
  [/serializ|^unstorable/, 'not-json'],
  [/^parameter-mismatch$|^key-reused$/, 'other-input (another input) or other-work (another stage)'],
  [/.-too-(large|big)$|^oversized?$/, 'too-large'],
]

/** What a second half means over HTTP. Every half that two packages have is here, so that they can't differ by accident. */
const STATUSES = {
  'allows-failed': '500',
  answer: '422',
  cancelled: '499',
  'changed-graph': '500',
  closed: '503',
  contract: '–',
  damaged: '500',
  'duplicate-name': '–',
  exhausted: '503',
  expired: '409',
  full: '503',
  'handler-failed': '500',
  'illegal-key': '500',
  'illegal-option': '–',
  'illegal-verdict': '500',
  'in-progress': '409',
  'lease-lost': '503',
  'missing-input': '500',
  'missing-token': '401',
  'not-a-pipeline': '500',
  'not-failed': '409',
  'not-json': '500',
  'not-migrated': '500',
  'not-waiting': '409',
  'other-input': '422',
  'other-work': '409',
  'output-schema': '500',
  'still-running': '503',
  'timed-out': '504',
  'too-large': '500',
  'too-many-answers': '429',
  unavailable: '503',
  unguarded: '500',
  'unknown-run': '404',
  'unreadable-entry': '500',
  'verify-failed': '500',
  'wait-too-long': '503',
}

/** Packages whose errors never end a request: sinks and exporters work beside it, and `testing` in tests. */
const BESIDE_REQUESTS = /^(sink|exporter)-|^testing(\/|$)/
/** How a row says that its code is a note, a field of a report or of an event, or the cause of another code. */
const NO_ENDING = /\bin (the report|`[a-z]+\.[a-z_]+`)|\bThe call ends as\b/i
/** Words in a row with which a half has another status, because they say who can fix it. */
const BY_WORDS = [
  // The caller of the request sent it.
  ['illegal-option', /\brun ?id\b|\bdecision\b/i, '400'],
  ['illegal-key', /\brequest\b/i, '400'],
  ['too-large', /\binput\b|\banswer\b|\brequest\b/i, '413'],
  // The program passes it with each request, and not only while it starts.
  ['illegal-option', /\brun option\b/i, '500'],
]
/** A token is refused with 401, whatever is wrong with it. */
const OF_TOKENS = { 'auth/expired': '401', 'auth/too-large': '401' }

/** The right word for an option; undefined if its name isn't refused. */
export const otherOption = (name) => (Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined)

/** The right word for the second half of a code, such as `full` of `streaming/full`; undefined if it isn't refused. */
export const otherCode = (half) => CODES.find(([pattern]) => pattern.test(half))?.[1]

/**
 * The status that a code must have in its row, whose cell "when" is `when`; undefined if its second half has no usual status,
 * and the package decides.
 */
export function statusOf(code, when) {
  const [first, second] = code.split('/')
  if (BESIDE_REQUESTS.test(first)) return '–'
  if (!isShared(second)) return undefined
  if (NO_ENDING.test(when)) return '–'
  if (Object.hasOwn(OF_TOKENS, code)) return OF_TOKENS[code]
  const found = BY_WORDS.find(([half, words]) => half === second && words.test(when))
  return found?.[2] ?? STATUSES[second]
}

/** The second halves that several of these codes have, and that lack a usual status. */
export function halvesWithoutStatus(codes) {
  const ending = codes.filter((code) => !BESIDE_REQUESTS.test(code))
  const counts = Map.groupBy(ending, (code) => code.split('/')[1])
  return [...counts].filter(([half, same]) => same.length > 1 && !isShared(half)).map(([half]) => half)
}

const isShared = (half) => Object.hasOwn(STATUSES, half)
