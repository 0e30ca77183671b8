import { tinyPng } from '../../../services/common/testing/fake-vendor/tiny-png.ts'

/** Base64 of a picture of one pixel. */
export const samplePng = tinyPng(200).toString('base64')

/** Base64 of a WAV without a sample (RIFF header, 8 kHz, 8 bit, mono). */
export const sampleWav = (): string => {
  const wav = Buffer.alloc(44)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(8000, 24)
  wav.writeUInt32LE(8000, 28)
  wav.writeUInt16LE(1, 32)
  wav.writeUInt16LE(8, 34)
  wav.write('data', 36)
  return wav.toString('base64')
}
