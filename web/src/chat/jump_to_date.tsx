/** To what was said on a day: a date field in a popover of the header. */

import { Popover } from "@base-ui/react/popover";
import { CalendarSearch } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { Button, IconButton } from "../design/button.js";
import styles from "./chat_pane.module.css";
import { dateInputValue, parseDateInput } from "./times.js";

export interface JumpToDateProps {
  readonly now: number;
  readonly onJump: (ms: number) => void;
}

export function JumpToDate({ now, onJump }: JumpToDateProps) {
  const [open, setOpen] = useState(false);
  const trigger = (
    <IconButton label="Jump to a date" tooltip={false} title="Jump to a date">
      <CalendarSearch aria-hidden="true" />
    </IconButton>
  );
  const jump = (ms: number) => {
    setOpen(false);
    onJump(ms);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner className={styles.positioner} sideOffset={6} align="end">
          <Popover.Popup className={styles.popover} aria-label="Jump to a date">
            <DateForm now={now} onJump={jump} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function DateForm({ now, onJump }: JumpToDateProps) {
  const id = useId();
  const today = dateInputValue(now);
  const [value, setValue] = useState(today);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const ms = parseDateInput(value);
    if (ms !== null) onJump(ms);
  };
  return (
    <form className={styles.dateForm} onSubmit={submit}>
      <label htmlFor={id}>Show what was said on</label>
      <input
        id={id}
        type="date"
        required
        className={styles.dateInput}
        value={value}
        max={today}
        onChange={(event) => setValue(event.target.value)}
      />
      <Button variant="primary" type="submit" wide>
        Show
      </Button>
    </form>
  );
}
