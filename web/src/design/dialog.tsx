/**
 * A dialog over the page: a sheet from below on phones, a card in the middle on wider screens. Focus
 * is kept inside while it is open and goes back to where it was; Escape and the backdrop close it.
 */

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import styles from "./dialog.module.css";

const TEXT_FIELD = "input:not([type='radio'], [type='checkbox']), textarea";

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** Buttons at the bottom, the main one last. */
  readonly actions?: ReactNode;
  /** Where focus goes when what opened it is gone by then. */
  readonly returnTo?: () => HTMLElement | null;
  /** `side`: a panel at the right edge, as high as the page. */
  readonly shape?: "card" | "side";
}

export function Dialog(props: DialogProps) {
  const { open, onClose, returnTo, shape = "card" } = props;
  const popup = useRef<HTMLDivElement>(null);
  // A dialog that begins with a field is there to be typed into; any other is there to be read.
  const firstFocus = () => popup.current?.querySelector<HTMLElement>(TEXT_FIELD) ?? popup.current;
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup
          ref={popup}
          className={`${styles.popup} ${styles[shape]}`}
          initialFocus={shape === "side" ? popup : firstFocus}
          finalFocus={returnTo === undefined ? true : () => returnTo() ?? true}
        >
          <DialogContent {...props} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function DialogContent({ title, description, children, actions }: DialogProps) {
  return (
    <>
      <header className={styles.header}>
        <Base.Title className={styles.title}>{title}</Base.Title>
        <Base.Close className={styles.close} aria-label="Close">
          <X aria-hidden="true" />
        </Base.Close>
      </header>
      <div className={styles.body}>
        {description !== undefined && (
          <Base.Description className={styles.description}>{description}</Base.Description>
        )}
        {children}
      </div>
      {actions !== undefined && <footer className={styles.actions}>{actions}</footer>}
    </>
  );
}
