import type { Writable } from 'node:stream'
import { styleText } from 'node:util'

import { columnsOf, cutText, padText } from '@stageflow/core/kit'
import { eastAsianWidth } from 'get-east-asian-width'

/** Where a command prints, and what it reads of its surroundings. */
export interface Terminal {
  readonly output: Writable & { readonly columns?: number | undefined }
  readonly error: Writable
  readonly env: NodeJS.ProcessEnv
  /** Resolves when the person stops the command, by Ctrl-C. */
  readonly untilStopped: () => Promise<void>
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'magenta' | 'cyan'

/** Styles text for a stream, if that is a terminal with colors. The variables NO_COLOR and FORCE_COLOR count too. */
export function paint(stream: Writable, style: Style, text: string): string {
  return styleText(style, text, { stream })
}

export const hasColor = (stream: Writable): boolean => paint(stream, 'red', 'x') !== 'x'

/** The width of the drawings of runs: that of the terminal. In a file or a pipe 76 columns, so that a mail or a page can quote them. */
export const drawingWidth = ({ output }: Terminal): number => Math.max(30, output.columns ?? 76)

export function print({ output }: Terminal, ...lines: readonly string[]): void {
  output.write(`${lines.join('\n')}\n`)
}

/** Resolves when all that was written has left the process. */
export const ended = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve())
  })

export const widthOf = (text: string): number => columnsOf(text, eastAsianWidth)
export const cutTo = (text: string, columns: number): string => cutText(text, columns, eastAsianWidth)
export const padTo = (text: string, columns: number): string => padText(text, columns, eastAsianWidth)
