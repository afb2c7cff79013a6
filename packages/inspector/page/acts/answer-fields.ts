/** A field of the form that answers a question. */
export interface AnswerField {
  /** The property of the answer. Undefined if the field is the whole answer. */
  readonly property: string | undefined
  readonly kind: 'text' | 'number' | 'flag' | 'choice' | 'json'
  readonly label: string
  readonly about?: string | undefined
  readonly isRequired: boolean
  /** The values to choose from. */
  readonly choices?: readonly unknown[] | undefined
  /** What the field has at first, as text. */
  readonly initial: string
}

interface Schema {
  readonly type?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

/**
 * The fields for an answer of this JSON Schema: one for each property of an object, or one for anything else. A schema that says more than
 * a field can show gets a field for JSON. The server checks the answer in any case.
 */
export function answerFields(answerSchema: object | undefined): readonly AnswerField[] {
  const schema = (answerSchema ?? {}) as Schema
  const properties = Object.entries(schema.properties ?? {})
  if (schema.type !== 'object' || properties.length === 0) return [fieldOf(undefined, schema, true)]
  return properties.map(([name, each]) => fieldOf(name, each, schema.required?.includes(name) === true))
}

/** The answer that the texts of these fields make, or what is wrong with them. */
export function answerFrom(
  fields: readonly AnswerField[],
  texts: readonly string[],
): { readonly answer: unknown } | { readonly problem: string } {
  const entries: (readonly [string, unknown])[] = []
  for (const [index, field] of fields.entries()) {
    const text = texts[index] ?? ''
    if (text === '' && field.kind !== 'text') {
      if (field.isRequired) return { problem: `${field.label} is missing.` }
      continue
    }
    if (text === '' && !field.isRequired) continue
    const read = valueOf(field, text)
    if ('problem' in read) return read
    if (field.property === undefined) return { answer: read.value }
    entries.push([field.property, read.value])
  }
  return { answer: fields[0]?.property === undefined ? undefined : Object.fromEntries(entries) }
}

function fieldOf(property: string | undefined, schema: Schema, isRequired: boolean): AnswerField {
  const label = schema.title ?? property ?? 'Answer'
  const { kind, choices } = kindOf(schema)
  return {
    property,
    kind,
    label,
    about: schema.description,
    isRequired,
    choices,
    initial: initialText(schema.default, kind, choices),
  }
}

function kindOf(schema: Schema): Pick<AnswerField, 'kind' | 'choices'> {
  if (schema.const !== undefined) return { kind: 'choice', choices: [schema.const] }
  if (schema.enum !== undefined) return { kind: 'choice', choices: schema.enum }
  if (schema.type === 'boolean') return { kind: 'flag' }
  if (schema.type === 'string') return { kind: 'text' }
  return { kind: schema.type === 'number' || schema.type === 'integer' ? 'number' : 'json' }
}

/** A choice is its place in the list, because the values may be of any type. */
function initialText(value: unknown, kind: AnswerField['kind'], choices: readonly unknown[] = []): string {
  if (kind === 'choice') return choices.length === 1 ? '0' : String(choices.indexOf(value)).replace('-1', '')
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function valueOf(
  { kind, label, choices = [] }: AnswerField,
  text: string,
): { readonly value: unknown } | { readonly problem: string } {
  if (kind === 'text') return { value: text }
  if (kind === 'choice') return { value: choices[Number(text)] }
  if (kind === 'flag') return { value: text === 'true' }
  if (kind === 'number') {
    const value = Number(text)
    return Number.isFinite(value) ? { value } : { problem: `${label} isn't a number: ${text}` }
  }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { problem: `${label} isn't JSON. A text needs quotes: "yes"` }
  }
}
