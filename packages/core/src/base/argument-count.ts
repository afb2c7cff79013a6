import { StageflowError } from './errors.ts'

/**
 * Refuses a call that was given more than `most` arguments. JavaScript would ignore the others, so a token or an option in the wrong place
 * would look as if it were in force. `usage`: how to call the function, such as `withMap(name, options)`. The error has `code`.
 */
export function checkArgumentCount(
  given: number,
  most: number,
  usage: string,
  code: string = 'core/illegal-option',
): void {
  if (given > most) throw new StageflowError(code, `${givenCount(given, usage)}; call ${usage}.`)
}

/** The start of a sentence: how many arguments the function of `usage` was given. */
export const givenCount = (given: number, usage: string): string =>
  `${usage.slice(0, usage.lastIndexOf('('))}() was given ${given} argument${given === 1 ? '' : 's'}`
