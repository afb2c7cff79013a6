import type { JSX } from 'preact'

import { Sign } from '../signs/sign.tsx'
import { linkTo } from '../state/address.ts'
import { childrenOf } from '../state/children.ts'
import { counted, shownDuration } from '../state/duration.ts'
import { link } from '../state/feed.ts'
import { Section } from './section.tsx'

const MOST_RUNS = 50

/** The runs that a stage has started. */
export function ChildRuns({
  stage,
  leftOut,
}: {
  readonly stage: string
  readonly leftOut: number
}): JSX.Element | null {
  const children = childrenOf(stage)
  if (children.length === 0) return null
  const more = leftOut + Math.max(0, children.length - MOST_RUNS)
  return (
    <Section title={`Child runs (${children.length})`}>
      <ul class="attempts">
        {children.slice(0, MOST_RUNS).map(({ id, status, parent, pipeline, startedAt, endedAt }) => (
          <li key={id}>
            <Sign state={status} />{' '}
            {link.value === 'file' ? (
              (parent?.path ?? pipeline)
            ) : (
              <a href={linkTo({ run: id })}>{parent?.path ?? pipeline}</a>
            )}{' '}
            <span class="number">{endedAt === undefined ? status : shownDuration(endedAt - startedAt)}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p class="muted">and {counted(more, 'run')} more</p>}
    </Section>
  )
}
