import { cleanText } from '@stageflow/tools/kit'

import { isHttp, type McpServer } from './options.ts'

/** How errors and events speak of a server. */
export interface ServerText {
  /** The origin of its URL, because path and query may have a key; or its command. */
  readonly name: string
  /** A text without the secrets of the server's headers, environment, arguments and URL; bounded. */
  readonly clean: (text: string) => string
}

export function serverText(server: McpServer): ServerText {
  const secrets = isHttp(server)
    ? [...urlSecrets(new URL(server.url)), ...Object.values(server.headers ?? {}).flatMap(wordsOf)]
    : [...flagValues(server.args ?? []), ...Object.values(server.env ?? {})]
  return {
    name: isHttp(server) ? new URL(server.url).origin : server.command,
    clean: (text) => cleanText(undefined, text, { secrets }),
  }
}

/** A header, and its words: `Bearer key` and `key`. */
const wordsOf = (header: string): readonly string[] => [header, ...header.split(/\s+/)]

const urlSecrets = ({ username, password, pathname, search, searchParams }: URL): readonly string[] => [
  `${pathname}${search}`,
  search,
  username,
  password,
  ...searchParams.values(),
  // A key in a path is long.
  ...pathname.split('/').filter((part) => part.length > 15),
]

/** What flags are given: of `--key=value`, and of `--key value`. The path of a script isn't one. */
const flagValues = (args: readonly string[]): readonly string[] =>
  args.flatMap((arg, index) => {
    if (arg.startsWith('-')) return arg.includes('=') ? [arg.slice(arg.indexOf('=') + 1)] : []
    return args[index - 1]?.startsWith('-') ? [arg] : []
  })
