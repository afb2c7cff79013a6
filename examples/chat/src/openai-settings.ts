import { StageflowError } from '@stageflow/core'

export interface ModelServer {
  /** The address of the endpoint itself. */
  readonly url: URL
  readonly apiKey: string
  readonly model: string
}

type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_MODEL = 'gpt-4o-mini'
const NEEDED = ['OPENAI_BASE_URL', 'OPENAI_API_KEY'] as const

/** The one setting that is missing although the other is there. The user meant to use a server, and should read that it is not used. */
export function missingSetting(environment: Environment): string | undefined {
  const missing = NEEDED.filter((name) => (environment[name]?.trim() ?? '') === '')
  return missing.length === 1 ? missing[0] : undefined
}

/** The server that the environment names, or undefined: the embedded answerer then answers. No message repeats the key. */
export function modelServer(environment: Environment): ModelServer | undefined {
  const base = environment['OPENAI_BASE_URL']?.trim() ?? ''
  const apiKey = environment['OPENAI_API_KEY']?.trim() ?? ''
  if (base === '' || apiKey === '') return undefined
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new StageflowError(
      'chat/illegal-api-key',
      'OPENAI_API_KEY contains spaces, line ends or characters that no HTTP header may carry. Set it to the key alone.',
    )
  }
  const url = URL.canParse(base) ? new URL(base) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new StageflowError(
      'chat/illegal-base-url',
      'OPENAI_BASE_URL is not an http or https address without a user name. Set it to something like https://api.openai.com/v1.',
    )
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`
  return { url, apiKey, model: environment['OPENAI_MODEL']?.trim() || DEFAULT_MODEL }
}
