import { setTimeout as sleep } from 'node:timers/promises'

import { seededRandom } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { endOf, modelCalls } from '../test/model-calls.ts'
import { closing, kindsToTry } from '../test/reached.ts'
import { startServer } from '../test/running-server.ts'
import { mcpTools } from './index.ts'

const TROUBLES = 10
const LANES = 6

for (const kind of kindsToTry(['sessions', 'json', 'modern']))
  test(`under kills, restarts and cut answers no payment is made twice, and each call ends as it went (${kind})`, async () => {
    const random = seededRandom({ seed: 7 })
    await using server = await startServer(kind, 'pay')
    const tools = await mcpTools({ url: server.url })
    await using _ = closing(tools)
    const { call } = modelCalls(tools)
    const ends = new Map<number, string>()
    const count = (start: string): number => [...ends.values()].filter((end) => end.startsWith(start)).length
    let isOver = false
    let restarts = 0
    const trouble = async (): Promise<void> => {
      for (let time = 0; time < TROUBLES; time++) {
        const enough = count('paid') + 10 * random()
        await expect.poll(() => count('paid'), { interval: 1 }).toBeGreaterThanOrEqual(enough)
        if (random() < 0.5) server.cut()
        else {
          await server.kill()
          await server.start()
          restarts++
        }
      }
      isOver = true
    }
    const pay = async (lane: number): Promise<void> => {
      for (let amount = 1_000 * (lane + 1); !isOver; amount++) {
        const end = String(endOf(await call('pay', { amount })))
        ends.set(amount, end)
        if (end !== 'paid') await sleep(20)
      }
    }
    await Promise.all([trouble(), ...Array.from({ length: LANES }, (__, lane) => pay(lane))])
    const paid = server.lines().flatMap((line) => (line.startsWith('paid ') ? [Number(line.slice(5))] : []))
    expect(new Set(paid).size).toBe(paid.length)
    const wrong = [...ends].filter(([amount, end]) => {
      if (end === 'paid') return !paid.includes(amount)
      if (end.startsWith('tools-mcp/unavailable')) return paid.includes(amount)
      return !end.startsWith('tools-mcp/connection-lost')
    })
    expect(wrong).toEqual([])
    expect(count('tools-mcp/connection-lost')).toBeGreaterThan(0)
    // Payments were made after each restart but perhaps the last one, and each needed a connection of its own.
    expect(tools.stats().connections).toBeGreaterThanOrEqual(restarts)
    expect(restarts).toBeGreaterThan(0)
  })
