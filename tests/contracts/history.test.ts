import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { openTestStore } from '../mcp/store/open-test-store.ts'
import { historyContract } from './history.contract.ts'

historyContract('fake', async () => ({ history: new FakeHistory(), close: async () => {} }))

historyContract('SQLite', async () => {
  const opened = await openTestStore()
  return { history: opened.store.history, close: opened.close }
})
