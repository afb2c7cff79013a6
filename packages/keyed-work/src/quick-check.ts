import { checkOptions, functionLike, type OptionRules, required } from '@stageflow/core/kit'

const ILLEGAL = 'keyed-work/illegal-option'

/**
 * Makes a check for what is passed with every call. It refuses what `checkOptions` refuses, with `keyed-work/illegal-option`, but makes
 * no list and no text unless something may be wrong.
 */
export function quickCheck<Options extends object>(
  where: string,
  rules: OptionRules<Options>,
): (options: unknown) => void {
  const known: ReadonlySet<string> = new Set(Object.keys(rules))
  const tests = Object.entries(rules as OptionRules).map(([name, [test, , isRequired]]) => ({ name, test, isRequired }))

  function isLegal(options: unknown): boolean {
    if (typeof options !== 'object' || options === null) return false
    const given = options as Readonly<Record<string, unknown>>
    for (const name in given) if (!known.has(name)) return false
    for (const { name, test, isRequired } of tests) {
      const value = given[name]
      if ((value !== undefined || isRequired) && !test(value)) return false
    }
    return true
  }

  return (options) => {
    if (!isLegal(options)) checkOptions(where, ILLEGAL, options, rules)
  }
}

/** Refuses an argument that isn't a function. `example`: how it is called. */
export function checkFunction(where: string, name: string, value: unknown, example: string): void {
  if (typeof value !== 'function')
    checkOptions(where, ILLEGAL, { [name]: value }, { [name]: required(functionLike(example)) })
}
