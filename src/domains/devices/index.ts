import './type.ts'
import './lists.ts'
import './commands.ts'
