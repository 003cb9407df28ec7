import page from '../../../../docs/verify-signatures.md?raw'

/** The code that the page on signatures shows, so that it is said once. */
function blockOf(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)
  if (found?.[1] === undefined) throw new Error(`The page on signatures has no ${language}`)
  return found[1].trimEnd()
}

export const VERIFY_NODE = blockOf('js')
export const VERIFY_PYTHON = blockOf('python')
