import { batch, effect } from '@preact/signals'
import { render } from 'preact'

import type { FeedMessage, FileData } from '../src/protocol.ts'
import { App } from './app.tsx'
import { listenToKeys } from './keys/keys.ts'
import { address, followAddress, replaceWith } from './state/address.ts'
import { link, openFeed } from './state/feed.ts'
import { followNewestRun } from './state/follow.ts'
import { takeKey } from './state/key.ts'
import { receiveRuns } from './state/run-list.ts'
import { forgetRun, receiveRun, run, showRun, stage } from './state/shown-run.ts'
import { keepTheme } from './state/theme.ts'
import { keepTime, receiveTime } from './state/time.ts'

const given = document.getElementById('file')?.textContent
const root = document.getElementById('app') ?? document.body

keepTheme()
followAddress()
listenToKeys()
if (given === undefined || given === null) openLivePage()
else openFile(JSON.parse(given) as FileData)
effect(() => {
  const { summary } = run.value ?? {}
  document.title = summary === undefined ? 'Stageflow' : `${summary.pipeline} · ${summary.status}`
})
render(<App />, root)

function openLivePage(): void {
  takeKey()
  effect(() => {
    // What is shown belongs to another run until the server has sent the new one.
    if (address.value.run !== run.peek()?.summary.id) forgetRun(false)
    if (address.value.stage !== stage.peek()?.row.stage) stage.value = undefined
  })
  openFeed(receive)
  keepTime()
  followNewestRun()
}

function receive(message: FeedMessage): void {
  batch(() => {
    receiveTime(message.now)
    receiveRuns(message)
    receiveRun(message)
  })
}

/** Shows the one run of a file. */
function openFile({ run: view, stages }: FileData): void {
  link.value = 'file'
  receiveTime(view.now)
  showRun(view)
  if (address.value.run !== view.summary.id) replaceWith({ run: view.summary.id })
  effect(() => {
    const { stage: name } = address.value
    stage.value = name === undefined || !Object.hasOwn(stages, name) ? undefined : stages[name]
  })
}
