import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPreferences } from '../../../clients/web/src/app/preferences.ts'
import { createTranslate } from '../../../clients/web/src/app/translate.ts'
import { en } from '../../../clients/web/src/messages/en.ts'
import type { ProfileView } from '../../../clients/web/src/protocol/hearth-client.ts'
import { HearthFailure } from '../../../clients/web/src/protocol/hearth-failure.ts'
import { attachmentLimits, fencedFile, isTooLong, judgeFile } from '../../../clients/web/src/views/chat/attachments.ts'
import { chooseProfile, modalitiesFor } from '../../../clients/web/src/views/chat/choose-profile.ts'
import { actOfKey } from '../../../clients/web/src/views/chat/composer-keys.ts'
import { createDrafts } from '../../../clients/web/src/views/chat/drafts.ts'
import { loadPictures } from '../../../clients/web/src/views/chat/load-pictures.ts'
import { NextQuestion } from '../../../clients/web/src/views/chat/next-question.ts'
import { PictureAttachments } from '../../../clients/web/src/views/chat/picture-attachments.ts'
import { PictureFrames } from '../../../clients/web/src/views/chat/picture-frames.ts'
import { ProfileMemory } from '../../../clients/web/src/views/chat/profile-memory.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

class MapStorage {
  readonly items = new Map<string, string>()
  getItem(key: string): string | null {
    return this.items.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value)
  }
  removeItem(key: string): void {
    this.items.delete(key)
  }
}

const broken = (): never => {
  throw new Error('The browser forbids it.')
}

describe('files in the composer', () => {
  const file = (name: string, type: string, size = 10) => ({ name, type, size })

  it('takes the pictures that models take, and text by type or by name', () => {
    expect(judgeFile(file('a.png', 'image/png'), [])).toEqual({ kind: 'picture', mediaType: 'image/png' })
    expect(judgeFile(file('notes.md', ''), [])).toEqual({ kind: 'text' })
    expect(judgeFile(file('clip.ts', 'video/mp2t'), [])).toEqual({ kind: 'text' })
    expect(judgeFile(file('Makefile', ''), [])).toEqual({ kind: 'text' })
    expect(judgeFile(file('data.bin', 'application/geo+json'), [])).toEqual({ kind: 'text' })
  })

  it('says what is wrong with the others', () => {
    expect(judgeFile(file('a.svg', 'image/svg+xml'), [])).toEqual({ kind: 'text' })
    expect(judgeFile(file('a.tiff', 'image/tiff'), [])).toEqual({ reason: 'type', name: 'a.tiff' })
    expect(judgeFile(file('a.zip', 'application/zip'), [])).toEqual({ reason: 'type', name: 'a.zip' })
    const { pictureBytes, picturesBytes, pictures, textBytes } = attachmentLimits
    expect(judgeFile(file('a.png', 'image/png', pictureBytes + 1), [])).toMatchObject({ reason: 'size' })
    expect(judgeFile(file('a.txt', 'text/plain', textBytes + 1), [])).toMatchObject({ reason: 'size' })
    const many = Array.from({ length: pictures }, () => ({ byteLength: 1 }))
    expect(judgeFile(file('a.png', 'image/png'), many)).toEqual({ reason: 'count', count: pictures })
    const big = [{ byteLength: picturesBytes - 5 }]
    expect(judgeFile(file('a.png', 'image/png', 6), big)).toMatchObject({ reason: 'total' })
  })

  it('puts a text file into a fence with its name and language', () => {
    expect(fencedFile('a.py', utf8('print(1)\r\n'))).toBe('a.py\n```py\nprint(1)\n```')
    expect(fencedFile('Makefile', utf8('all:'))).toBe('Makefile\n```\nall:\n```')
  })

  it('no file closes its own fence', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('`', '```', '\n', 'a', '````', ' ')), (pieces) => {
        const [, opening = '', ...lines] = fencedFile('a', utf8(pieces.join('')))?.split('\n') ?? []
        expect(lines.pop()).toBe(opening)
        expect(lines.some((line) => line.includes(opening))).toBe(false)
      }),
      { verbose: true },
    )
  })

  it('takes nothing for text that is none', () => {
    expect(fencedFile('a.txt', new Uint8Array([0xff, 0xfe, 0x41]))).toBeUndefined()
    expect(fencedFile('a.txt', new Uint8Array([0x41, 0]))).toBeUndefined()
  })

  it('knows when a question does not fit into one frame', () => {
    expect(isTooLong('a'.repeat(50_000))).toBe(false)
    expect(isTooLong('\n'.repeat(50_000))).toBe(true)
    expect(isTooLong('ü'.repeat(30_000))).toBe(true)
  })
})

describe('files that are read while the reader goes elsewhere', () => {
  it('go nowhere else, pictures and texts', async () => {
    const told: number[] = []
    const host = {
      addController() {},
      removeController() {},
      requestUpdate() {},
      updateComplete: Promise.resolve(true),
      onAttached: (pictures: readonly unknown[]) => told.push(pictures.length),
    }
    const translate = await createTranslate({
      preferences: createPreferences({ getItem: () => null, setItem: () => {} }),
      browserLanguages: [],
      load: async () => en,
    })
    const attachments = new PictureAttachments(host)
    const files = [new File(['x'], 'a.txt'), new File([new Uint8Array([1])], 'a.png', { type: 'image/png' })]
    const add = (isWanted: boolean) => attachments.add(files, { notify: () => {}, translate, isWanted: () => isWanted })
    expect(await add(false)).toEqual([])
    expect([told, attachments.items]).toEqual([[], []])
    expect(await add(true)).toEqual(['a.txt\n```txt\nx\n```'])
    expect([told, attachments.items.map(({ name }) => name)]).toEqual([[1], ['a.png']])
    attachments.hostDisconnected()
  })
})

describe('keys in the composer', () => {
  const key = (name: string, part = {}) => ({
    key: name,
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    isComposing: false,
    ...part,
  })
  const idle = { isEmpty: false, isAnswering: false, isEditing: false }

  it('Enter sends, Shift Enter does not, nor does the Enter of an input method', () => {
    expect(actOfKey(key('Enter'), idle)).toBe('send')
    expect(actOfKey(key('Enter', { ctrlKey: true }), idle)).toBe('send')
    expect(actOfKey(key('Enter', { shiftKey: true }), idle)).toBeUndefined()
    expect(actOfKey(key('Enter', { isComposing: true }), idle)).toBeUndefined()
  })

  it('Escape ends an edit first, then stops an answer, else does nothing', () => {
    expect(actOfKey(key('Escape'), { ...idle, isAnswering: true, isEditing: true })).toBe('edit-end')
    expect(actOfKey(key('Escape'), { ...idle, isAnswering: true })).toBe('stop')
    expect(actOfKey(key('Escape'), idle)).toBeUndefined()
  })

  it('arrow up edits the last question from an empty composer only', () => {
    expect(actOfKey(key('ArrowUp'), { ...idle, isEmpty: true })).toBe('edit-last')
    expect(actOfKey(key('ArrowUp'), idle)).toBeUndefined()
    expect(actOfKey(key('ArrowUp', { shiftKey: true }), { ...idle, isEmpty: true })).toBeUndefined()
    expect(actOfKey(key('ArrowUp'), { ...idle, isEmpty: true, isEditing: true })).toBeUndefined()
  })
})

describe('drafts', () => {
  it('are kept for each conversation over a reload, and go when they are empty', () => {
    const storage = new MapStorage()
    const drafts = createDrafts(() => storage)
    drafts.write(undefined, { text: 'new', draws: true })
    drafts.write('c1', { text: 'one', profile: 'fast' })
    const reloaded = createDrafts(() => storage)
    expect(reloaded.read(undefined)).toEqual({ text: 'new', draws: true })
    expect(reloaded.read('c1')).toEqual({ text: 'one', profile: 'fast' })
    expect(reloaded.read('c2')).toEqual({ text: '' })
    reloaded.write('c1', { text: '' })
    expect([...storage.items.keys()]).toEqual(['hearth.draft.new'])
  })

  it('move with a new conversation when it gets its id', () => {
    const drafts = createDrafts(() => new MapStorage())
    drafts.write(undefined, { text: 'meanwhile' })
    drafts.adopt('c1')
    expect(drafts.read('c1')).toEqual({ text: 'meanwhile' })
    expect(drafts.read(undefined)).toEqual({ text: '' })
  })

  it('work where nothing is kept, and read nothing they do not understand', () => {
    const drafts = createDrafts(broken)
    drafts.write('c1', { text: 'here' })
    expect(drafts.read('c1')).toEqual({ text: 'here' })
    const storage = new MapStorage()
    storage.setItem('hearth.draft.c1', '{broken')
    storage.setItem('hearth.draft.c2', '{"text":5,"profile":[],"draws":"no"}')
    expect(createDrafts(() => storage).read('c1')).toEqual({ text: '' })
    expect(createDrafts(() => storage).read('c2')).toEqual({ text: '' })
  })
})

const profile = (name: string, part: Partial<ProfileView> = {}): ProfileView => ({
  name,
  description: '',
  default: false,
  modalities: ['text'],
  ...part,
})
const artist = profile('artist', { modalities: ['text', 'image'] })
const painter = profile('painter', { modalities: ['image'] })

describe('the profile of the next question', () => {
  it('is the first wish that is there, else the default, else any', () => {
    const profiles = [profile('a'), profile('b', { default: true }), profile('c')]
    expect(chooseProfile(profiles, [undefined, 'gone', 'c'])?.name).toBe('c')
    expect(chooseProfile(profiles, ['gone'])?.name).toBe('b')
    expect(chooseProfile([profile('a')], [])?.name).toBe('a')
    expect(chooseProfile([], ['a'])).toBeUndefined()
  })

  it('is asked for a picture when one is wished for, or when it makes nothing else', () => {
    expect(modalitiesFor(artist, true)).toEqual(['image'])
    expect(modalitiesFor(artist, false)).toBeUndefined()
    expect(modalitiesFor(painter, false)).toEqual(['image'])
    expect(modalitiesFor(profile('a'), true)).toBeUndefined()
  })

  it('is remembered for the next new conversation, where the browser allows it', () => {
    const storage = new MapStorage()
    new ProfileMemory(() => storage).last = 'c'
    expect(new ProfileMemory(() => storage).last).toBe('c')
    const forgetful = new ProfileMemory(broken)
    expect(forgetful.last).toBeUndefined()
    forgetful.last = 'c'
    expect(forgetful.last).toBe('c')
  })
})

describe('the next question', () => {
  const create = () => {
    const profiles = new ProfileMemory(() => new MapStorage())
    profiles.known = [profile('plain', { default: true }), artist]
    return new NextQuestion({ drafts: createDrafts(() => new MapStorage()), profiles })
  }
  const content = (text: string) => ({ text, pictures: [], draws: false })
  const picture = (name: string) => ({ name, mediaType: 'image/png', bytes: new Uint8Array([1]) }) as const
  const names = (next: NextQuestion) => next.pictures.map(({ name }) => name)

  it('goes to the profile chosen in its conversation', () => {
    const next = create()
    expect(next.compose(content('a'), []).profile).toBe('plain')
    next.write({ text: 'a', profile: 'artist' })
    expect(next.compose({ ...content('a'), draws: true }, [])).toMatchObject({
      profile: 'artist',
      modalities: ['image'],
    })
    next.open('c2')
    expect(next.compose(content('b'), []).profile).toBe('artist')
  })

  it('goes there also before the house has said which profiles it has', () => {
    const profiles = new ProfileMemory(() => new MapStorage())
    const next = new NextQuestion({ drafts: createDrafts(() => new MapStorage()), profiles })
    expect(next.compose(content('a'), [])).toEqual({ text: 'a', pictures: [] })
    profiles.last = 'artist'
    expect(next.compose(content('a'), []).profile).toBe('artist')
    next.write({ text: 'a', profile: 'plain' })
    next.open(undefined)
    expect(next.compose(content('a'), []).profile).toBe('plain')
  })

  it('keeps the draft aside while another question is edited', () => {
    const next = create()
    next.write({ text: 'later' })
    next.edit({ nodeId: 'n1', draft: { text: 'before' }, pictures: [] })
    next.write({ text: 'better' })
    expect([next.editing, next.draft.text]).toEqual(['n1', 'better'])
    next.clear()
    expect([next.editing, next.draft.text]).toEqual([undefined, 'later'])
    next.clear()
    expect(next.draft.text).toBe('')
  })

  it('drops an edit with its conversation', () => {
    const next = create()
    next.edit({ nodeId: 'n1', draft: { text: 'before' }, pictures: [] })
    next.open('c2')
    expect([next.editing, next.draft.text]).toEqual([undefined, ''])
  })

  it('keeps the pictures of each conversation for it, also when a new one gets its id', () => {
    const next = create()
    next.attach([picture('a')])
    next.open('c1')
    expect(next.pictures).toEqual([])
    next.attach([picture('b')])
    next.open(undefined)
    expect(names(next)).toEqual(['a'])
    next.adopt('c2')
    expect(names(next)).toEqual(['a'])
    next.open(undefined)
    expect(next.pictures).toEqual([])
    next.open('c1')
    expect(names(next)).toEqual(['b'])
    next.clear()
    expect(next.pictures).toEqual([])
  })

  it('gives back what was attached when an edit is over, however it ends', () => {
    const next = create()
    const edit = { nodeId: 'n1', draft: { text: 'before' }, pictures: [picture('old')] }
    const endings = [() => next.endEditing(), () => next.clear(), () => next.open(undefined)]
    next.attach([picture('new')])
    for (const end of endings) {
      next.edit(edit)
      expect(names(next)).toEqual(['old'])
      next.attach([])
      expect(names(next)).toEqual([])
      end()
      expect(names(next)).toEqual(['new'])
    }
  })

  it('has another place whenever something else is written, not when a new conversation gets its id', () => {
    const next = create()
    const places = [
      () => {},
      () => next.open('c1'),
      () => next.edit({ nodeId: 'n1', draft: { text: '' }, pictures: [] }),
      () => next.endEditing(),
    ].map((step) => {
      step()
      return next.place
    })
    expect(new Set(places).size).toBe(places.length)
    const { place } = next
    next.adopt('c2')
    next.write({ text: 'a' })
    expect(next.place).toBe(place)
  })
})

describe('pictures', () => {
  it('are fetched where they are not here, to be sent again', async () => {
    const bytes = new Uint8Array([1])
    const part = { kind: 'picture', steps: 1, isGrowing: false } as const
    const rest = {
      getBlob: async (id: string) => ({ mediaType: 'image/webp', bytes: new Uint8Array([id.length]).buffer }),
    }
    const parts = [
      { ...part, picture: { mediaType: 'image/png', bytes }, blobId: 'x' },
      { ...part, picture: undefined, blobId: 'four' },
      { ...part, picture: { mediaType: 'image/tiff', bytes }, blobId: undefined },
    ]
    expect(await loadPictures(rest, parts, new AbortController().signal)).toEqual([
      { mediaType: 'image/png', bytes },
      { mediaType: 'image/webp', bytes: new Uint8Array([4]) },
    ])
    const failing = {
      getBlob: () => Promise.reject(new HearthFailure({ code: 'client_offline', message: '', retryable: true })),
    }
    await expect(loadPictures(failing, parts, new AbortController().signal)).rejects.toThrow(HearthFailure)
  })

  it('show the newest version over the one before and give every address back', () => {
    const held = new Set<string>()
    let made = 0
    const frames = new PictureFrames({
      createObjectURL: () => {
        const url = `blob:${++made}`
        held.add(url)
        return url
      },
      revokeObjectURL: (url) => held.delete(url),
    })
    const versions = [1, 2, 3].map((value) => ({ mediaType: 'image/png', bytes: new Uint8Array([value]) }))
    for (const [index, version] of versions.entries()) {
      frames.show(version, index + 1)
      frames.show(version, index + 1)
    }
    expect(frames.frames.map(({ step }) => step)).toEqual([2, 3])
    expect(held.size).toBe(2)
    frames.settle()
    expect([...held]).toEqual(frames.frames.map(({ url }) => url))
    frames.clear()
    expect(held.size).toBe(0)
    expect(made).toBe(3)
  })
})
