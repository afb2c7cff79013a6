import type { Writable } from 'node:stream'
import { wordWrap } from './word-wrap.ts'

export interface Terminal {
  readonly color: boolean
  readonly width: number
  /** Aborts when standard output is closed early, as by `| head -1`. */
  readonly readerLeft: AbortSignal
  /** Prints a piece of text that may contain anything. Control characters are made visible. */
  print(text: string): void
  /** Ends the printed text with an empty line. */
  endPrint(): void
  /** Prints our own text. */
  show(text: string): void
  /** Prints a message on standard error. */
  note(text: string): void
  /** Resolves when everything has been written. */
  flush(): Promise<void>
}

interface Streams {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Replaces `secrets` in everything that it writes. */
export function openTerminal({ stdout, stderr, env }: Streams, secrets: readonly string[] = []): Terminal {
  const width = Math.min(120, Math.max(40, stdout.columns || 80))
  const wrap = stdout.isTTY === true ? wordWrap(width) : undefined
  const left = new AbortController()
  let printed = ''
  stdout.on('error', () => left.abort('the reader of the answer has left'))
  stderr.on('error', () => {})

  const hide = (text: string): string => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '…'), text)
  function write(text: string): void {
    if (text !== '' && !left.signal.aborted) stdout.write(hide(text))
  }

  return {
    color: hasColor(stdout.isTTY === true, env),
    width,
    readerLeft: left.signal,
    print(text) {
      printed = text === '' ? printed : text
      write(wrap === undefined ? visible(text) : wrap.push(visible(text)))
    },
    endPrint() {
      write(wrap?.end() ?? '')
      if (printed !== '') write(printed.endsWith('\n') ? '\n' : '\n\n')
      printed = ''
    },
    show: (text) => write(text.endsWith('\n') ? text : `${text}\n`),
    note(text) {
      const shown = visible(hide(text))
      stderr.write(`${wrap === undefined ? shown : wrap.push(shown) + wrap.end()}\n`)
    },
    flush: async () => void (await Promise.all([drained(stdout), drained(stderr)])),
  }
}

/** See https://no-color.org and https://force-color.org. */
function hasColor(isTerminal: boolean, env: Streams['env']): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR'] !== undefined) return !/^(?:0|false)$/.test(env['FORCE_COLOR'])
  return isTerminal && env['TERM'] !== 'dumb'
}

/** Shows ESC as ␛, so that no text can command the terminal. */
const visible = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/[\0-\x08\x0b-\x1f]/g, (control) => String.fromCharCode(0x24_00 + control.charCodeAt(0)))
    .replace(/[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')

function drained(stream: Writable): Promise<void> {
  if (stream.destroyed || stream.errored !== null) return Promise.resolve()
  return new Promise((resolve) => {
    stream.once('error', () => resolve())
    stream.write('', () => resolve())
  })
}
