import { StageflowError } from '@stageflow/core'

// A message to PostgreSQL can hold several statements, and a transaction needs few messages then. Such a message takes no parameters, so
// values are written into it as literals.

/** A part of a statement. */
export class Sql {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value = Sql | string | number | null

/** A statement: ``sql`SELECT ${name}` ``. All values are written as literals; parts that are SQL stay as they are. */
export const sql = (texts: TemplateStringsArray, ...values: readonly Value[]): Sql =>
  new Sql(texts.reduce((before, text, place) => before + literal(values[place - 1] as Value) + text))

/** Parts with commas between them. */
export const list = (parts: readonly Sql[]): Sql => new Sql(parts.map(({ text }) => text).join(', '))

/** The name of a table or a schema that needs no escapes. */
export const identifier = (name: string): Sql => new Sql(`"${name}"`)

function literal(value: Value): string {
  if (value instanceof Sql) return value.text
  if (value === null) return 'NULL'
  if (typeof value === 'string') return textLiteral(value)
  if (Number.isFinite(value)) return `${value < 0 ? `(${value})` : value}`
  throw illegalText(`the number ${value}`)
}

/** Both forms mean the same with every setting of standard_conforming_strings. */
function textLiteral(text: string): string {
  if (text.includes('\0')) throw illegalText('the character NUL')
  const quoted = text.replaceAll(`'`, `''`)
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`
}

const illegalText = (what: string): StageflowError =>
  new StageflowError(
    'durable-postgres/illegal-text',
    `The journal cannot keep ${what}, because PostgreSQL has no such value. Pass a text or a number without it.`,
  )
