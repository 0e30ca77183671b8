import { FakeSettings } from '../../services/common/testing/fake-settings.ts'
import { openTestStore, profileSpec } from '../mcp/store/open-test-store.ts'
import { settingsContract } from './settings.contract.ts'

settingsContract('fake', async () => {
  const settings = new FakeSettings({ epoch: 'e', revision: 1, profiles: [], users: [], credentials: [] })
  const meta = { origin: 'api', revision: 2, created_at: 0, updated_at: 0 } as const
  return {
    settings,
    addProfile: async (name) => {
      settings.swap({ profiles: [{ ...profileSpec(), name, ...meta }] })
    },
    close: async () => {},
  }
})

settingsContract('SQLite', async () => {
  const opened = await openTestStore()
  const { settings, profiles } = opened.store
  return {
    settings,
    addProfile: async (name) => {
      await profiles.create(name, profileSpec())
    },
    close: opened.close,
  }
})
