import { testClients } from '../../models/test/client-tests.ts'
import { ASK } from '../test/faulted-clients.ts'

testClients(ASK)
