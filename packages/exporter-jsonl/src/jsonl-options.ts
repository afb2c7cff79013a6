import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import type { RedactionOptions } from '@stageflow/core/redaction'

import { checkOptions, whole } from './option-rules.ts'
import type { Rule, Rules } from './option-rules.ts'

export interface JsonlExporterOptions {
  /** The file; it and its folders are made when the first events come. A relative path is taken from where the process is now. */
  readonly path: string | URL
  /** The file is set aside, and a new one begun, before it grows beyond this. Default: Infinity. */
  readonly maxFileBytes?: number
  /** How many of those that were set aside, by whichever process, are kept; the oldest are deleted. Default: Infinity. */
  readonly maxFiles?: number
  /** Whether each batch is on the disk, and not only in the system's memory, before it counts as written. Default: false. */
  readonly fsync?: boolean
  /** Who may read a file that is made, as in chmod, less the umask of the process. Default: 0o600, this user alone. */
  readonly mode?: number
  /** The longest line; of an event that is longer the data is cut, and says so. At least 16,384. Default: 262,144. */
  readonly maxLineBytes?: number
  /** What is secret beside what always is, and how much of an event's data is kept; false writes it as it is. Default: `{}`. */
  readonly redaction?: RedactionOptions | false
  /** Default: the clock of the machine. */
  readonly clock?: Clock
}

export type Settings = Required<Omit<JsonlExporterOptions, 'path'>> & { readonly path: string }

/** More than the redactor keeps of a line in a log: a file is where one looks for the whole. */
const KEPT: RedactionOptions = { maxTextLength: 16_384, maxEntries: 1_000, maxDepth: 20, maxLength: 131_072 }

const REDACTION = ['keys', 'maxTextLength', 'maxEntries', 'maxDepth', 'maxLength']
const most: Rule = [
  (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 1),
  'a whole number, at least 1, or Infinity',
]
const RULES: Rules = {
  path: [isPath, 'the path of a file, or a file: URL'],
  maxFileBytes: most,
  maxFiles: [(value) => value === 0 || most[0](value), 'a whole number, at least 0, or Infinity'],
  fsync: [(value) => typeof value === 'boolean', 'true or false'],
  mode: [
    (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0o777,
    'a whole number from 0 to 0o777',
  ],
  maxLineBytes: whole(16_384),
  redaction: [isRedaction, `false, or an object of ${REDACTION.join(', ')}; keys is a list of texts and expressions`],
  clock: [isClock, 'a clock, with now(), sleep() and setTimeout()'],
}

export function settingsOf(options: unknown): Settings {
  const isLost = typeof options === 'object' && options !== null && (options as { path?: unknown }).path === undefined
  checkOptions('new JsonlExporter()', options, RULES, isLost ? ['path is missing; pass the path of a file'] : [])
  const given = Object.entries(options as object).filter(([, value]) => value !== undefined)
  const { path, redaction, ...rest } = Object.fromEntries(given) as unknown as JsonlExporterOptions
  return {
    maxFileBytes: Infinity,
    maxFiles: Infinity,
    fsync: false,
    mode: 0o600,
    maxLineBytes: 262_144,
    clock: systemClock,
    ...rest,
    redaction: redaction === false ? false : { ...KEPT, ...defined(redaction ?? {}) },
    path: typeof path === 'string' ? resolve(path) : fileURLToPath(path),
  }
}

function defined(options: RedactionOptions): RedactionOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function isPath(value: unknown): boolean {
  if (typeof value === 'string') return value !== '' && !value.includes('\0')
  return value instanceof URL && value.protocol === 'file:'
}

function isRedaction(value: unknown): boolean {
  if (value === false) return true
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(([key, given]) => {
    if (!REDACTION.includes(key)) return false
    if (given === undefined) return true
    if (key !== 'keys') return Number.isSafeInteger(given) && (given as number) >= 1
    return Array.isArray(given) && given.every((name) => typeof name === 'string' || name instanceof RegExp)
  })
}

function isClock(value: unknown): boolean {
  const { now, sleep, setTimeout: timer } = (value ?? {}) as Partial<Clock>
  return [now, sleep, timer].every((each) => typeof each === 'function')
}
