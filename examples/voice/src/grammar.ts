/** The words that can stand in a place of a question. All are in the dictionary of pocketsphinx. */
const WORDS = {
  city: ['amsterdam', 'berlin', 'chicago', 'london', 'madrid', 'paris', 'stockholm', 'vienna'],
  day: ['today', 'tomorrow', 'on friday', 'on saturday', 'next week'],
  minutes: ['five', 'ten', 'fifteen', 'twenty', 'forty'],
  person: ['alice', 'martin', 'my neighbor'],
} as const

type Place = keyof typeof WORDS
export type Topic = keyof typeof QUESTIONS

/** What the assistant understands, by topic. */
const QUESTIONS = {
  weather: ['what is the weather in <city> <day>', 'will it rain in <city> <day>'],
  train: ['when does the next train leave for <city>', 'is there a train to <city> <day>'],
  timer: ['set a timer for <minutes> minutes', 'wake me up in <minutes> minutes'],
  messages: ['read me the messages of <person>'],
  stop: ['stop talking please'],
} as const

/** What a person wants to know. */
export interface Intent {
  readonly topic: Topic
  readonly words: Readonly<Partial<Record<Place, string>>>
}

const PLACE = /<(\w+)>/g
const wordsOf = (place: string): readonly string[] => WORDS[place as Place]
const patterns = Object.entries(QUESTIONS).flatMap(([topic, texts]) =>
  texts.map((text) => ({
    topic: topic as Topic,
    pattern: new RegExp(
      `^${text.replaceAll(PLACE, (_, place: string) => `(?<${place}>${wordsOf(place).join('|')})`)}$`,
    ),
  })),
)

/** All questions as a grammar in JSGF, for the recognizer. */
export function toJsgf(): string {
  const questions = Object.values(QUESTIONS).flat()
  const places = Object.entries(WORDS).map(([place, words]) => `<${place}> = ${words.join(' | ')};`)
  return ['#JSGF V1.0;', 'grammar questions;', `public <question> = ${questions.join(' | ')};`, ...places, ''].join(
    '\n',
  )
}

/** Draws a question about a topic. `random` returns numbers from 0 up to 1. */
export function drawQuestion(topic: Topic, random: () => number): string {
  const draw = (texts: readonly string[]): string => texts[Math.floor(random() * texts.length)]!
  return draw(QUESTIONS[topic]).replaceAll(PLACE, (_, place: string) => draw(wordsOf(place)))
}

/** Undefined if the text isn't a question of the grammar. */
export function intentOf(text: string): Intent | undefined {
  for (const { topic, pattern } of patterns) {
    const found = pattern.exec(text)
    if (found !== null) return { topic, words: { ...found.groups } }
  }
  return undefined
}
