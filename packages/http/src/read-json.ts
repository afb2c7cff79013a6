import { StageflowError } from '@stageflow/core'
import { checkArgumentCount, checkOptions, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { REQUEST_RULES } from './web-request.ts'

export interface ReadJsonOptions {
  /** Maximum size of the body, in bytes. Default: 65,536. */
  readonly maxBytes?: number
}

const RULES: OptionRules<ReadJsonOptions> = { maxBytes: whole(1) }

/** The JSON of the body of a request. Reads no more than `maxBytes`. Rejects with `http/too-large`, `http/malformed-body` and `http/illegal-option`. */
export async function readJson(request: Request, options: ReadJsonOptions = {}): Promise<unknown> {
  checkArgumentCount(arguments.length, 2, 'readJson(request, options)', 'http/illegal-option')
  checkOptions('readJson()', 'http/illegal-option', { request }, REQUEST_RULES)
  checkOptions('readJson()', 'http/illegal-option', options, RULES)
  const bytes = await bodyOf(request, options.maxBytes ?? 65_536)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  } catch {
    // The error of JSON.parse quotes the body.
    throw new StageflowError('http/malformed-body', 'The body of the request is not JSON in UTF-8.')
  }
}

async function bodyOf({ body }: Request, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  const reader = body?.getReader()
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    length += part.value.byteLength
    if (length > maxBytes) {
      await reader?.cancel()
      throw tooLarge(maxBytes)
    }
    parts.push(part.value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}

export const tooLarge = (maxBytes: number): StageflowError =>
  new StageflowError('http/too-large', `The body of the request is longer than ${maxBytes} bytes.`)
