import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface TemporaryFolder extends AsyncDisposable {
  path: string
}

/**
 * A folder that goes when it is disposed of. Others may enter it: PostgreSQL does not run as root,
 * and started by root it lives in here as another user.
 */
export async function temporaryFolder(purpose: string): Promise<TemporaryFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), `plantroom-${purpose}-`))
  await chmod(folder, 0o755)
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
