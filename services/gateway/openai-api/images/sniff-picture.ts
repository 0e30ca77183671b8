interface Signature {
  readonly mediaType: string
  readonly offset: number
  readonly bytes: string
}

/** First bytes, as Latin-1 (PNG 1.2 §3.1, JFIF, RFC 9649 §2.4, GIF89a). */
const signatures: readonly Signature[] = [
  { mediaType: 'image/png', offset: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { mediaType: 'image/jpeg', offset: 0, bytes: '\xff\xd8\xff' },
  { mediaType: 'image/webp', offset: 8, bytes: 'WEBP' },
  { mediaType: 'image/gif', offset: 0, bytes: 'GIF8' },
]

/** What kind of picture the bytes are; the type a client says is often `application/octet-stream`. */
export function sniffPicture(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  return signatures.find((signature) => head.startsWith(signature.bytes, signature.offset))?.mediaType
}
