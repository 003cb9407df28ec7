// Loaded before everything else (node --import), so that the compile cache covers the entry as well:
// with a warm cache no TypeScript is stripped, which saves the stripper's 25 MB and start-up time.
import './demand-node.mjs'
import * as nodeModule from 'node:module'

// By the namespace: an older Node has no such function, and would complain about that first.
nodeModule.enableCompileCache()
