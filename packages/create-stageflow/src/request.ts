import process from 'node:process'
import { parseArgs } from 'node:util'
import { closest, distance } from 'fastest-levenshtein'

import { APP_MODELS, APP_PLUGINS, KINDS, isApp, type AppModel, type AppPlugin, type Kind } from './kinds.ts'
import { UsageError } from './usage-error.ts'

/** What the arguments ask for. What they leave open is undefined. */
export interface Request {
  readonly kind: Kind | undefined
  readonly name: string | undefined
  readonly folder: string | undefined
  readonly model: AppModel | undefined
  readonly plugins: readonly AppPlugin[] | undefined
  /** Takes the defaults instead of asking. */
  readonly yes: boolean
  readonly install: boolean
  readonly help: boolean
}

const OPTIONS = {
  template: { type: 'string' },
  model: { type: 'string' },
  plugins: { type: 'string' },
  folder: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  'no-install': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const
const FLAGS = Object.keys(OPTIONS).map((name) => `--${name}`)

/** Reads the arguments of the command. Throws a `UsageError` that says what is meant. */
export function requestOf(argv: readonly string[], platform: string = process.platform): Request {
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  for (const token of tokens) if (token.kind === 'option') checkOption(token)
  if (positionals.length > 1)
    throw new UsageError(`There is one name, and ${positionals.length} were given: ${positionals.join(', ')}.`)
  const kind = values.template === undefined ? undefined : kindOf(String(values.template))
  const model = values.model === undefined ? undefined : oneOf('model', String(values.model), APP_MODELS)
  const plugins = values.plugins === undefined ? undefined : pluginsOf(String(values.plugins))
  if (model !== undefined && kind !== undefined && !isApp(kind))
    throw new UsageError('--model is for apps and services: leave it out, or pass --template app.')
  if (plugins !== undefined && kind === 'service')
    throw new UsageError('--plugins is for apps: a service has them all. Leave it out, or pass --template app.')
  if (plugins !== undefined && kind !== undefined && kind !== 'app')
    throw new UsageError('--plugins is for apps: leave it out, or pass --template app.')
  return {
    kind,
    name: positionals[0],
    folder: values.folder === undefined ? undefined : folderOf(String(values.folder), platform),
    model,
    plugins,
    yes: values.yes === true,
    install: values['no-install'] !== true,
    help: values.help === true,
  }
}

const EXAMPLES: Readonly<Record<string, string>> = {
  template: 'interceptor',
  model: 'openai',
  plugins: 'retry,timeout',
  folder: 'packages/quota',
}

/** An option as `parseArgs` found it. */
interface OptionToken {
  readonly name: string
  /** As it was written, such as `-y`. */
  readonly rawName: string
  readonly value?: string | undefined
  /** True for `--folder=quota`, where even a value with a dash is meant. */
  readonly inlineValue?: boolean | undefined
}

/** Throws a `UsageError` for an unknown option, one without the value that it needs, and one with a value that it cannot have. */
function checkOption({ name, rawName, value, inlineValue }: OptionToken): void {
  if (!isKey(name, OPTIONS)) throw new UsageError(`There is no option ${rawName}. ${advice(rawName, FLAGS)}`)
  const takesValue = OPTIONS[name].type === 'string'
  const hasValue = value !== undefined && (inlineValue === true || !value.startsWith('-'))
  if (takesValue && !hasValue) throw new UsageError(`${rawName} needs a value: ${rawName} ${EXAMPLES[name] ?? ''}.`)
  if (!takesValue && value !== undefined) throw new UsageError(`${rawName} takes no value, and got "${value}".`)
}

/** An empty path would be the folder that the command runs in. On other systems, a path of Windows would be the name of one folder. */
function folderOf(given: string, platform: string): string {
  if (given === '') throw new UsageError('--folder is empty. Pass a path: --folder packages/quota.')
  if (platform === 'win32' || !/\\|^[a-z]:/i.test(given)) return given
  throw new UsageError(`--folder "${given}" is a path of Windows. Separate its folders with /, without a drive.`)
}

function kindOf(given: string): Kind {
  return oneOf('template', given, KINDS)
}

function pluginsOf(list: string): readonly AppPlugin[] {
  const names = list.split(',').map((name) => name.trim())
  const different = new Set(names.filter((name) => name !== ''))
  return [...different].map((name) => oneOf('plugin', name, APP_PLUGINS))
}

function oneOf<Name extends string>(what: string, given: string, known: Readonly<Record<Name, unknown>>): Name {
  if (isKey(given, known)) return given
  throw new UsageError(`There is no ${what} "${given}". ${advice(given, Object.keys(known))}`)
}

const isKey = <Name extends string>(given: string, known: Readonly<Record<Name, unknown>>): given is Name =>
  Object.hasOwn(known, given)

/** The whole list, after a guess if one of its words is near. The guess may be wrong. */
function advice(given: string, known: readonly string[]): string {
  const nearest = closest(given, known)
  const isNear = distance(given, nearest) <= Math.max(2, given.length / 4)
  return `${isNear ? `Did you mean ${nearest}? ` : ''}There are: ${known.join(', ')}.`
}
