import { AGENT_KILLS, expectedOf } from '../../packages/agent/test/agent-kills.ts'
import { generateTables, table } from './generated-tables.mjs'

// The page about agents says what the next process does again after a kill, from the rows that the tests run.

const turnsOf = (turns) => (turns.length === 1 ? `that of turn ${turns[0]}` : `those of turns ${turns.join(', ')}`)
const seatTurn = (seat) => seat[0]
const again = (count, turns) => (turns.length === 0 ? `${count}` : `${count}: ${turnsOf(turns)} again`)
const sum = (counts) => counts.reduce((all, count) => all + count, 0)

const rows = AGENT_KILLS.map((kill) => {
  const { what, askedAgain, calledAgain, effectsAgain } = kill
  const { requests, begun, ended } = expectedOf(kill)
  return [
    what,
    again(sum(requests), askedAgain),
    again(begun.length, calledAgain.map(seatTurn)),
    effectsAgain.length === 0 ? 'none' : turnsOf(effectsAgain.map(seatTurn)),
    `\`${ended}\``,
  ]
})

generateTables('docs/how-to/agents.md', {
  kills: table(
    [
      'a process is killed',
      'requests to the model',
      'calls begun',
      'effects twice, if the tool ignores the key',
      '`ended`',
    ],
    rows,
  ),
})
