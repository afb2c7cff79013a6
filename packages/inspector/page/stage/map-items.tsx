import type { MapRecord } from '@stageflow/core'
import type { JSX } from 'preact'

import { Sign } from '../signs/sign.tsx'
import { shownDuration } from '../state/duration.ts'
import { Section } from './section.tsx'

const MOST_ITEMS = 50

/** The items of a map: their counts, and those that failed or were retried first, as the record keeps them. */
export function MapItems({ items }: { readonly items: MapRecord | undefined }): JSX.Element | null {
  if (items === undefined) return null
  const { total, ok, skip, fail, unfinished, records } = items
  const counts = [
    `${ok} ok`,
    skip > 0 && `${skip} skipped`,
    fail > 0 && `${fail} failed`,
    unfinished > 0 && `${unfinished} unfinished`,
  ]
  const telling = records.toSorted((a, b) => Number(b.status === 'fail') - Number(a.status === 'fail'))
  return (
    <Section title={`Items (${total.toLocaleString('en')})`}>
      <p class="muted">{counts.filter(Boolean).join(', ')}</p>
      <ul class="attempts">
        {telling.slice(0, MOST_ITEMS).map(({ index, key, status, startedAt, endedAt, error, reason }) => (
          <li key={index}>
            <Sign state={status ?? (startedAt === undefined ? 'waiting' : 'running')} /> <code>{key}</code>{' '}
            <span class="number">
              {startedAt === undefined || endedAt === undefined ? '' : shownDuration(endedAt - startedAt)}
            </span>{' '}
            {error?.message ?? reason ?? ''}
          </li>
        ))}
      </ul>
      {total > MOST_ITEMS && <p class="muted">and {(total - Math.min(total, MOST_ITEMS)).toLocaleString('en')} more</p>}
    </Section>
  )
}
