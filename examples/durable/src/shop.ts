import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { OrderPorts } from './order.ts'

/** A call of the shop. */
export interface ShopCall {
  readonly what: 'price' | 'reserve' | 'remind' | 'charge' | 'ship'
  readonly key: string | undefined
  /** The bank has refused to pay, so nothing was done. */
  readonly isDeclined?: true
}

export interface ShopOptions {
  /** The file of its calls, which all processes share. */
  readonly path: string
  /** How long a call takes, in ms. */
  readonly takesMs: number
  /** Whether the bank refuses to pay. */
  readonly declines: boolean
  readonly log: (line: string) => void
}

/** Stands for services outside. Each does the work of a key once: asked again, it gives the same answer, as payment services do. */
export function openShop({ path, takesMs, declines, log }: ShopOptions): OrderPorts['shop'] {
  async function ask(what: ShopCall['what'], key?: string): Promise<string> {
    const isRepeat =
      key !== undefined && readShop(path).some((call) => call.key === key && call.isDeclined === undefined)
    appendFileSync(path, `${JSON.stringify({ what, key } satisfies ShopCall)}\n`)
    log(`${what} begins`)
    await wait(takesMs)
    log(isRepeat ? `${what} ends: it was done before, so nothing is done twice` : `${what} ends`)
    return `${what} of ${key}`
  }
  async function decline(euros: number, key: string): Promise<string> {
    appendFileSync(path, `${JSON.stringify({ what: 'charge', key, isDeclined: true } satisfies ShopCall)}\n`)
    log('charge begins')
    await wait(takesMs)
    throw new Error(`The bank declined ${euros} euros.`)
  }
  return {
    price: async (item) => {
      await ask('price')
      return 100 + item.length
    },
    reserve: (_item, key) => ask('reserve', key),
    remind: (_question, key) => ask('remind', key),
    charge: (euros, key) => (declines ? decline(euros, key) : ask('charge', key)),
    ship: (_reservation, key) => ask('ship', key),
  }
}

/** The calls of all processes so far. */
export function readShop(path: string): readonly ShopCall[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as ShopCall)
}
