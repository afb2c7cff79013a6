import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { afterAll, beforeAll, describe, test } from 'vitest'

import { isHeavy } from '../../core/test/property-settings.ts'
import { connect, ownPrefix, redisUrl } from './redis.ts'

interface Opened<Store> {
  readonly store: Store
  advance(ms: number): Promise<void>
}

/** The contract of one kind of store, as `@stageflow/keyed-work/contract` and others export it. */
type Contract<Store> = (
  open: () => Opened<Store>,
  options: { readonly shortMs: number },
) => readonly { readonly name: string; readonly run: () => Promise<void> }[]

const CLIENTS: Readonly<Record<string, () => Redis | Redis5>> = {
  'ioredis 6': () => connect(),
  'ioredis 5': () => new Redis5(redisUrl),
  'a client with a key prefix, numbers as strings and automatic pipelining': () => {
    const options = { keyPrefix: 'app:', stringNumbers: true, enableAutoPipelining: true, protocol: 2 } as const
    return new Redis(redisUrl, options)
  },
}

/** They take longest, or wait. By day they run with one client, by night with all. */
const LONG = /however many others|random sequences|texts of any length|past its|lasts? for months/

/** Tests a contract with clients of several kinds. By night each of them has all cases. */
export function contractWithClients<Store>(
  contract: Contract<Store>,
  open: (client: Redis | Redis5, prefix: string) => Store,
): void {
  // Most cases wait for the server's clock, so the clients run them at the same time. The cases of one client run in turn.
  const kinds = Object.entries(CLIENTS).map(([kind, connectOwn], place) => ({ kind, connectOwn, place }))
  describe.concurrent.each(kinds)('the store contract with $kind', ({ connectOwn, place }) => {
    let own: Redis | Redis5
    beforeAll(() => {
      own = connectOwn()
    })
    afterAll(() => own.quit())
    const opened = (): Opened<Store> => ({ store: open(own, ownPrefix()), advance: (ms) => wait(ms) })
    for (const { name, run } of contract(opened, { shortMs: 500 })) {
      if (isHeavy || place === 0 || !LONG.test(name)) test(name, { concurrent: false, timeout: 60_000 }, run)
    }
  })
}
