/** Something to hand on, with a button that copies it. */

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "../design/button.js";
import { VisuallyHidden } from "../design/visually_hidden.js";
import styles from "./copy_row.module.css";

/** How long the button says that it worked; ms. */
const SAID_FOR = 2000;

export interface CopyRowProps {
  readonly label: string;
  readonly text: string;
}

export function CopyRow({ label, text }: CopyRowProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_FOR);
    return () => clearTimeout(timer);
  }, [copied]);

  function copy() {
    // Without the permission the text is there to be selected.
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => {},
    );
  }

  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <span className={styles.label}>{label}</span>
        <code className={styles.text}>{text}</code>
      </div>
      <IconButton label={`Copy ${label.toLowerCase()}`} onClick={copy}>
        {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      </IconButton>
      <div role="status">{copied && <VisuallyHidden>Copied</VisuallyHidden>}</div>
    </div>
  );
}
