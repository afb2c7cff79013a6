import type { Writable } from 'node:stream'

/** Where lines are drawn: over and over at one place of a terminal, or once, at the end. */
export interface Screen {
  readonly isLive: boolean
  readonly color: boolean
  readonly width: number
  /** Shows the lines in place of those before; nothing where it is not live. */
  draw(lines: readonly string[]): void
  /** Shows the lines in place of those before, to stay. */
  end(lines: readonly string[]): void
  /** Gives the terminal back as it was; may be called again. */
  close(): void
}

interface Terminal {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** No cursor, and no line that wraps: it would count as two. */
const BEGIN_DRAWING = '\x1b[?25l\x1b[?7l'
const END_DRAWING = '\x1b[?7h\x1b[?25h'
const LEAST_ROWS = 20
const CLEAR_TO_END_OF_LINE = '\x1b[K'

export function openScreen({ stdout, env }: Terminal): Screen {
  // A picture that is higher than the terminal cannot be drawn over.
  const isLive = stdout.isTTY === true && env['TERM'] !== 'dumb' && (stdout.rows || 24) >= LEAST_ROWS
  let drawn = 0
  let isDrawing = false
  // `| head -1` closes the pipe: no reader is left.
  stdout.on('error', () => {})

  function show(lines: readonly string[]): void {
    const up = drawn > 0 ? `\x1b[${drawn}A\r` : ''
    const eachLine = isLive ? `${CLEAR_TO_END_OF_LINE}\n` : '\n'
    stdout.write(`${up}${lines.map((line) => `${line}${eachLine}`).join('')}`)
    drawn = lines.length
  }

  function close(): void {
    if (isDrawing) stdout.write(END_DRAWING)
    isDrawing = false
  }

  return {
    isLive,
    color: isLive && (env['NO_COLOR'] ?? '') === '',
    width: Math.min(120, stdout.columns || 80),
    draw(lines) {
      if (!isLive) return
      if (!isDrawing) stdout.write(BEGIN_DRAWING)
      isDrawing = true
      show(lines)
    },
    end(lines) {
      close()
      show(lines)
    },
    close,
  }
}
