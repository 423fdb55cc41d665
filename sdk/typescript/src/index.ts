/** @packageDocumentation The client of Connect: see the README beside this package. */

export * from "./api.js";
export { createClient } from "./client.js";
export type * from "./core/records.js";
export type * from "./protocol/types.js";
export type { WebSocketConstructor, WebSocketLike } from "./rim/socket.js";
export { IndexedDbStorage } from "./storage/indexeddb.js";
export { MemoryDisk, MemoryStorage } from "./storage/memory.js";
export type { Account, Storage, StorageChange } from "./storage/storage.js";
