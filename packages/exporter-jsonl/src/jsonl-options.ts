import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { CLOCK, FLAG, REDACTION, optionProblems, or, read, refuseOptions, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import type { RedactionOptions } from '@stageflow/core/redaction'

export interface JsonlExporterOptions {
  /** The file. It and its folders are made with the first events. A relative path is resolved when the exporter is made. */
  readonly path: string | URL
  /** Maximum size of a file, in bytes. The file is set aside, and a new one begun, before it grows beyond this. Default: Infinity. */
  readonly maxFileBytes?: number
  /** Maximum number of files set aside, by any process. The oldest are deleted. Default: Infinity. */
  readonly maxFiles?: number
  /** Whether each batch is on the disk, and not only in the memory of the system, before it counts as delivered. Default: false. */
  readonly fsync?: boolean
  /** The permissions of new files, as in chmod, less the umask of the process. Default: 0o600, this user alone. */
  readonly mode?: number
  /** Maximum length of a line, in bytes, at least 16,384. The data of an event that is longer is replaced by a note. Default: 262,144. */
  readonly maxLineBytes?: number
  /** Whether to write all data of events. False: only data that holds no words of users. Default: true. */
  readonly data?: boolean
  /** More secrets, and how much of an event's data is kept. False writes data as it is. Default: `{}`. */
  readonly redaction?: RedactionOptions | false
  /** Default: the clock of the machine. */
  readonly clock?: Clock
}

export type Settings = Required<Omit<JsonlExporterOptions, 'path'>> & { readonly path: string }

/** More than a line in a log keeps: a file is where people look for everything. */
export const KEPT: RedactionOptions = { maxTextLength: 16_384, maxEntries: 1_000, maxDepth: 20, maxLength: 131_072 }

export const ILLEGAL_OPTION = 'exporter-jsonl/illegal-option'
const RULES: OptionRules<JsonlExporterOptions> = {
  path: [isPath, 'the path of a file, or a file: URL'],
  maxFileBytes: or(whole(1), Infinity),
  maxFiles: or(whole(0), Infinity),
  fsync: FLAG,
  mode: [whole(0, 0o777)[0], 'a whole number from 0 to 0o777'],
  maxLineBytes: whole(16_384),
  data: FLAG,
  redaction: REDACTION,
  clock: CLOCK,
}

/** The options with their defaults. Throws `exporter-jsonl/illegal-option` with every problem. */
export function settingsOf(options: JsonlExporterOptions): Settings {
  refuseOptions('new JsonlExporter()', ILLEGAL_OPTION, [
    ...(typeof options === 'object' && read(options, 'path') === undefined ? ['path is missing'] : []),
    ...optionProblems(options, RULES),
  ])
  const { path, maxFileBytes = Infinity, maxFiles = Infinity, fsync = false, mode = 0o600 } = options
  const { maxLineBytes = 262_144, data = true, redaction = {}, clock = systemClock } = options
  return {
    path: typeof path === 'string' ? resolve(path) : fileURLToPath(path),
    maxFileBytes,
    maxFiles,
    fsync,
    mode,
    maxLineBytes,
    data,
    redaction,
    clock,
  }
}

function isPath(value: unknown): boolean {
  if (typeof value === 'string') return value !== '' && !value.includes('\0')
  return value instanceof URL && value.protocol === 'file:'
}
