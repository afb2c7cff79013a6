import { setTimeout as wait } from 'node:timers/promises'
import { Pipeline, StageKind, StageOutput, type StageContext } from '@stageflow/core'
import { timeline } from '@stageflow/report'

const WHAT = 'Five stages greet a person, two of them at the same time.'
const HELP = `${WHAT} Usage: npm run example hello -- [NAME]
Exit codes: 0 greeted, 1 failed, 2 wrong options, 3 refused: a name of more than 40 characters`

// A stage starts when its own dependencies are done, so `profile` and `weather` run at the same time.
const hello = new Pipeline('hello')
  .withStage('guard', checkName, StageKind.GUARD)
  .withStage('profile', () => wait(60, { title: 'Countess' }), StageKind.ENRICH, { dependencies: ['guard'] })
  .withStage('weather', () => wait(90, { sky: 'sunny' }), StageKind.ENRICH, { dependencies: ['guard'] })
  .withStage('greet', greet, { dependencies: ['guard', 'profile', 'weather'] })
  .withStage('store', () => wait(20, {}), StageKind.WORK, { dependencies: ['greet'] })
  .build()

function checkName({ snapshot: { inputText: name = '' } }: StageContext) {
  return name.length > 40 ? StageOutput.cancel('The name is too long.') : StageOutput.ok({ name })
}

type Needs = { guard: { name: string }; profile: { title: string }; weather: { sky: string } }
function greet({ inputs }: StageContext<Needs>) {
  return {
    text: `Hello, ${inputs.from('profile').title} ${inputs.from('guard').name}! It is ${inputs.from('weather').sky} today.`,
  }
}

const width = Math.max(30, process.stdout.columns || 80)
const [name = 'Ada', wrong] = process.argv.slice(2)
if (name === '--help' || name === '-h') console.log(HELP)
else if (name.startsWith('-') || wrong !== undefined) {
  console.error(`Unknown option "${wrong ?? name}". It takes a name, or --help.`)
  process.exitCode = 2
} else {
  const run = await hello.run({ inputText: name }) // throws the error of a stage that fails
  if (run.status === 'completed') console.log(`${WHAT}\n\n${run.data.greet.text}\n\n${timeline(run.report, { width })}`)
  else if (run.status === 'cancelled') console.error(run.reason)
  if (run.status !== 'completed') process.exitCode = 3
}
