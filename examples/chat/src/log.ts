import { appendFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { StageflowError } from '@stageflow/core'
import { type Logger, pino } from 'pino'

/** A file of that size becomes `chat.log.1`, and the one before it is gone. */
const LARGEST_FILE = 1_000_000

/** A logger to `chat.log` in that folder. Several processes may write to it. No other user of the machine may read it. */
export function fileLogger(directory: string): Logger {
  const file = join(directory, 'chat.log')
  const append = (text: string): void => appendFileSync(file, text, { mode: 0o600 })
  try {
    append('')
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new StageflowError(
      'chat/log-unusable',
      `The log "${file}" cannot be written: ${said}. Make it writable, or let the log go to standard error by --log.`,
      { cause },
    )
  }
  // A few lines a question need no descriptor that stays open; by its name every process finds the file that is the newest.
  return logger((line) => {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= LARGEST_FILE) renameSync(file, `${file}.1`)
    append(line)
  })
}

/** A logger that hands over each line. */
export function logger(write: (line: string) => void): Logger {
  return pino({ base: { pid: process.pid } }, { write })
}
