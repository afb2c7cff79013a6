import { UsageError } from './usage-error.ts'
import { isApp, type Kind } from './kinds.ts'

/** What a made package and the things in it are called. */
export interface Names {
  /** The name on npm: `stageflow-interceptor-token-quota`. */
  readonly packageName: string
  /** The folder, unless another one is given: the name on npm without its scope. */
  readonly folder: string
  /** Its own name, in kebab-case: `token-quota`. */
  readonly name: string
}

const LEGAL = /^(?<scope>@[a-z\d][a-z\d._-]*\/)?(?<bare>[a-z][a-z\d]*(?:-[a-z\d]+)*)$/
const LONGEST = 100

/**
 * The names that follow from the given one. A plugin gets the prefix that it is found by: `quota` becomes
 * `stageflow-interceptor-quota`. Throws a `UsageError` if the name is not kebab-case, or nothing is left of it.
 */
export function namesOf(kind: Kind, given: string): Names {
  const { scope = '', bare } = LEGAL.exec(given)?.groups ?? {}
  if (bare === undefined || given.length > LONGEST) throw new UsageError(`The name "${given}" ${adviceOn(given)}`)
  if (isApp(kind)) return { packageName: given, folder: bare, name: bare }
  const name = bare
    .replace(/^stageflow-/, '')
    .replace(new RegExp(`^${kind}-`), '')
    .replace(new RegExp(`-${kind}$`), '')
  if (name === kind || name === 'stageflow')
    throw new UsageError(`The name "${given}" says only what it is. Add what it does: stageflow-${kind}-quota.`)
  const full = bare.startsWith('stageflow-') ? bare : `stageflow-${kind}-${name}`
  return { packageName: `${scope}${full}`, folder: full, name }
}

/** `token-quota` as in code: `tokenQuota`, `TokenQuota` and `TOKEN_QUOTA`. */
export function wordsOf(name: string): { readonly camel: string; readonly pascal: string; readonly upper: string } {
  const camel = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  return {
    camel,
    pascal: camel.charAt(0).toUpperCase() + camel.slice(1),
    upper: name.toUpperCase().replaceAll('-', '_'),
  }
}

function adviceOn(given: string): string {
  if (given.length > LONGEST) return `is longer than ${LONGEST} characters.`
  const better = given
    .normalize('NFD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z\d@/]+/g, '-')
    .replaceAll(/^[-\d]+|-+$/g, '')
  // A guess that lost a letter or a digit would be another name.
  const isWhole = lettersOf(given) === lettersOf(better)
  return `must be in kebab-case${isWhole && LEGAL.test(better) ? `: did you mean "${better}"?` : ', such as token-quota.'}`
}

/** The number of letters and digits in a text, in any script. */
const lettersOf = (text: string): number => text.normalize('NFD').match(/[\p{Letter}\p{Number}]/gu)?.length ?? 0
