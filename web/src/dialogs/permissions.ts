/** Who may do what in a group, as the server has it; what one may not do is not offered. Pure. */

import type { Role } from "@connect-chat/sdk";

/** Changing the name and settings, and adding members. */
export function mayManage(role: Role | null): boolean {
  return role === "owner" || role === "admin";
}

/** Owners remove anybody, admins only members. */
export function mayRemove(own: Role | null, other: Role): boolean {
  return own === "owner" || (own === "admin" && other === "member");
}

export function maySetRoles(role: Role | null): boolean {
  return role === "owner";
}

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  owner: "Owner",
  admin: "Admin",
  member: "Member",
};

/** What can be made of a member, in words. */
export const MAKE_WORDS: Readonly<Record<Role, string>> = {
  owner: "Make owner",
  admin: "Make admin",
  member: "Make an ordinary member",
};
