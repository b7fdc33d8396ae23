import { useId } from 'react';
import styles from './fields.module.css';

export interface Choice {
  id: string;
  title: string;
  /** Short facts, one line each. */
  lines: string[];
  /** Why it can't be chosen. */
  reason?: string;
}

/** One choice out of a few, as cards; a card that can't be chosen says why. */
export function ChoiceCards(props: {
  label: string;
  choices: Choice[];
  value?: string;
  onChange(id: string): void;
}) {
  const name = useId();
  return (
    <fieldset className={styles.cards}>
      <legend className={styles.legend}>{props.label}</legend>
      <div className={styles.grid}>
        {props.choices.map(choice => (
          <label key={choice.id} className={styles.card}>
            <input
              type="radio"
              name={name}
              value={choice.id}
              checked={props.value === choice.id}
              disabled={choice.reason !== undefined}
              onChange={() => props.onChange(choice.id)}
            />
            <strong>{choice.title}</strong>
            {choice.lines.map(line => (
              <span key={line} className={styles.cardText}>
                {line}
              </span>
            ))}
            {choice.reason && (
              <span className={styles.cardText}>{choice.reason}</span>
            )}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
