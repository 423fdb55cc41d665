/** Made from api/*.json by scripts/generate.mjs (npm run generate): change those. */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** A chat's id, always given by the server. */
        Chat: string;
        /** A user's id: the `sub` of the token, 1 to 128 bytes, no NUL. */
        User: string;
        /** The place of an event in its chat's time: `unix_ms << 11 | counter`. */
        EventId: number;
        /** 1, 2, 3 … dense within the chat. */
        Seq: number;
        /** Unix milliseconds, UTC. */
        Time: number;
        /** The client's own id of an operation: a UUIDv7, lower case with hyphens, minted when the operation is first sent and kept for every retry. */
        Key: string;
        Role: "owner" | "admin" | "member";
        /**
         * joined: a member sees from the joining on. full: everything.
         */
        Visibility: "joined" | "full";
        Type: "direct" | "group";
        /** A place in a chat's log; {0, 0} is before its first event. */
        Place: {
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
        };
        /** A reference; the file itself lives elsewhere. */
        Attachment: {
            url: string;
            type?: string;
            size?: number;
            name?: string;
        };
        /** What a message says. The text may be empty only when there are attachments. */
        Body: {
            /** UTF-8, up to 16 KiB, kept byte for byte. */
            text?: string;
            reply_to?: components["schemas"]["EventId"];
            attachments?: components["schemas"]["Attachment"][];
            /** Opaque, up to 4 KiB as JSON. */
            meta?: Record<string, unknown>;
        };
        MessageEvent: {
            chat: components["schemas"]["Chat"];
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
            ts: components["schemas"]["Time"];
            from: components["schemas"]["User"];
            key: components["schemas"]["Key"];
            kind: "message";
            body?: components["schemas"]["Body"];
            /**
             * The message was deleted: its body is gone for good.
             */
            gone?: true;
        };
        EditEvent: {
            chat: components["schemas"]["Chat"];
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
            ts: components["schemas"]["Time"];
            from: components["schemas"]["User"];
            key: components["schemas"]["Key"];
            kind: "edit";
            target: components["schemas"]["EventId"];
            body?: components["schemas"]["Body"];
            gone?: true;
        };
        DeleteEvent: {
            chat: components["schemas"]["Chat"];
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
            ts: components["schemas"]["Time"];
            from: components["schemas"]["User"];
            key: components["schemas"]["Key"];
            kind: "delete";
            target: components["schemas"]["EventId"];
        };
        ReactEvent: {
            chat: components["schemas"]["Chat"];
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
            ts: components["schemas"]["Time"];
            from: components["schemas"]["User"];
            key: components["schemas"]["Key"];
            kind: "react";
            target: components["schemas"]["EventId"];
            emoji: components["schemas"]["Emoji"];
            on: boolean;
        };
        MemberEvent: {
            chat: components["schemas"]["Chat"];
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
            ts: components["schemas"]["Time"];
            from: components["schemas"]["User"];
            key: components["schemas"]["Key"];
            kind: "member";
            users: components["schemas"]["User"][];
            change: "joined" | "left" | "removed" | "role";
            role?: components["schemas"]["Role"];
        };
        ChatEvent: {
            chat: components["schemas"]["Chat"];
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
            ts: components["schemas"]["Time"];
            from: components["schemas"]["User"];
            key: components["schemas"]["Key"];
            kind: "chat";
            /** Only what changed. */
            changes: {
                title?: string;
                topic?: string;
                visibility?: components["schemas"]["Visibility"];
                joinable?: boolean;
            };
            /**
             * Only of a chat's first event, as are `type` and `members`.
             */
            created?: true;
            type?: components["schemas"]["Type"];
            members?: components["schemas"]["User"][];
        };
        /** Stands for an edit or reaction whose target this user may not see; keeps seq dense. */
        HiddenEvent: {
            chat: components["schemas"]["Chat"];
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
            ts: components["schemas"]["Time"];
            kind: "hidden";
        };
        /** An entry of the log. */
        Event: components["schemas"]["MessageEvent"] | components["schemas"]["EditEvent"] | components["schemas"]["DeleteEvent"] | components["schemas"]["ReactEvent"] | components["schemas"]["MemberEvent"] | components["schemas"]["ChatEvent"] | components["schemas"]["HiddenEvent"];
        /** 1 to 32 bytes. */
        Emoji: string;
        /** A message with what later events did to it: its latest text, or that it was deleted (then no body), and its reactions. */
        FoldedMessage: {
            chat: components["schemas"]["Chat"];
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
            ts: components["schemas"]["Time"];
            from: components["schemas"]["User"];
            key: components["schemas"]["Key"];
            kind: "message";
            body?: components["schemas"]["Body"];
            edited?: {
                id: components["schemas"]["EventId"];
                ts: components["schemas"]["Time"];
            };
            deleted?: {
                by: components["schemas"]["User"];
                ts: components["schemas"]["Time"];
            };
            reactions?: {
                emoji: components["schemas"]["Emoji"];
                count: number;
                me: boolean;
            }[];
        };
        /** An entry of a page: the log folded. */
        Message: components["schemas"]["FoldedMessage"] | components["schemas"]["MemberEvent"] | components["schemas"]["ChatEvent"];
        /** A hole in what was scanned, and why. No server gives `expired` yet: nothing expires. */
        Missing: {
            from: components["schemas"]["Seq"];
            to: components["schemas"]["Seq"];
            why: "not_member" | "expired";
        };
        /** Ascending. `range` is everything that was scanned: a seq in it that is not listed is an edit, delete or reaction, already folded in. `prev` goes into `before`, `next` into `after`; null is the end of what this user may read. */
        Page: {
            messages: components["schemas"]["Message"][];
            range: {
                from: components["schemas"]["Seq"];
                to: components["schemas"]["Seq"];
                complete: boolean;
            } | null;
            missing: components["schemas"]["Missing"][];
            head: components["schemas"]["Place"];
            prev: components["schemas"]["EventId"] | null;
            next: components["schemas"]["EventId"] | null;
        };
        Events: {
            events: components["schemas"]["Event"][];
            missing: components["schemas"]["Missing"][];
            head: components["schemas"]["Place"];
            complete: boolean;
        };
        /** Where the operation's event stands. A retry with the same key answers the same place, `duplicate: true`. */
        Appended: {
            chat: components["schemas"]["Chat"];
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
            duplicate: boolean;
        };
        Created: {
            chat: components["schemas"]["Chat"];
            id: components["schemas"]["EventId"];
            seq: components["schemas"]["Seq"];
            created: boolean;
        };
        ChatInfo: {
            chat: components["schemas"]["Chat"];
            type: components["schemas"]["Type"];
            title: string;
            topic: string;
            visibility: components["schemas"]["Visibility"];
            joinable: boolean;
            role: components["schemas"]["Role"] | null;
            members: number;
            head: components["schemas"]["Place"];
        };
        InboxEntry: {
            chat: components["schemas"]["Chat"];
            type: components["schemas"]["Type"];
            title: string;
            role: components["schemas"]["Role"] | null;
            head: components["schemas"]["Place"];
            read: components["schemas"]["Place"];
            unread: number;
            last: components["schemas"]["Message"] | null;
        };
        Inbox: {
            chats: components["schemas"]["InboxEntry"][];
            next: components["schemas"]["Cursor"] | null;
        };
        /** Opaque; bound to its user and call. */
        Cursor: string;
        /** A chat that was named comes with `events` after the id, `missing` and `complete`; one that was not comes with its newest page: `messages`, `range`, `missing`, `prev`, `next`. One the user is no longer in says `left`; one the user was never in is only {chat, error}. */
        SyncEntry: {
            chat: components["schemas"]["Chat"];
            type?: components["schemas"]["Type"];
            title?: string;
            role?: components["schemas"]["Role"] | null;
            head?: components["schemas"]["Place"];
            read?: components["schemas"]["Place"];
            unread?: number;
            events?: components["schemas"]["Event"][];
            messages?: components["schemas"]["Message"][];
            missing?: components["schemas"]["Missing"][];
            complete?: boolean;
            left?: true;
            error?: components["schemas"]["Error"];
            range?: {
                from: components["schemas"]["Seq"];
                to: components["schemas"]["Seq"];
                complete: boolean;
            } | null;
            prev?: components["schemas"]["EventId"] | null;
            next?: components["schemas"]["EventId"] | null;
        };
        Sync: {
            chats: components["schemas"]["SyncEntry"][];
            next: components["schemas"]["Cursor"] | null;
        };
        Marked: {
            chat: components["schemas"]["Chat"];
            read: components["schemas"]["Place"];
            unread: number;
        };
        UserAt: {
            user: components["schemas"]["User"];
            id: components["schemas"]["EventId"];
        };
        Receipts: {
            read: components["schemas"]["UserAt"][];
            delivered: components["schemas"]["UserAt"][];
        };
        Member: {
            user: components["schemas"]["User"];
            role: components["schemas"]["Role"];
            /** The id of the event by which the user joined. */
            since: number;
        };
        Members: {
            members: components["schemas"]["Member"][];
            next: components["schemas"]["Cursor"] | null;
        };
        /** sends_per_second: 0 is no limit. */
        Limits: {
            message_bytes: number;
            text_bytes: number;
            sends_per_second: number;
            page: number;
        };
        Me: {
            user: components["schemas"]["User"];
            limits: components["schemas"]["Limits"];
            time: components["schemas"]["Time"];
        };
        Login: {
            token: string;
            expires: components["schemas"]["Time"];
        };
        Error: {
            code: "token_missing" | "token_invalid" | "token_expired" | "forbidden" | "origin_not_allowed" | "not_found" | "method_not_allowed" | "conflict" | "key_reused" | "too_large" | "media_type" | "json_invalid" | "field_missing" | "field_invalid" | "field_unknown_type" | "key_invalid" | "key_expired" | "key_in_future" | "cursor_invalid" | "unknown_operation" | "sync_required" | "rate_limited" | "overloaded" | "unavailable" | "retry_in_order" | "internal";
            /** For people; programs look at `code`. */
            message: string;
            field: string | null;
            retry_after_ms: number | null;
        };
        ErrorAnswer: {
            error: components["schemas"]["Error"];
        };
        /** Of the client's choice; the answer repeats it. */
        RequestId: number;
        /** The token may come in the upgrade's Authorization instead; browsers send it here. */
        HelloRequest: {
            token?: string;
            /** Names the device: a newer session of the same user and device replaces the older. */
            device?: string;
            /** The program and its version. */
            agent?: string;
        };
        /** `chats` names what is known, and is repeated with every cursor. */
        SyncRequest: {
            chats?: {
                [key: string]: {
                    after: components["schemas"]["EventId"];
                };
            };
            cursor?: components["schemas"]["Cursor"];
            limit?: number;
        };
        /** A retry with the same key is answered with the event that the first try made. */
        SendRequest: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
            body: components["schemas"]["Body"];
            /**
             * stored: answered when it is on disk. accepted: the event, or `rejected`, follows.
             */
            ack?: "stored" | "accepted";
        };
        /** `body` is the whole new body. */
        EditRequest: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
            /** The message. */
            target: components["schemas"]["EventId"];
            body: components["schemas"]["Body"];
        };
        /** The text, every edit of it and every preview are blanked before the answer. */
        DeleteRequest: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
            /** The message. */
            target: components["schemas"]["EventId"];
        };
        /** One reaction of one user. */
        ReactRequest: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
            /** The message. */
            target: components["schemas"]["EventId"];
            emoji: components["schemas"]["Emoji"];
            on: boolean;
        };
        /** Both only move up, never past what the user may see. At least one of the two. */
        MarkRequest: {
            chat: components["schemas"]["Chat"];
            read?: components["schemas"]["EventId"];
            delivered?: components["schemas"]["EventId"];
        };
        /** At most one of `before`, `after`, `around` and `at`; the newest page without. */
        HistoryRequest: {
            chat: components["schemas"]["Chat"];
            before?: components["schemas"]["EventId"];
            after?: components["schemas"]["EventId"];
            around?: components["schemas"]["EventId"];
            /** Unix milliseconds, UTC. */
            at?: number;
            limit?: number;
        };
        /** From the beginning without `after`. */
        EventsRequest: {
            chat: components["schemas"]["Chat"];
            after?: components["schemas"]["EventId"];
            limit?: number;
        };
        /** `members` of a direct chat are one other user. A group has up to 100 with its creator. */
        CreateRequest: {
            key: components["schemas"]["Key"];
            type: components["schemas"]["Type"];
            members?: components["schemas"]["User"][];
            title?: string;
            topic?: string;
            visibility?: components["schemas"]["Visibility"];
            joinable?: boolean;
        };
        /** What is absent stays. */
        UpdateRequest: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
            title?: string;
            topic?: string;
            visibility?: components["schemas"]["Visibility"];
            joinable?: boolean;
        };
        /** `role` is member when absent; admin and owner are given by owners only. */
        InviteRequest: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
            users: components["schemas"]["User"][];
            role?: components["schemas"]["Role"];
        };
        /** Admins and owners are removed by owners only. */
        RemoveRequest: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
            user: components["schemas"]["User"];
        };
        /** The member's new role. */
        SetRoleRequest: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
            user: components["schemas"]["User"];
            role: components["schemas"]["Role"];
        };
        /** The chat's id is its invitation. */
        JoinRequest: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
        };
        /** The last owner makes another one owner first. */
        LeaveRequest: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
        };
        /** Beyond one a second of a session, after a burst of 5, it is dropped. */
        TypingRequest: {
            chat: components["schemas"]["Chat"];
        };
        /** An empty list ends it. */
        WatchRequest: {
            users: components["schemas"]["User"][];
        };
        /** `time` is the server's clock, which keys are minted by; `session` a name for what the operator sees. */
        HelloReply: {
            user: components["schemas"]["User"];
            session: string;
            time: components["schemas"]["Time"];
            /** How often the server pings. */
            ping_ms: number;
            limits: components["schemas"]["Limits"];
        };
        /** `last_seen` is null where it is not known. */
        Presence: {
            user: components["schemas"]["User"];
            online: boolean;
            last_seen: components["schemas"]["Time"] | null;
        };
        /** How it is now with everybody on the list. */
        Watched: {
            presence: components["schemas"]["Presence"][];
        };
        /** How far one user is in one chat. */
        MarkedPush: {
            chat: components["schemas"]["Chat"];
            user: components["schemas"]["User"];
            read: components["schemas"]["Place"];
            delivered: components["schemas"]["Place"];
        };
        /** Who is typing where. */
        TypingPush: {
            chat: components["schemas"]["Chat"];
            user: components["schemas"]["User"];
        };
        /** Which send, and why. */
        RejectedPush: {
            chat: components["schemas"]["Chat"];
            key: components["schemas"]["Key"];
            code: components["schemas"]["Error"]["code"];
        };
        /** Which chat. */
        ResyncPush: {
            chat: components["schemas"]["Chat"];
        };
        /** When to come back. */
        ReconnectPush: {
            after_ms: number;
        };
        Requests: {
            hello: components["schemas"]["HelloRequest"];
            sync: components["schemas"]["SyncRequest"];
            send: components["schemas"]["SendRequest"];
            edit: components["schemas"]["EditRequest"];
            delete: components["schemas"]["DeleteRequest"];
            react: components["schemas"]["ReactRequest"];
            mark: components["schemas"]["MarkRequest"];
            history: components["schemas"]["HistoryRequest"];
            events: components["schemas"]["EventsRequest"];
            create: components["schemas"]["CreateRequest"];
            update: components["schemas"]["UpdateRequest"];
            invite: components["schemas"]["InviteRequest"];
            remove: components["schemas"]["RemoveRequest"];
            set_role: components["schemas"]["SetRoleRequest"];
            join: components["schemas"]["JoinRequest"];
            leave: components["schemas"]["LeaveRequest"];
            typing: components["schemas"]["TypingRequest"];
            watch: components["schemas"]["WatchRequest"];
        };
        Replies: {
            hello: components["schemas"]["HelloReply"];
            sync: components["schemas"]["Sync"];
            send: components["schemas"]["Appended"];
            edit: components["schemas"]["Appended"];
            delete: components["schemas"]["Appended"];
            react: components["schemas"]["Appended"];
            mark: components["schemas"]["Marked"];
            history: components["schemas"]["Page"];
            events: components["schemas"]["Events"];
            create: components["schemas"]["Created"];
            update: components["schemas"]["Appended"];
            invite: components["schemas"]["Appended"];
            remove: components["schemas"]["Appended"];
            set_role: components["schemas"]["Appended"];
            join: components["schemas"]["Appended"];
            leave: components["schemas"]["Appended"];
            watch: components["schemas"]["Watched"];
        };
        Pushes: {
            event: components["schemas"]["Event"];
            marked: components["schemas"]["MarkedPush"];
            typing: components["schemas"]["TypingPush"];
            presence: components["schemas"]["Presence"];
            rejected: components["schemas"]["RejectedPush"];
            resync: components["schemas"]["ResyncPush"];
            reconnect: components["schemas"]["ReconnectPush"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
