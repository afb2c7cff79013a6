/** How an answer ended: as the model wanted, too long, kept back by a filter, or broken off. */
export type AnswerEnding = 'whole' | 'length' | 'content-filter' | 'cut'

const words = (ending: AnswerEnding, ...all: string[]): [string, AnswerEnding][] => all.map((word) => [word, ending])

/** Words of OpenAI, Anthropic, Google, Bedrock, Mistral, DeepSeek, vLLM and the AI SDK for an answer that isn't whole, without case and separators. */
const ENDINGS: ReadonlyMap<string, AnswerEnding> = new Map([
  ...words('length', 'length', 'maxtokens', 'maxoutputtokens', 'modellength', 'modelcontextwindowexceeded'),
  ...words('content-filter', 'contentfilter', 'contentfiltered', 'refusal', 'safety', 'recitation', 'blocklist'),
  ...words('content-filter', 'prohibitedcontent', 'spii', 'language', 'imagesafety', 'guardrailintervened'),
  ...words('content-filter', 'imageprohibitedcontent', 'imagerecitation'),
  ...words('cut', 'error', 'interrupted', 'incomplete', 'cancelled', 'failed', 'abort', 'insufficientsystemresource'),
  ...words('cut', 'malformedfunctioncall', 'malformedresponse', 'malformedmodeloutput', 'malformedtooluse'),
  ...words('cut', 'unexpectedtoolcall', 'toomanytoolcalls', 'missingthoughtsignature', 'noimage', 'imageother'),
  ...words('cut', 'other', 'finishreasonunspecified', 'pauseturn', 'compaction'),
])

/** How an answer ended, by the word of its provider. Without a word it was cut. An unknown word counts as whole. */
export function endingOf(finishReason: string | undefined): AnswerEnding {
  if (finishReason === undefined) return 'cut'
  return ENDINGS.get(finishReason.toLowerCase().replaceAll(/[^a-z]/g, '')) ?? 'whole'
}
