/** The variables that the command line obeys (docs/cli.md); no other file of it reads the environment. */
export const environment: Readonly<NodeJS.ProcessEnv> = process.env
