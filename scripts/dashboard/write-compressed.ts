import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/** Smaller ones gain nothing. */
const WORTH_COMPRESSING_BYTES = 1_024
/** The highest ones take five times as long for two percent, at every install. */
const BROTLI_QUALITY = 9

/** Writes `<file>.br` and `<file>.gz` beside every text file of a folder, for the server to send. */
export function writeCompressed(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/\.(js|css|svg)$/.test(name)) continue
    const file = path.join(folder, name)
    const bytes = readFileSync(file)
    if (bytes.length < WORTH_COMPRESSING_BYTES) continue
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY }
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }))
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
  }
}
