import { createHash } from 'node:crypto'

/** What every provider of models accepts. */
const LONGEST_NAME = 64
const HASH_LENGTH = 8

/**
 * The name of a server's tool for models. MCP allows 128 characters, also `.` and `/`: other characters than letters, digits, `_` and `-` become
 * `_`. A name that is too long is cut, and ends with a hash of the whole name, so that it is always the same.
 */
export function nameForModels(prefix: string, name: string): string {
  const legal = prefix + name.replaceAll(/[^\w-]/g, '_')
  if (legal.length <= LONGEST_NAME) return legal
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH)
  return `${legal.slice(0, LONGEST_NAME - HASH_LENGTH - 1)}_${hash}`
}
