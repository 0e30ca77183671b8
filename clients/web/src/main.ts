import { applyPreferences } from './app/apply-preferences.ts'
import { browserStorage, createCredentialStore, forgetReader } from './app/browser-storage.ts'
import { HearthApp } from './app/hearth-app.ts'
import { createPageAddress } from './app/page-address.ts'
import { createPreferences } from './app/preferences.ts'
import { createTranslate } from './app/translate.ts'
import { en } from './messages/en.ts'
import { createHearthClient } from './protocol/create-hearth-client.ts'

// The code of a pairing link leaves the address before anything else can fail.
const address = createPageAddress(window)
const storage = browserStorage(window)
const preferences = createPreferences(storage)
const apply = () => applyPreferences(document.documentElement, preferences.current)
apply()
preferences.onChange(apply)
window.addEventListener('storage', () => preferences.reload())
const client = createHearthClient({
  url: location.origin,
  credentials: createCredentialStore(storage),
  client: { name: 'hearth-web', version: '0.1.0', platform: navigator.platform },
})
client.on('connection', ({ status }) => {
  if (status === 'signed-out') forgetReader(window)
})
client.start()
const translate = await createTranslate({
  preferences,
  browserLanguages: navigator.languages,
  load: async (language) => (language === 'en' ? en : (await import('./messages/de.ts')).de),
})
document.body.append(new HearthApp({ client, preferences, translate, address }))
