import { setTimeout as wait } from 'node:timers/promises'
import type { Intent } from './grammar.ts'

/** What the pipeline needs of a model. For a real one, let the stage `answer` delegate to `openaiChat`, as the example chat does. */
export interface Model {
  /** Streams the answer, word by word. `name`: of the person, if it is known. */
  answer(intent: Intent, name: string | undefined, signal: AbortSignal): AsyncIterable<string>
}

const SKIES = ['There will be heavy rain', 'It will be cloudy but dry', 'Expect sunshine and a light wind']

/** Stands in for a model: it follows a script, but takes the time of a model until its first word, and between two words. */
export function scriptedModel(msToFirstWord = 250, msPerWord = 45): Model {
  return {
    async *answer(intent, name, signal) {
      await wait(msToFirstWord, undefined, { signal })
      for (const word of scriptFor(intent, name).split(/(?<=\s)/)) {
        await wait(msPerWord, undefined, { signal })
        yield word
      }
    },
  }
}

function scriptFor({ topic, words }: Intent, name: string | undefined): string {
  const to = name === undefined ? '' : `, ${name}`
  const { city = '', day = 'today', minutes = '' } = words
  const chosen = city.length + day.length
  if (topic === 'weather')
    return `Good morning${to}. ${SKIES[chosen % SKIES.length]} in ${city} ${day}, with ${8 + chosen} degrees around noon. The evening will be a little cooler than that. Have a good day.`
  if (topic === 'train')
    return `Let me see${to}. A train for ${city} leaves ${day} at ten minutes past ${(chosen % 9) + 2}, from platform ${(chosen % 6) + 1}. The one after that leaves an hour later. Seats are free in both.`
  if (topic === 'timer')
    return `Of course${to}. I will tell you as soon as ${minutes} minutes have passed. You can stop the timer whenever you want.`
  return `All right${to}.`
}
