import { checkArgumentCount, read } from '@stageflow/core/kit'
import { CHARACTERS_PER_TOKEN } from './call-usage.ts'
import { CODE } from './options.ts'

/** A file as a string: a data URL, or base64 that is longer than any word. */
const ENCODED_FILE = /^data:[\w.+-]+\/[\w.+-]+[;,]|^[\w+/-]{1000,}={0,2}$/

/**
 * About how many tokens parts of a request have, for `size` of a model: one for 4 characters of their JSON. Images and other files count as
 * none, whether they are bytes, base64 or data URLs.
 */
export function estimateTokens(parts: readonly unknown[]): number {
  checkArgumentCount(arguments.length, 1, 'estimateTokens(parts)', CODE)
  const characters = parts.map((part) => JSON.stringify(part, withoutFiles)?.length ?? 0)
  return Math.ceil(characters.reduce((sum, one) => sum + one, 0) / CHARACTERS_PER_TOKEN)
}

function withoutFiles(this: unknown, name: string, value: unknown): unknown {
  // What stands there, because `value` of a Buffer is an array of numbers already.
  if (ArrayBuffer.isView(read(this, name))) return ''
  return typeof value === 'string' && ENCODED_FILE.test(value) ? '' : value
}
