/**
 * Attachments as links with name, type and size. Nothing of them is loaded: where a file lies is the
 * sender's choice, and to load it would tell them who reads, and when.
 */

import type { Attachment } from "@connect-chat/sdk";
import { File } from "lucide-react";
import { oneLine, shownName } from "../text.js";
import styles from "./message.module.css";
import { safeHref } from "./text_parts.js";

export function Attachments({ items }: { readonly items: readonly Attachment[] }) {
  if (items.length === 0) return null;
  return (
    <ul className={styles.attachments}>
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a body's attachments never move
        <li key={index}>
          <AttachmentLink item={item} />
        </li>
      ))}
    </ul>
  );
}

function AttachmentLink({ item }: { readonly item: Attachment }) {
  const href = safeHref(item.url);
  const content = (
    <>
      <File className={styles.fileIcon} aria-hidden="true" />
      <span className={styles.attachmentWords}>
        <bdi className={styles.attachmentName}>{attachmentName(item)}</bdi>
        <span className={styles.attachmentAbout}>{aboutAttachment(item)}</span>
      </span>
    </>
  );
  if (href === null) return <span className={styles.attachment}>{content}</span>;
  return (
    <a
      className={styles.attachment}
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={href}
    >
      {content}
    </a>
  );
}

function attachmentName(item: Attachment): string {
  if (typeof item.name === "string") return shownName(item.name, "File");
  const last = item.url.split(/[?#]/)[0]?.split("/").pop() ?? "";
  return shownName(last, "File");
}

function aboutAttachment(item: Attachment): string {
  const type = typeof item.type === "string" ? oneLine(item.type).slice(0, 60) : "";
  const size = typeof item.size === "number" ? sizeWords(item.size) : "";
  return [type, size, hostOf(item.url)].filter((word) => word !== "").join(" · ");
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return "cannot be opened";
  }
}

/** "12 KB", "3.4 MB": in thousands, as file managers count. */
export function sizeWords(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1_000 && unit < units.length - 1; unit++) value /= 1_000;
  const digits = unit === 0 || value >= 10 ? 0 : 1;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: digits })} ${units[unit]}`;
}
