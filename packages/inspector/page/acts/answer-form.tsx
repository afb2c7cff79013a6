import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useId, useMemo } from 'preact/hooks'

import type { AnswerRequest, Question } from '../../src/protocol.ts'
import { answerFields, answerFrom, type AnswerField } from './answer-fields.ts'
import { Problem } from './problem.tsx'
import { sendAct } from './send-act.ts'

/** A form from the JSON Schema that a question carries. */
export function AnswerForm({ run, question }: { readonly run: string; readonly question: Question }): JSX.Element {
  const fields = useMemo(() => answerFields(question.answerSchema), [question.answerSchema])
  const texts = useSignal(fields.map(({ initial }) => initial))
  const problem = useSignal('')
  const isSending = useSignal(false)

  async function answer(event: Event): Promise<void> {
    event.preventDefault()
    const read = answerFrom(fields, texts.value)
    if ('problem' in read) {
      problem.value = read.problem
      return
    }
    isSending.value = true
    const request: AnswerRequest = { path: question.path, answer: read.answer, question: question.question }
    problem.value = await sendAct(run, 'answer', request)
    isSending.value = false
  }

  return (
    <form class="answer" onSubmit={(event) => void answer(event)}>
      {fields.map((field, index) => (
        <AnswerInput
          key={field.property ?? ''}
          field={field}
          text={texts.value[index] ?? ''}
          change={(text) => (texts.value = texts.value.with(index, text))}
        />
      ))}
      <button type="submit" class="primary" disabled={isSending.value}>
        Answer
      </button>
      <Problem text={problem.value} />
    </form>
  )
}

interface AnswerInputProps {
  readonly field: AnswerField
  readonly text: string
  readonly change: (text: string) => void
}

function AnswerInput({ field, text, change }: AnswerInputProps): JSX.Element {
  const id = useId()
  const about = field.about === undefined ? undefined : `${id}-about`
  return (
    <div class="field">
      <label for={id}>
        {field.label}
        {!field.isRequired && <span class="muted"> (optional)</span>}
      </label>
      <FieldControl id={id} about={about} field={field} text={text} change={change} />
      {about !== undefined && (
        <p class="muted" id={about}>
          {field.about}
        </p>
      )}
    </div>
  )
}

interface FieldControlProps extends AnswerInputProps {
  readonly id: string
  readonly about: string | undefined
}

function FieldControl({ id, about, field, text, change }: FieldControlProps): JSX.Element {
  const { kind, choices = [] } = field
  if (kind === 'flag' || kind === 'choice') {
    const options = kind === 'flag' ? FLAGS : choices.map((choice, index) => [String(index), shown(choice)] as const)
    return (
      <select
        id={id}
        aria-describedby={about}
        value={text}
        onChange={({ currentTarget }) => change(currentTarget.value)}
      >
        <option value="">choose</option>
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    )
  }
  if (kind === 'json') {
    return (
      <textarea
        id={id}
        aria-describedby={about}
        rows={4}
        spellcheck={false}
        placeholder='JSON, such as {"approved": true}'
        value={text}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
    )
  }
  return (
    <input
      id={id}
      aria-describedby={about}
      inputMode={kind === 'number' ? 'decimal' : 'text'}
      value={text}
      onInput={({ currentTarget }) => change(currentTarget.value)}
    />
  )
}

const FLAGS = [
  ['true', 'yes'],
  ['false', 'no'],
] as const

function shown(choice: unknown): string {
  return typeof choice === 'string' ? choice : JSON.stringify(choice)
}
