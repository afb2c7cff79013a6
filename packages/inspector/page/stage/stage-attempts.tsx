import type { AttemptRecord } from '@stageflow/core'
import type { JSX } from 'preact'

import type { StageRow } from '../../src/protocol.ts'
import { Sign } from '../signs/sign.tsx'
import { shownDuration } from '../state/duration.ts'
import { now } from '../state/time.ts'
import { Section } from './section.tsx'

const SIGNS = { ok: 'ok', skip: 'skip', cancel: 'cancel', fail: 'fail', suspend: 'suspend', retry: 'fail' } as const

const WORDS = {
  ok: 'ok',
  skip: 'skipped',
  cancel: 'cancelled',
  fail: 'failed',
  suspend: 'asked',
  retry: 'returned retry',
} as const

/** The attempts of a stage, if there was more than one. */
export function StageAttempts({ row }: { readonly row: StageRow | undefined }): JSX.Element | null {
  if (row === undefined || row.attempts.length < 2) return null
  return (
    <Section title={`Attempts (${row.attempts.length})`}>
      <ol class="attempts">
        {row.attempts.map((attempt) => (
          <li key={`${attempt.attempt}-${attempt.startedAt}`}>
            <Sign state={attempt.status === undefined ? 'running' : SIGNS[attempt.status]} />{' '}
            <span class="number">{lengthOf(attempt)}</span> {wordsOf(attempt)}
          </li>
        ))}
      </ol>
    </Section>
  )
}

function wordsOf({ error, status }: AttemptRecord): string {
  return error?.message ?? (status === undefined ? 'running' : WORDS[status])
}

function lengthOf({ startedAt, endedAt }: AttemptRecord): string {
  return shownDuration(Math.max(0, (endedAt ?? now.value) - startedAt))
}
