import { parseArgs } from 'node:util'
import { closest, distance } from 'fastest-levenshtein'

import { APP_PLUGINS, KINDS, type AppPlugin, type Kind } from './kinds.ts'
import { UsageError } from './usage-error.ts'

/** What the arguments ask for. What they leave open is undefined. */
export interface Request {
  readonly kind: Kind | undefined
  readonly name: string | undefined
  readonly folder: string | undefined
  readonly plugins: readonly AppPlugin[] | undefined
  /** Takes the defaults instead of asking. */
  readonly yes: boolean
  readonly install: boolean
  readonly help: boolean
}

const OPTIONS = {
  template: { type: 'string' },
  plugins: { type: 'string' },
  folder: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  'no-install': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const
const FLAGS = Object.keys(OPTIONS).map((name) => `--${name}`)

/** Reads the arguments of the command. Throws a `UsageError` that says what is meant. */
export function requestOf(argv: readonly string[]): Request {
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(OPTIONS, token.name) ? OPTIONS[token.name as keyof typeof OPTIONS] : undefined
    if (option === undefined)
      throw new UsageError(`There is no option ${token.rawName}. ${guess(token.rawName, FLAGS)}`)
    const isMissing = token.value === undefined || (!token.inlineValue && token.value.startsWith('-'))
    if (option.type === 'string' && isMissing)
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${EXAMPLES[token.name] ?? ''}.`)
    if (option.type === 'boolean' && token.value !== undefined)
      throw new UsageError(`${token.rawName} takes no value, and got "${token.value}".`)
  }
  if (positionals.length > 1)
    throw new UsageError(`There is one name, and ${positionals.length} were given: ${positionals.join(', ')}.`)
  const kind =
    values.template === undefined ? undefined : oneOf('template', String(values.template), Object.keys(KINDS))
  const plugins = values.plugins === undefined ? undefined : pluginsOf(String(values.plugins))
  if (plugins !== undefined && kind !== undefined && kind !== 'app')
    throw new UsageError(`--plugins is for apps: leave it out, or pass --template app.`)
  return {
    kind: kind as Kind | undefined,
    name: positionals[0],
    folder: values.folder === undefined ? undefined : String(values.folder),
    plugins,
    yes: values.yes === true,
    install: values['no-install'] !== true,
    help: values.help === true,
  }
}

const EXAMPLES: Readonly<Record<string, string>> = {
  template: 'interceptor',
  plugins: 'retry,timeout',
  folder: 'packages/quota',
}

function pluginsOf(list: string): readonly AppPlugin[] {
  const names = list.split(',').map((name) => name.trim())
  const known = Object.keys(APP_PLUGINS)
  return [...new Set(names.filter((name) => name !== ''))].map((name) => oneOf('plugin', name, known) as AppPlugin)
}

function oneOf(what: string, given: string, known: readonly string[]): string {
  if (known.includes(given)) return given
  throw new UsageError(`There is no ${what} "${given}". ${guess(given, known)}`)
}

/** A misspelled word gets a guess, any other word the whole list. */
function guess(given: string, known: readonly string[]): string {
  const nearest = closest(given, known)
  const isNear = distance(given, nearest) <= Math.max(2, given.length / 4)
  return isNear ? `Did you mean ${nearest}?` : `There are: ${known.join(', ')}.`
}
