import type { Writable } from 'node:stream'
import { wordWrap } from './word-wrap.ts'

export interface Terminal {
  readonly color: boolean
  /** Columns for the timeline; a pipe has none, so it gets the usual 80. */
  readonly width: number
  /** Text from outside, as it comes: no character of it can command the terminal. */
  print(text: string): void
  /** Ends what `print` wrote, with an empty line between it and what comes next. */
  endPrint(): void
  /** Our own text, on standard output. */
  show(text: string): void
  /** For people, on standard error: nothing there is part of the answer. */
  note(text: string): void
  /** Calls back when the reader of standard output has left; the answer takes it back. */
  onReaderLeft(callback: () => void): () => void
  /** Resolves when what was written has gone out, or never can. */
  flush(): Promise<void>
}

interface Streams {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable
  readonly env: Readonly<Record<string, string | undefined>>
}

const WIDEST = 120

export function openTerminal({ stdout, stderr, env }: Streams): Terminal {
  const width = Math.min(WIDEST, Math.max(40, stdout.columns || 80))
  const wrap = stdout.isTTY === true ? wordWrap(width) : undefined
  const listeners = new Set<() => void>()
  let gone = false
  let atLineStart = true
  let printed = false

  stdout.on('error', () => {
    // `| head -1` closes the pipe: no reader is left, and there is nothing more to say.
    if (gone) return
    gone = true
    for (const listener of [...listeners]) listener()
  })
  stderr.on('error', () => {})

  function write(text: string): void {
    if (gone || text === '') return
    stdout.write(text)
    atLineStart = text.endsWith('\n')
  }

  return {
    color: wantsColor(stdout, env),
    width,
    print(text) {
      printed = true
      write(wrap === undefined ? harmless(text) : wrap.push(harmless(text)))
    },
    endPrint() {
      write(wrap?.end() ?? '')
      if (printed) write(atLineStart ? '\n' : '\n\n')
      printed = false
    },
    show: (text) => write(text.endsWith('\n') ? text : `${text}\n`),
    note: (text) => void stderr.write(`${harmless(text)}\n`),
    onReaderLeft(callback) {
      if (gone) callback()
      listeners.add(callback)
      return () => listeners.delete(callback)
    },
    async flush() {
      await Promise.all([drained(stdout), drained(stderr)])
    },
  }
}

/** https://no-color.org and https://force-color.org: both before what the stream is; no colour wins. */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}

/** Control characters shown as what they are (ESC as ␛), but for tabs and line ends. */
function harmless(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[\0-\x08\x0b-\x1f]/g, (control) => String.fromCharCode(0x24_00 + control.charCodeAt(0)))
    .replace(/[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

function drained(stream: Writable): Promise<void> {
  // A stream that broke never calls back.
  if (stream.destroyed || stream.errored !== null || stream.writableEnded) return Promise.resolve()
  return new Promise((resolve) => {
    stream.once('close', resolve)
    stream.once('error', () => resolve())
    stream.write('', () => resolve())
  })
}
