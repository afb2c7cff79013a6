import { read } from '@stageflow/core/kit'

const CHARACTERS_PER_TOKEN = 4

/** About how many tokens the parts of a request have: one for 4 characters of their JSON, without images, sounds and files. */
export const inputTokensOf = (...parts: readonly unknown[]): number =>
  Math.ceil(parts.reduce((sum: number, part) => sum + lengthOf(part), 0) / CHARACTERS_PER_TOKEN)

/** The JSON of a function is undefined. */
const lengthOf = (part: unknown): number => (JSON.stringify(part, withoutMedia) as string | undefined)?.length ?? 0

/** `this` has the value as it was before its `toJSON`. */
function withoutMedia(this: unknown, key: string, value: unknown): unknown {
  const given = read(this, key)
  const isBytes = ArrayBuffer.isView(given) || given instanceof ArrayBuffer
  return isBytes || (typeof value === 'string' && isMedia(this, key, value)) ? undefined : value
}

const MEDIA_TYPES: ReadonlySet<unknown> = new Set([
  'data',
  'file',
  'file-data',
  'image-data',
  'media',
  'reasoning-file',
])

/** Whether a text is the Base64 of an image, a sound or a file. Providers count these in their own ways. */
function isMedia(part: unknown, key: string, text: string): boolean {
  const type = read(part, 'type')
  return text.startsWith('data:') || (key === 'image' && type === 'image') || (key === 'data' && MEDIA_TYPES.has(type))
}
