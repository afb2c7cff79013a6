import { styleText } from 'node:util'

/** `FORCE_COLOR`: set by the process that shows what this one prints. */
export const isColored = (): boolean =>
  process.env['FORCE_COLOR'] !== undefined || (process.stdout.isTTY && process.stdout.hasColors())

export const colored = (style: Parameters<typeof styleText>[0], text: string): string =>
  isColored() ? styleText(style, text, { validateStream: false }) : text
