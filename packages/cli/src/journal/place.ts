import { CommandError } from '../command-error.ts'

/** Where a journal is, as the words of a command say it. */
export type Place =
  | { readonly kind: 'file'; readonly path: string }
  /** The URL is in this environment variable. */
  | { readonly kind: 'postgres'; readonly variable: string; readonly url: string; readonly schema: string | undefined }

export interface PlaceFlags {
  readonly urlEnv?: string
  readonly schema?: string
}

const EXAMPLES: Readonly<Record<string, string>> = { FILE: 'orders.db', ID: 'order-7', PATH: 'approve', VALUE: 'yes' }
const IS_POSTGRES = /^(postgres(ql)?:\/\/|socket:)/i
const IS_URL = /^[a-z][a-z+.-]*:\/\//i

/**
 * Reads the words of a command: FILE, unless --url-env takes its place, then those of `names`. Throws a `CommandError` if there are more or
 * fewer.
 */
export function readWords(
  command: string,
  words: readonly string[],
  names: readonly string[],
  { urlEnv, schema }: PlaceFlags,
  env: NodeJS.ProcessEnv,
): { readonly place: Place; readonly rest: readonly string[] } {
  // The words aren't shown: a URL may have a password.
  if (words.some((word) => IS_URL.test(word)) || (urlEnv !== undefined && IS_URL.test(urlEnv)))
    throw new CommandError(
      'A URL is among the arguments, where others on this machine can read its password. Put it into an environment variable, and pass the name of that: --url-env DATABASE_URL.',
    )
  const wanted = urlEnv === undefined ? ['FILE', ...names] : names
  const example = ['stageflow', command, ...(urlEnv === undefined ? [] : ['--url-env', urlEnv])]
  const usage = [...example, ...wanted.map((name) => EXAMPLES[name] ?? name)].join(' ')
  const missing = wanted.slice(words.length)
  if (missing.length > 0) throw new CommandError(`${command} needs ${missing.join(' and ')}: ${usage}`)
  if (words.length > 0 && wanted.length === 0)
    throw new CommandError(`${command} takes no word beside --url-env, which is in the place of FILE: ${usage}`)
  if (words.length > wanted.length)
    throw new CommandError(
      `${command} was given ${words.length} words, and takes ${wanted.length} (${wanted.join(', ')}). Put quotes around one that has spaces: ${usage}`,
    )
  if (urlEnv === undefined) {
    if (schema !== undefined)
      throw new CommandError('--schema is for PostgreSQL: pass --url-env too, or leave --schema out.')
    const [path = '', ...rest] = words
    return { place: { kind: 'file', path }, rest }
  }
  const url = env[urlEnv]
  if (url === undefined || url === '')
    throw new CommandError(
      `The environment variable ${urlEnv} is not set. Set it to the URL of the database: ${urlEnv}=postgres://user:password@host/database`,
    )
  if (!IS_POSTGRES.test(url))
    throw new CommandError(
      `The environment variable ${urlEnv} is not the URL of a PostgreSQL database. Set it to one: ${urlEnv}=postgres://user:password@host/database`,
    )
  return { place: { kind: 'postgres', variable: urlEnv, url, schema }, rest: words }
}

/** The flags that name a database again, for a command that is printed. */
export const flagsOf = ({ variable, schema }: Extract<Place, { readonly kind: 'postgres' }>): string =>
  `--url-env ${variable}${schema === undefined ? '' : ` --schema ${schema}`}`
