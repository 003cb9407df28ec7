import './type.ts'
import './lists.ts'
import './commands.ts'
import './analytics/commands.ts'
