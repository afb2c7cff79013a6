import { show } from '@stageflow/core/kit'

import { illegalArgument } from '../argument-errors.ts'
import { toBase64 } from './audio-base64.ts'
import { bytesOf } from './audio-format.ts'

const MOST_BYTES = 65_536

/**
 * Audio as a short string for a log line: `<audio:320B,data:…>` in base64, or, if it is longer than `maxBytes` (default 100, at most
 * 65,536), `<audio:64000B,sample:…...>` with its start. Errors: `streaming/illegal-option`.
 */
export function encodeAudioForLogging(audio: ArrayBufferView | ArrayBuffer, maxBytes = 100): string {
  const what = 'encodeAudioForLogging()'
  const bytes = bytesOf(audio, what)
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0 || maxBytes > MOST_BYTES)
    throw illegalArgument(what, show(maxBytes), `a whole number from 0 to ${MOST_BYTES} as maxBytes`)
  return bytes.length <= maxBytes
    ? `<audio:${bytes.length}B,data:${toBase64(bytes)}>`
    : `<audio:${bytes.length}B,sample:${toBase64(bytes.subarray(0, maxBytes))}...>`
}
