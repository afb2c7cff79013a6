import { openHistory } from '../src/history.ts'

// One of several processes that write to one history: `add-turns.ts DIRECTORY NAME COUNT`.
const [directory = '', name = '', count = '0'] = process.argv.slice(2)
const history = openHistory(directory)
for (let index = 0; index < Number(count); index++)
  history.add('shared', { question: `${name}${index}`, answer: 'a', cited: [] }, Date.now())
history.close()
