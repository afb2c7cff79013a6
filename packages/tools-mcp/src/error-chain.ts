import { read } from '@stageflow/core/kit'

/** A chain of causes that goes round ends somewhere. */
const LONGEST_CHAIN = 5

/** An error and its causes, the outermost first. */
export function errorChain(error: unknown): readonly unknown[] {
  const chain: unknown[] = []
  for (let one = error; one !== undefined && one !== null && chain.length < LONGEST_CHAIN; one = read(one, 'cause'))
    chain.push(one)
  return chain
}
