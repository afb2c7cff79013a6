import { setTimeout as wait } from 'node:timers/promises'
import type { Model } from '@stageflow/models'
import { type Intent, intentOf } from './grammar.ts'

/** What an agent asks a model: the messages of OpenAI's chat completions. */
export interface AgentRequest {
  readonly messages: readonly { readonly role?: string; readonly content?: unknown }[]
}

interface Reply {
  readonly text: string
  readonly call?: { readonly name: string; readonly arguments: object }
}

/** Stands in for a model that calls tools. It takes the time of a model until its first word, and between two words. */
export function scriptedAgentModel(onWord: () => void, msToFirstWord = 250, msPerWord = 45): Model<AgentRequest> {
  return {
    id: 'scripted',
    provider: 'stageflow-examples',
    async *stream({ messages }, signal) {
      const { text, call } = replyTo(messages)
      await wait(msToFirstWord, undefined, { signal })
      for (const word of text.split(/(?<=\s)/)) {
        await wait(msPerWord, undefined, { signal })
        onWord()
        yield { text: word }
      }
      if (call !== undefined)
        yield { toolCalls: [{ id: 'call_1', name: call.name, arguments: JSON.stringify(call.arguments) }] }
      yield { finishReason: call === undefined ? 'stop' : 'tool-calls' }
      yield { usage: { inputTokens: JSON.stringify(messages).length >> 2, outputTokens: text.length >> 2 } }
    },
  }
}

/** The script: it says that it looks, calls a tool, and answers from its result. */
function replyTo(messages: AgentRequest['messages']): Reply {
  const contentOf = (wanted: string): string | undefined =>
    messages.findLast(({ role }) => role === wanted)?.content as string | undefined
  const intent = intentOf(contentOf('user') ?? '')
  const result = contentOf('tool')
  if (intent === undefined) return { text: 'I did not understand that.' }
  return result === undefined ? lookUp(intent) : { text: answerFrom(intent, JSON.parse(result) as Found) }
}

function lookUp({ topic, words }: Intent): Reply {
  const { city = '', day = 'today', minutes = '' } = words
  if (topic === 'weather') return { text: 'Let me look outside. ', call: { name: 'weather', arguments: { city, day } } }
  if (topic === 'train') return { text: 'I ask the railway. ', call: { name: 'trains', arguments: { city, day } } }
  if (topic === 'timer') return { text: 'Of course. ', call: { name: 'set_timer', arguments: { minutes } } }
  return { text: 'All right.' }
}

type Found = Readonly<Record<'sky' | 'degrees' | 'hour' | 'platform' | 'minutes', string | number>>

function answerFrom({ topic, words }: Intent, { sky, degrees, hour, platform, minutes }: Found): string {
  const { city = '', day = 'today' } = words
  if (topic === 'weather')
    return `Expect ${sky} in ${city} ${day}, with ${degrees} degrees around noon. The evening will be a little cooler than that.`
  if (topic === 'train')
    return `A train for ${city} leaves ${day} at ten minutes past ${hour}, from platform ${platform}. The one after that leaves an hour later.`
  return `I will tell you as soon as ${minutes} minutes have passed. You can stop the timer whenever you want.`
}
