import type { JSX } from 'preact'

import type { Question, RunView } from '../../src/protocol.ts'
import { shownTime } from '../state/duration.ts'
import { run } from '../state/shown-run.ts'
import { Json, Section } from '../stage/section.tsx'
import { AnswerForm } from './answer-form.tsx'
import { resumingCode } from './resuming-code.ts'

/** What a stage asks, and how it is answered: by a form, or by the code that resumes the run. */
export function Questions({ questions }: { readonly questions: readonly Question[] }): JSX.Element | null {
  const view = run.value
  if (view === undefined || questions.length === 0) return null
  return (
    <>
      {questions.map((question) => (
        <Section key={JSON.stringify(question.path)} title={titleOf(question)}>
          <QuestionBody view={view} question={question} />
        </Section>
      ))}
    </>
  )
}

function QuestionBody({ view, question }: { readonly view: RunView; readonly question: Question }): JSX.Element {
  const { summary, acts, data } = view
  return (
    <>
      {question.request === undefined ? (
        !data && <p class="muted">The request is data, which isn't shown.</p>
      ) : (
        <Json value={question.request} />
      )}
      {question.until !== undefined && <p class="muted">It can be answered until {shownTime(question.until)}.</p>}
      {acts.includes('answer') ? (
        <AnswerForm key={question.question ?? ''} run={summary.id} question={question} />
      ) : (
        summary.status === 'suspended' && (
          <>
            <p class="muted">This code answers it:</p>
            <Json value={resumingCode(summary, question)} />
          </>
        )
      )}
    </>
  )
}

function titleOf({ path }: Question): string {
  return path.length > 1 ? `Question of ${path.join(' / ')}` : 'Question'
}
