import {
  type Machine as ProgramMachine,
  findProgram,
  thisMachine,
} from '../../interceptor-idempotency/test/find-program.ts'

// The tests use the Redis at REDIS_URL, otherwise they start a redis-server. On Debian they install it if it is missing. Without
// a server they fail.

export interface Machine extends ProgramMachine {
  readonly url: string | undefined
}

export type FoundRedis = { readonly url: string } | { readonly binary: string }

const REDIS_SERVER = {
  name: 'redis-server',
  tests: 'store-redis',
  instead: 'set REDIS_URL to use your own server',
  advice: (why: string): string =>
    `The tests of store-redis need a Redis server. ${why} Set REDIS_URL (redis://host:port) to a server that they may ` +
    'write to, or install redis-server (Debian and Ubuntu: apt-get install redis-server, macOS: brew install redis), ' +
    'and run the tests again.',
}

export async function findRedis(
  machine: Machine = { ...thisMachine(), url: process.env['REDIS_URL'] },
): Promise<FoundRedis> {
  if (machine.url) return { url: machine.url }
  return { binary: await findProgram(REDIS_SERVER, machine) }
}
