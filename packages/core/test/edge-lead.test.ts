import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Pipeline } from '../src/index.ts'
import { stream } from '../src/edges.ts'
import { clock } from './fresh-clock.ts'
import { isHeavy } from './property-settings.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const heapBytes = (): number => {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

const CHUNKS = isHeavy ? 1_000_000 : 100_000
const EVERY = CHUNKS / 5
const MOST_GROWTH_BYTES = 8_000_000

test.for([1, 16])(
  'of very many chunks the source leads by at most the inbox of %i and one more, in order, and none is kept',
  async (maxWaiting) => {
    let made = 0
    let read = 0
    let lead = 0
    let atFirst = 0
    let growth = 0
    const run = new Pipeline('p')
      .withStage('count', async function* () {
        for (; made < CHUNKS; made++) {
          lead = Math.max(lead, made - read)
          yield { number: made }
        }
      })
      .withStage(
        'check',
        async ({ inputs }) => {
          for await (const { number } of inputs.stream('count')) {
            if (number !== read) throw new Error(`chunk ${number} came as number ${read}`)
            read++
            if (read % EVERY !== 0) continue
            await clock.sleep(1) // meanwhile the source goes on for as long as there is room
            if (read === EVERY) atFirst = heapBytes()
            else growth = Math.max(growth, heapBytes() - atFirst)
          }
        },
        { dependencies: [stream('count')], maxWaiting },
      )
      .build({ clock })
      .run()
    await clock.runAll()
    const { report } = await run
    expect({ made, read }).toEqual({ made: CHUNKS, read: CHUNKS })
    expect(lead).toBeLessThanOrEqual(maxWaiting + 1)
    expect(report.stages.check.inbox).toMatchObject({ chunks: CHUNKS, mostWaiting: maxWaiting, dropped: 0 })
    expect(growth).toBeLessThan(MOST_GROWTH_BYTES)
  },
)
