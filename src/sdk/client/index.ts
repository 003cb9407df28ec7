export { type Client, type ClientOptions, createClient, type MutationOptions } from './client.ts'
export { PlantroomError } from './errors.ts'
export type { Followed, FollowOptions } from './follow.ts'
export type { Document } from './request.ts'
