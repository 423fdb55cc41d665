/** @packageDocumentation The client of Connect: see the README beside this package. */

export * from "./api.js";
export type * from "./protocol/types.js";
export type { Storage, StorageChange } from "./storage/storage.js";
