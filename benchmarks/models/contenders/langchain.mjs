import { ChatOpenAI } from '@langchain/openai'
import { createAgent, modelFallbackMiddleware } from 'langchain'

export async function ask({ mainUrl, spareUrl, limitMs, question, signal, onText }) {
  const modelAt = (url, model) =>
    new ChatOpenAI({
      model,
      apiKey: 'none',
      maxRetries: 0,
      streaming: true,
      configuration: { baseURL: `${url}/v1`, logLevel: 'off' },
      ...(limitMs !== undefined && { timeout: limitMs }),
    })
  const agent = createAgent({
    model: modelAt(mainUrl, 'main'),
    tools: [],
    middleware: [modelFallbackMiddleware(modelAt(spareUrl, 'spare'))],
  })
  let usage
  let answer = ''
  const stream = await agent.stream(
    { messages: [{ role: 'user', content: question }] },
    { streamMode: 'messages', signal },
  )
  const read = async () => {
    for await (const [message] of stream) {
      usage = message.usage_metadata ?? usage
      if (typeof message.content !== 'string' || message.content === '') continue
      answer += message.content
      onText(message.content)
    }
  }
  return { read, text: () => answer, usage: () => usage }
}
