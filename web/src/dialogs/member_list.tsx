/** The members of a group: who is there, who may what, and what can be done about it. */

import type { Chat, Client, Member, Role, UserId } from "@connect-chat/sdk";
import { EllipsisVertical, MessageSquare, ShieldCheck, UserMinus } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { Avatar } from "../design/avatar.js";
import { IconButton } from "../design/button.js";
import { Menu, MenuItem, MenuSeparator } from "../design/menu.js";
import { TextField } from "../design/text_field.js";
import { VisuallyHidden } from "../design/visually_hidden.js";
import { useReadable } from "../readable.js";
import { shownName } from "../text.js";
import { AddMembers } from "./add_members.js";
import styles from "./member_list.module.css";
import { MAKE_WORDS, mayManage, mayRemove, maySetRoles, ROLE_WORDS } from "./permissions.js";
import { RemoveDialog } from "./remove_dialog.js";
import { useAttempt } from "./use_attempt.js";

/** More are found by searching: a server watches the presence of 200 people for one client. */
const SHOWN_MAX = 100;
const SEARCH_FROM = 15;

export interface MemberListProps {
  readonly client: Client;
  readonly chat: Chat;
  readonly own: Role | null;
  readonly members: readonly Member[];
  readonly onChanged: () => Promise<void>;
  readonly onOpen: (chat: string) => void;
}

export function MemberList(props: MemberListProps) {
  const { chat, own, members, onChanged } = props;
  const [search, setSearch] = useState("");
  const [removing, setRemoving] = useState<UserId | null>(null);
  const place = useRef<HTMLElement>(null);
  const attempt = useAttempt();
  const found = useMemo(() => shownMembers(members, search), [members, search]);
  const change = (work: () => Promise<unknown>) =>
    void attempt.run(() => work().then(onChanged), { conflict: LAST_OWNER });
  return (
    <section ref={place} className={styles.section} aria-labelledby="members-title">
      <h3 id="members-title" className={styles.title}>
        {members.length === 1 ? "1 member" : `${members.length} members`}
      </h3>
      {mayManage(own) && <AddMembers chat={chat} members={members} onChanged={onChanged} />}
      {members.length >= SEARCH_FROM && (
        <TextField label="Find a member" value={search} onChange={setSearch} />
      )}
      {attempt.error !== null && (
        <p className={styles.error} role="alert">
          {attempt.error}
        </p>
      )}
      <ul>
        {found.slice(0, SHOWN_MAX).map((member) => (
          <MemberRow
            key={member.user}
            {...props}
            member={member}
            onAct={change}
            onRemove={setRemoving}
          />
        ))}
      </ul>
      {found.length > SHOWN_MAX && (
        <p className={styles.more}>And {found.length - SHOWN_MAX} more: search by name.</p>
      )}
      <RemoveDialog
        chat={chat}
        user={removing}
        onClose={() => setRemoving(null)}
        onAct={change}
        returnTo={() => place.current?.querySelector<HTMLElement>("button") ?? null}
      />
    </section>
  );
}

const LAST_OWNER = "A group needs an owner. Make somebody else an owner first.";
const RANK: Readonly<Record<Role, number>> = { owner: 0, admin: 1, member: 2 };

/** Owners first, then by name. */
function shownMembers(members: readonly Member[], search: string): readonly Member[] {
  const wanted = search.trim().toLocaleLowerCase();
  return members
    .filter((member) => member.user.toLocaleLowerCase().includes(wanted))
    .sort((one, other) => RANK[one.role] - RANK[other.role] || one.user.localeCompare(other.user));
}

interface MemberRowProps extends MemberListProps {
  readonly member: Member;
  readonly onAct: (work: () => Promise<unknown>) => void;
  readonly onRemove: (user: UserId) => void;
}

function MemberRow(props: MemberRowProps) {
  const { client, member } = props;
  const presence = useReadable(useMemo(() => client.presence(member.user), [client, member.user]));
  const self = member.user === client.user;
  const online = self || (presence?.online ?? false);
  return (
    <li
      className={styles.row}
      data-member={member.user}
      data-presence={online ? "online" : "offline"}
    >
      <Avatar id={member.user} name={member.user} online={online} />
      <span className={styles.words}>
        <bdi className={styles.name}>
          {shownName(member.user)}
          {self && " (you)"}
        </bdi>
        {online && <VisuallyHidden>, online</VisuallyHidden>}
        {member.role !== "member" && <span className={styles.role}>{ROLE_WORDS[member.role]}</span>}
      </span>
      {!self && <MemberMenu {...props} />}
    </li>
  );
}

function MemberMenu(props: MemberRowProps) {
  const { client, chat, own, member, onAct, onRemove, onOpen } = props;
  const roles = (["owner", "admin", "member"] as const).filter((role) => role !== member.role);
  return (
    <Menu
      trigger={
        <IconButton label={`Actions for ${shownName(member.user)}`} tooltip={false}>
          <EllipsisVertical aria-hidden="true" />
        </IconButton>
      }
    >
      <MenuItem
        icon={<MessageSquare aria-hidden="true" />}
        onSelect={() => onAct(() => client.createDirect(member.user).then(onOpen))}
      >
        Write to <bdi>{shownName(member.user)}</bdi>
      </MenuItem>
      {maySetRoles(own) &&
        roles.map((role) => (
          <MenuItem
            key={role}
            icon={<ShieldCheck aria-hidden="true" />}
            onSelect={() => onAct(() => chat.setRole(member.user, role))}
          >
            {MAKE_WORDS[role]}
          </MenuItem>
        ))}
      {mayRemove(own, member.role) && (
        <>
          <MenuSeparator />
          <MenuItem
            danger
            icon={<UserMinus aria-hidden="true" />}
            onSelect={() => onRemove(member.user)}
          >
            Remove from the group…
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
