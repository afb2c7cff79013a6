import { toBase64 } from './audio-base64.ts'
import { bytesOf, illegalArgument } from './audio-format.ts'
import { shown } from './option-rules.ts'

const MOST_BYTES = 65_536

/**
 * Audio as a short text for a log line: `<audio:320B,data:…>` in base64, or beyond `maxBytes` (default 100, at most 65,536)
 * `<audio:64000B,sample:…...>` with its beginning. Errors: `streaming/illegal-argument`.
 */
export function encodeAudioForLogging(audio: ArrayBufferView | ArrayBuffer, maxBytes = 100): string {
  const what = 'encodeAudioForLogging()'
  const bytes = bytesOf(audio, what)
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0 || maxBytes > MOST_BYTES)
    throw illegalArgument(what, shown(maxBytes), `a maxBytes that is a whole number from 0 to ${MOST_BYTES}`)
  return bytes.length <= maxBytes
    ? `<audio:${bytes.length}B,data:${toBase64(bytes)}>`
    : `<audio:${bytes.length}B,sample:${toBase64(bytes.subarray(0, maxBytes))}...>`
}
