// What a chunk of an answer costs, in groups: a client alone, the same client in a stage by hand, and with a package of ours. The last group has
// answers of one chunk: what a budget costs for each request.

const CHUNKS = 2_000
/** Processes for each group. */
export const PROCESSES = 9

export const costGroups = [
  {
    id: 'openai',
    title: "OpenAI's client, chat completions",
    chunks: CHUNKS,
    subjects: { alone: 'the client alone', byHand: 'the client in a stage', ours: '`openaiChat`' },
  },
  {
    id: 'ai-sdk',
    title: 'the AI SDK, OpenAI chat',
    chunks: CHUNKS,
    subjects: {
      alone: '`streamText` alone',
      raw: '`streamText` alone, with raw chunks',
      byHand: '`streamText` in a stage',
      ours: '`aiSdk`',
    },
  },
  {
    id: 'own',
    title: 'an `async` generator',
    chunks: CHUNKS,
    subjects: {
      alone: 'the generator alone',
      byHand: 'the generator in a stage',
      ours: '`callModel`',
      limited: '`callModel` with a limit, and no maximum of output tokens',
    },
  },
  {
    id: 'budget',
    title: 'a budget in memory',
    chunks: 1,
    subjects: { alone: 'no limit', perRun: '`perRun`', all: '`perRun`, `perUser` and `perOrg`' },
  },
]
