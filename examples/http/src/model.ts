import { setTimeout as wait } from 'node:timers/promises'

/** What the pipeline needs of a model. Put the client of your provider behind it. */
export interface Model {
  /** The tool calls for a question, in the format of the provider. */
  plan(question: string, signal: AbortSignal): Promise<unknown>
  /** Streams the answer, given what the tools found. */
  stream(question: string, found: readonly string[], signal: AbortSignal): AsyncIterable<string>
}

/** Follows a script, a word every `msPerWord` ms. */
export function scriptedModel(msPerWord = 40): Model {
  return {
    plan: async (question, signal) => {
      await wait(msPerWord, undefined, { signal })
      const [, id] = /\border (\d+)/i.exec(question) ?? []
      return id === undefined ? [] : [{ id: 'call_1', name: 'find_order', arguments: { id: Number(id) } }]
    },
    async *stream(question, found, signal) {
      const answer = found.length > 0 ? `I looked it up. ${found.join(' ')}` : `You asked: ${question}`
      for (const word of answer.split(/(?<=\s)/)) {
        await wait(msPerWord, undefined, { signal })
        yield word
      }
    },
  }
}
