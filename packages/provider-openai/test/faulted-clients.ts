import OpenAI from 'openai'
import { KEY } from '../../models/test/model-faults.ts'
import type { Ask, Client } from '../../models/test/model-faults.ts'
import { openaiChat, openaiResponses } from '../src/index.ts'

const QUESTION = 'What is my balance?'

const clientOf = (url: string): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, logLevel: 'off' })

/** How a stage asks models by OpenAI's client. */
export const ASK = {
  'openai, chat': (context, url, models, limits) =>
    openaiChat(context, {
      client: clientOf(url),
      models,
      messages: [{ role: 'user', content: QUESTION }],
      ...limits,
    }),
  'openai, responses': (context, url, models, limits) =>
    openaiResponses(context, { client: clientOf(url), models, input: QUESTION, ...limits }),
} satisfies Record<Extract<Client, `openai, ${string}`>, Ask>
