import { checkArgumentCount, read } from '@stageflow/core/kit'
import { CHARACTERS_PER_TOKEN } from './call-usage.ts'
import { CODE } from './options.ts'

/**
 * About how many tokens parts of a request have, for `size` of a model: one for 4 characters of their JSON. Images, sounds and files count as
 * none, whether they are bytes, data URLs, or Base64 where the AI SDK and OpenAI's client have it.
 */
export function estimateTokens(parts: readonly unknown[]): number {
  checkArgumentCount(arguments.length, 1, 'estimateTokens(parts)', CODE)
  const characters = parts.map(lengthOf).reduce((sum, length) => sum + length, 0)
  return Math.ceil(characters / CHARACTERS_PER_TOKEN)
}

/** The JSON of a function is undefined. */
const lengthOf = (part: unknown): number => (JSON.stringify(part, withoutFiles) as string | undefined)?.length ?? 0

/** `this` has the value as it was before its `toJSON`: that of a Buffer makes an array of numbers. */
function withoutFiles(this: unknown, key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(read(this, key))) return ''
  return typeof value === 'string' && isFile(this, key, value) ? '' : value
}

const DATA_URL = /^data:[\w.+-]+\/[\w.+-]+[;,]/
/** Parts of the AI SDK whose `data` is Base64. */
const FILE_TYPES: ReadonlySet<unknown> = new Set(['data', 'file', 'file-data', 'image-data', 'media', 'reasoning-file'])

/** Whether a text is an image, a sound or a file. Providers count these in their own ways. */
function isFile(part: unknown, key: string, text: string): boolean {
  if (DATA_URL.test(text) || key === 'file_data') return true
  const type = read(part, 'type')
  if (key === 'image') return type === 'image'
  return key === 'data' && (FILE_TYPES.has(type) || typeof read(part, 'format') === 'string')
}
