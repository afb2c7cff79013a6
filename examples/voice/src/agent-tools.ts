import { setTimeout as wait } from 'node:timers/promises'
import { defineTool, ToolRegistry } from '@stageflow/tools'
import { z } from 'zod'

// Stand-ins for services: they take their time, and find what they find by the letters of a word.

const SERVICE_MS = 300
const place = z.object({ city: z.string(), day: z.string().default('today') })
const SKIES = ['heavy rain', 'clouds, and no rain', 'sunshine and a light wind']

const weather = defineTool({
  name: 'weather',
  description: 'The weather of a city on a day.',
  input: place,
  execute: async ({ city, day }, { signal }) => {
    await wait(SERVICE_MS, undefined, { signal })
    const chosen = city.length + day.length
    return { sky: SKIES[chosen % SKIES.length], degrees: 8 + chosen }
  },
})

const trains = defineTool({
  name: 'trains',
  description: 'The next train to a city.',
  input: place,
  execute: async ({ city, day }, { signal }) => {
    await wait(SERVICE_MS, undefined, { signal })
    return { hour: (city.length % 9) + 2, platform: (day.length % 6) + 1 }
  },
})

const setTimer = defineTool({
  name: 'set_timer',
  description: 'Sets a timer, in minutes.',
  input: z.object({ minutes: z.string() }),
  execute: ({ minutes }) => ({ minutes }),
})

export const registry = new ToolRegistry({ tools: [weather, trains, setTimer] })
